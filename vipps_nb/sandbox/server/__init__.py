"""The HTTP server: what every request passes, whichever API it asks."""

"""A world as data: written down, read back, and kept in a file while it lives."""

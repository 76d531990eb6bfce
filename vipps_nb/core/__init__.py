"""What everything else stands on: where to talk to, what is secret, how an error is read. Knows no API."""

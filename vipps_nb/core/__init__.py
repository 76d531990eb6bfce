"""What everything else stands on. Knows no API.

Where to talk to, what is secret, how an error is read.
"""

"""Keys and tokens.

Where keys come from, the access token they buy, and how long it lives.
"""

"""Keys and tokens: where keys come from, the access token they buy, and how long it lives."""

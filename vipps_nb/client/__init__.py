"""``vipps``: the session, from a call to its answer."""

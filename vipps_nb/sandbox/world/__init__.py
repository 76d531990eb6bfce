"""What the world is made of: clock, ids, records, faults, settings, the request log."""

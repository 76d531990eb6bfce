"""What the world is made of.

Clock, ids, records, faults, settings, the request log.
"""

"""APIs that are in maintenance or replaced: served so that an old integration can be read, tested and moved away from.

Each module says what takes its place.
"""

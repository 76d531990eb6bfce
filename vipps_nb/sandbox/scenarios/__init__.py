"""Populated worlds from small files.

They say what there is to be, and not how it came to be.

The files are TOML: Python reads it by itself, it has comments and moments, and nothing in it means something else than
it says. JSON of the same names does as well, as over HTTP.
"""

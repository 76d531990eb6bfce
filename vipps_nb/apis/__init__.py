"""The table of facts about each API, and the catalogue of operations.

Facts that the client obeys, and the catalogue of their operations.
"""

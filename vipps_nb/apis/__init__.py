"""What is known of the APIs.

Facts that the client obeys, and the catalogue of their operations.
"""

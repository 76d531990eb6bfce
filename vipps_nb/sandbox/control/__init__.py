"""The control API under ``/sandbox``, and its Python client.

Users know it as the desk.
"""

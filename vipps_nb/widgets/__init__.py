"""The notebook's widgets.

The token's life, the form for keys, the explorer, the sandbox's desk, deliveries. Nothing is imported here, so that a
script which only wants a session never pays for ipywidgets.
"""

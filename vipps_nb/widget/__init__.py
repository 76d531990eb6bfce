"""The notebook's two cards: the life of the access token, and the form that asks for keys.

Nothing is imported here, so that a script which only wants a session never pays for ipywidgets.
"""

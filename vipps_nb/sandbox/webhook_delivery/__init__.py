"""What is sent to merchants: webhooks and callbacks, carried over real HTTP.

When something is tried again is for whoever posted it: ``apis/webhooks/app.py`` for webhooks.
"""

"""What is sent to merchants: webhooks and callbacks, carried over real HTTP."""

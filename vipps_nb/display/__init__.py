"""Answers, payments, refusals and tokens as cards to read.

IPython is only met where they are registered.
"""

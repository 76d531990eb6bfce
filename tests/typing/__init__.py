"""Code for type checkers to read, never to run: what people write, and what must be found wrong in it."""

"""Magics, completion, and the kernel's side of each widget.

Magics, completion, the login of this kernel, and the kernel's side of each widget.
"""

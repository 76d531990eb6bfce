"""What the notebook has: magics, completion, the login of this kernel, and the kernel's side of each widget."""

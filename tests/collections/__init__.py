"""Collections, environments, archives and command lines, as people have them; written for these tests."""

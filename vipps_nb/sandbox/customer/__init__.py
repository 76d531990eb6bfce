"""The customer: a phone, its pages, a camera, and their decisions."""

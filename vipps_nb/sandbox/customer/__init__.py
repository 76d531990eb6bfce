"""The customer: a phone, its pages, a camera, and the thumb that decides."""

"""For every test and every lesson: a developer's own .env must never be used, so all kernels start in the sandbox."""

import os

os.environ["VIPPS_ENVIRONMENT"] = "sandbox"

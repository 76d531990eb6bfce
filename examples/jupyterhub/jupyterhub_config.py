"""A JupyterHub whose users share one Vipps MobilePay sandbox, each with a sales unit of their own."""

import asyncio
from pathlib import Path

PORT, SALES_UNITS = 8899, 30
KEYS = Path("vipps-keys").absolute()  # only the hub's own user can read what is written there

c = get_config()  # noqa: F821 - JupyterHub brings it

# The hub starts the sandbox and starts it again should it end. Its keys are the same each time: the seed fixes them.
sandbox = f"vipps-nb sandbox --port {PORT} --seed 1 --sales-units {SALES_UNITS} --write-env '{KEYS}'"
c.JupyterHub.services = [
    {"name": "vipps-sandbox", "command": ["sh", "-c", f"rm -rf '{KEYS}' && exec {sandbox} >/dev/null"]},
]


async def give_keys(spawner):
    """Put the keys of the user's own sales unit into the environment of their server."""
    number = (spawner.user.id - 1) % SALES_UNITS + 1
    file = KEYS / f"unit-{number:02}" / ".env"
    while not file.exists():  # the hub has only just started
        await asyncio.sleep(0.2)
    lines = file.read_text().splitlines()
    spawner.environment |= dict(line.split("=", 1) for line in lines)


c.Spawner.pre_spawn_hook = give_keys

"""The place the keys belong to, and a stranger: two servers that remember every byte that reached them."""

from __future__ import annotations

import json
import time
from pathlib import Path

from tests.conftest import Answer, ScriptedServer, Seen
from tests.leaks.canaries import CANARIES, CLIENT_ID, MSN

REFUSED_CLIENT_ID = "deadbeef-0000-4000-8000-000000000000"
NAMES = ("VIPPS_CLIENT_ID", "VIPPS_CLIENT_SECRET", "VIPPS_SUBSCRIPTION_KEY", "VIPPS_MSN")
SOURCES = (".env*", "postman.json", "process.json")


class Stranger(ScriptedServer):
    """Another origin."""

    def __init__(self) -> None:
        super().__init__(lambda seen: Answer())

    def heard(self) -> bytes:
        """All that reached it."""
        return repr(self.seen).encode()


class Home(ScriptedServer):
    """The origin that the canaries belong to; it fails in all the ways that are told by path."""

    def __init__(self, stranger: Stranger) -> None:
        self._said = _answers(stranger.base_url)
        super().__init__(self._answer)

    def _answer(self, seen: Seen) -> Answer:
        path = seen.path.partition("?")[0]
        if path.startswith("/accesstoken"):
            return self._token(seen)
        if path == "/slow":
            time.sleep(1)
        if path == "/reset":
            raise ConnectionAbortedError  # the handler ends, and the connection with it
        return self._said.get(path) or Answer(200, b'{"reference": "abc", "state": "CREATED"}')

    def _token(self, seen: Seen) -> Answer:
        asked = seen.headers.get("client_id", "")
        if asked == REFUSED_CLIENT_ID:
            words = {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret."}
            return Answer(401, json.dumps(words).encode())
        if asked.startswith("5"):
            time.sleep(1)
        life = {"expires_in": "3599", "expires_on": str(int(time.time()) + 3599), "token_type": "Bearer"}
        return Answer(body=json.dumps({**life, "access_token": CANARIES["access token"]}).encode())

    def settings(self, **changes: str | None) -> dict[str, str]:
        """What stands in a `.env` that leads here."""
        values = (CLIENT_ID, CANARIES["client secret"], CANARIES["subscription key"], MSN)
        keys = dict(zip(NAMES, values, strict=True))
        place = {"VIPPS_ENVIRONMENT": "sandbox", "VIPPS_BASE_URL": self.base_url}
        return {name: value for name, value in {**place, **keys, **changes}.items() if value is not None}

    def furnish(self, folder: Path) -> None:
        """Write every file that keys can be read from into a folder."""

        def write(name: str, **changes: str | None) -> None:
            lines = [f"{key}={value}" for key, value in self.settings(**changes).items()]
            (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

        write(".env")
        write(".env.shop")
        write(".env.refused", VIPPS_CLIENT_ID=REFUSED_CLIENT_ID)
        write(".env.slow", VIPPS_CLIENT_ID="5" + CLIENT_ID[1:])
        write(".env.half", VIPPS_CLIENT_ID=None)
        write(".env.quoted", VIPPS_CLIENT_SECRET=f"“{CANARIES['client secret']}”")
        write(".env.dash", VIPPS_CLIENT_ID="6" + CLIENT_ID[1:], VIPPS_CLIENT_SECRET=CANARIES["client secret"] + "–")
        write(".env.gone", VIPPS_BASE_URL="http://127.0.0.1:9")
        (folder / ".env.latin").write_bytes((folder / ".env").read_bytes() + "X=æ".encode("latin-1"))
        values = [{"key": key, "value": value, "enabled": True} for key, value in self.settings().items()]
        (folder / "postman.json").write_text(json.dumps({"values": values}), encoding="utf-8")
        (folder / "process.json").write_text(json.dumps(self.settings()), encoding="utf-8")


def _answers(stranger: str) -> dict[str, Answer]:
    """What is said at which path, beside the usual."""
    secret = json.dumps({"id": "1", "secret": CANARIES["webhook secret"]}).encode()
    refusals = {f"/status/{status}": json.dumps({"title": "No", "status": status}) for status in (400, 401, 429, 503)}
    return {
        "/webhooks/v1/webhooks": Answer(201, secret),
        "/chain": Answer(302, headers={"Location": "/away/307"}),
        "/loop": Answer(302, headers={"Location": "/loop"}),
        "/html": Answer(200, b"<html><title>Sign in</title></html>", {"Content-Type": "text/html"}),
        **{path: Answer(int(path.rpartition("/")[2]), body.encode()) for path, body in refusals.items()},
        **{
            f"/away/{status}": Answer(status, headers={"Location": f"{stranger}/x?y=1"})
            for status in (301, 302, 303, 307, 308)
        },
    }

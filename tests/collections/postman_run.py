"""What Postman does with a collection, as far as it matters here: text is filled in, and requests are sent.

Written without a line of ours, so that both must agree. Scripts are not run: what they do to variables stands in
``effects``, by the request's name.
"""

from __future__ import annotations

import random
import re
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import requests

Effect = Callable[[dict[str, Any], requests.Response | None, Callable[[str, str], None]], None]


def run(
    collection: dict[str, Any], environment: dict[str, str], effects: dict[str, Effect]
) -> list[tuple[str, str, int]]:
    """Send everything, in order; method, path and status of each, those of scripts included."""
    values = {one["key"]: one["value"] for one in collection.get("variable", [])} | environment
    made = {
        "guid": lambda: str(uuid.uuid4()),
        "randomInt": lambda: str(random.randint(0, 1000)),
        "randomColor": lambda: "red",
        "timestamp": lambda: str(int(time.time())),
    }
    sent: list[tuple[str, str, int]] = []

    def filled(text: str) -> str:
        def one(found: re.Match[str]) -> str:
            name = found[1]
            return made[name[1:]]() if name.startswith("$") else str(values.get(name, found[0]))

        return re.sub(r"\{\{([^{}]+)\}\}", one, text)

    def send(method: str, url: str, **words: Any) -> requests.Response:
        answer = requests.request(method, url, timeout=30, **words)
        sent.append((method, requests.utils.urlparse(answer.request.url).path, answer.status_code))
        return answer

    def delete(path: str, token: str) -> None:
        headers = {
            "Authorization": f"Bearer {token}",
            "Ocp-Apim-Subscription-Key": values["Ocp-Apim-Subscription-Key"],
            "Merchant-Serial-Number": values["merchantSerialNumber"],
        }
        send("DELETE", values["base_url"] + path, headers=headers)

    for item in _items(collection["item"]):
        request = item["request"]
        effect = effects.get(item["name"])
        if effect:
            effect(values, None, delete)
        header = request["header"]
        if isinstance(header, str):
            header = [dict(zip(("key", "value"), line.split(": "), strict=True)) for line in header.splitlines()]
        headers = {one["key"]: filled(one["value"]) for one in header if not one.get("disabled")}
        if request.get("auth", {}).get("type") != "noauth" and "Authorization" not in headers:
            headers["Authorization"] = filled("Bearer {{access_token}}")
        words: dict[str, Any] = {}
        body = request.get("body")
        if body and body["mode"] == "raw":
            text = re.sub(r"(?<!:)//[^\n]*", "", filled(body["raw"]))
            words["data"] = text.encode()
        elif body:
            words["data"] = {one["key"]: filled(one["value"]) for one in body["urlencoded"] if not one.get("disabled")}
            headers.pop("Content-Type", None)
        url = request["url"] if isinstance(request["url"], str) else request["url"]["raw"]
        if not isinstance(request["url"], str):
            for one in request["url"].get("variable", []):
                url = url.replace(f":{one['key']}", one["value"])
        answer = send(request["method"], filled(url), headers=headers, **words)
        if effect:
            effect(values, answer, delete)
    return sent


def _items(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in items:
        if "item" in one:
            yield from _items(one["item"])
        else:
            yield one

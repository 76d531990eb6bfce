"""One state, three doors: what is answered, refused and delivered does not depend on how the sandbox was asked."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx
import pytest
import requests

from vipps_nb.sandbox import Sandbox, SandboxError

NOON = "2026-01-01T12:00:00Z"
HOOK = "https://shop.example/hook"
PAYMENTS = "/epayment/v1/payments"
ORDER = {
    "amount": {"currency": "NOK", "value": 49900},
    "paymentMethod": {"type": "WALLET"},
    "reference": "order-0001",
    "userFlow": "WEB_REDIRECT",
    "returnUrl": "https://shop.example/back",
}
PART = {"modificationAmount": {"currency": "NOK", "value": 10000}}
# Of the wire itself, and of what draws at random.
NOT_COMPARED = {"transfer-encoding", "connection", "keep-alive"}

Answer = tuple[int, dict[str, str], bytes]
Ask = Callable[..., Answer]


class Way:
    """One way to ask a running sandbox."""

    def __init__(self, sandbox: Sandbox, ask: Ask) -> None:
        self.sandbox = sandbox
        self._ask = ask
        keys = sandbox.keys()
        proof = {name: keys[name] for name in ("client_id", "client_secret")}
        proof["Ocp-Apim-Subscription-Key"] = keys["subscription_key"]
        _, _, said = self._ask("POST", sandbox.base_url + "/accesstoken/get", headers=proof)
        self.headers = {
            "Authorization": f"Bearer {requests.compat.json.loads(said)['access_token']}",
            "Ocp-Apim-Subscription-Key": keys["subscription_key"],
            "Merchant-Serial-Number": keys["merchant_serial_number"],
        }

    def __call__(self, method: str, path: str, **options: Any) -> Answer:
        headers = {**self.headers, **options.pop("headers", {})}
        return self._ask(method, self.sandbox.base_url + path, headers=headers, **options)


def by_requests(sandbox: Sandbox) -> Iterator[Ask]:
    with requests.Session() as session:
        session.trust_env = False
        if sandbox.door != "loopback":
            session.mount(sandbox.base_url, sandbox.adapter())

        def ask(method: str, url: str, **options: Any) -> Answer:
            answer = session.request(method, url, allow_redirects=False, **options)
            return answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, answer.content

        yield ask


def by_httpx(sandbox: Sandbox) -> Iterator[Ask]:
    with httpx.Client(transport=sandbox.httpx_transport(), timeout=60) as client:

        def ask(method: str, url: str, **options: Any) -> Answer:
            options["content"] = options.pop("data", None)
            answer = client.request(method, url, **options)
            return answer.status_code, dict(answer.headers), answer.content

        yield ask


WAYS: Mapping[str, tuple[str, Callable[[Sandbox], Iterator[Ask]]]] = {
    "loopback": ("loopback", by_requests),
    "in-process, requests": ("in-process", by_requests),
    "in-process, httpx": ("in-process", by_httpx),
    "both, requests": ("both", by_requests),
    "both, httpx": ("both", by_httpx),
}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Iterator[Way]:
    door, ways = WAYS[request.param]
    with Sandbox(door=door) as sandbox:
        sandbox.hold(NOON)
        for ask in ways(sandbox):
            yield Way(sandbox, ask)


@pytest.fixture(params=[name for name in WAYS if name != "loopback"])
def inside(request: pytest.FixtureRequest) -> Iterator[Way]:
    """The ways that can have a function receive; over HTTP alone it is a server (test_deliveries.py)."""
    door, ways = WAYS[request.param]
    with Sandbox(door=door) as sandbox:
        sandbox.hold(NOON)
        for ask in ways(sandbox):
            yield Way(sandbox, ask)


STORY: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", PAYMENTS, {"json": ORDER, "headers": {"Idempotency-Key": "create-1"}}),
    ("POST", PAYMENTS, {"json": ORDER, "headers": {"Idempotency-Key": "create-1"}}),
    ("POST", PAYMENTS, {"json": ORDER, "headers": {"Idempotency-Key": "create-2"}}),
    ("POST", PAYMENTS, {"json": {**ORDER, "amount": 1}, "headers": {"Idempotency-Key": "create-3"}}),
    ("POST", PAYMENTS, {"data": b"{no json", "headers": {"Content-Type": "application/json"}}),
    ("GET", f"{PAYMENTS}/order-0001", {}),
    ("GET", f"{PAYMENTS}/order-0001/", {}),
    ("GET", f"{PAYMENTS}/nothing-there", {}),
    ("GET", f"{PAYMENTS}/%C3%A6%2Fb", {}),
    ("HEAD", f"{PAYMENTS}/order-0001", {}),
    ("DELETE", f"{PAYMENTS}/order-0001", {}),
    ("POST", f"{PAYMENTS}/order-0001/capture", {"json": PART, "headers": {"Idempotency-Key": "capture-1"}}),
    ("GET", f"{PAYMENTS}/order-0001", {"headers": {"Authorization": "Bearer nonsense"}}),
    ("GET", f"{PAYMENTS}/order-0001", {"headers": {"Host": "evil.example"}}),
    ("GET", f"{PAYMENTS}/order-0001", {"headers": {"Origin": "https://evil.example"}}),
    ("GET", f"{PAYMENTS}/order-0001", {"headers": {"X-Long": "x" * 20_000}}),
    ("POST", PAYMENTS, {"data": b"x" * (5 << 20), "headers": {"Content-Type": "application/json"}}),
    ("GET", "/qr/v1/merchant-redirect", {}),
    ("GET", "/no/such/api", {}),
    ("GET", "/sales/v1/anything", {}),
    ("GET", "/sandbox/settings", {}),
    ("GET", "/sandbox/openapi.json", {}),
    ("GET", "/access-management-1.0/access/.well-known/openid-configuration", {}),
]


def test_the_story_is_told_the_same_at_every_door():
    told: dict[str, list[Any]] = {}
    for name, (door, ways) in WAYS.items():
        with Sandbox(door=door) as sandbox:
            sandbox.hold(NOON)
            for ask in ways(sandbox):
                way = Way(sandbox, ask)
                told[name] = [_comparable(way(*step[:2], **step[2]), sandbox.base_url) for step in STORY]

    usual = told.pop("loopback")
    assert [status for status, _, _ in usual][:4] == [201, 201, 409, 400]
    for name, story in told.items():
        for step, expected, found in zip(STORY, usual, story, strict=True):
            assert found == expected, f"{name}: {step[0]} {step[1]}"


@pytest.mark.parametrize("address", ["https://apitest.vipps.no", "https://api.vipps.no:443", "http://shop.example"])
def test_code_whose_host_is_fixed_is_met_at_that_address(address):
    """The official Node SDK and many a shop have it in their code."""
    with Sandbox(door="in-process") as sandbox, requests.Session() as session:
        session.mount(address, sandbox.adapter())
        keys = {name: sandbox.keys()[name] for name in ("client_id", "client_secret")}
        keys["Ocp-Apim-Subscription-Key"] = sandbox.keys()["subscription_key"]

        assert session.post(f"{address}/accesstoken/get", headers=keys).status_code == 200
        with httpx.Client(transport=sandbox.httpx_transport()) as client:
            assert client.post(f"{address}/accesstoken/get", headers=keys).status_code == 200
        elsewhere = session.get(f"{address}/epayment/v1/payments/x", headers={"Host": "evil.example"})
        assert elsewhere.status_code == 421


def _comparable(answer: Answer, base_url: str) -> Any:
    status, headers, body = answer
    kept = {name: value for name, value in headers.items() if name not in NOT_COMPARED}
    kept = {name: value.replace(base_url, "BASE") for name, value in kept.items()}
    text = body.replace(base_url.encode(), b"BASE")
    # The length counts the address.
    return status, {name: value for name, value in kept.items() if name != "content-length"}, text


def test_a_payment_is_approved_captured_and_told_to_a_function(inside):
    heard: list[bytes] = []
    states: list[int] = []

    def receive(headers: Mapping[str, str], body: bytes) -> int:
        # A receiver may ask the sandbox back before it has answered.
        states.append(inside("GET", f"{PAYMENTS}/order-0001")[0])
        heard.append(body)
        return 200

    inside.sandbox.receive(HOOK, receive)
    events = ["epayments.payment.authorized.v1", "epayments.payment.captured.v1"]
    inside("POST", "/webhooks/v1/webhooks", json={"url": HOOK, "events": events}, headers={"Idempotency-Key": "hook"})
    inside("POST", PAYMENTS, json=ORDER, headers={"Idempotency-Key": "create"})
    inside.sandbox.approve(reference="order-0001")
    inside("POST", f"{PAYMENTS}/order-0001/capture", json=PART, headers={"Idempotency-Key": "capture"})
    deliveries = inside.sandbox.deliveries()

    assert [one["status"] for one in deliveries] == [200, 200]
    assert states == [200, 200]
    assert b"AUTHORIZED" in heard[0]
    assert b"CAPTURED" in heard[1]


def test_a_receiver_that_fails_is_tried_again(inside):
    tries: list[bytes] = []

    def receive(headers: Mapping[str, str], body: bytes) -> int:
        tries.append(body)
        if len(tries) == 1:
            raise RuntimeError("not yet")
        return 204

    inside.sandbox.receive(HOOK, receive)
    registration = {"url": f"{HOOK}/below", "events": ["epayments.payment.created.v1"]}
    inside("POST", "/webhooks/v1/webhooks", json=registration, headers={"Idempotency-Key": "hook"})
    inside("POST", PAYMENTS, json=ORDER, headers={"Idempotency-Key": "create"})
    inside.sandbox.deliveries()
    inside.sandbox.next_event()

    assert len(tries) == 2
    assert [one["status"] for one in inside.sandbox.deliveries()] == [500, 204]


def test_faults_act_at_every_door(way):
    way("POST", PAYMENTS, json=ORDER, headers={"Idempotency-Key": "create"})
    way.sandbox.approve(reference="order-0001")

    way.sandbox.faults([{"path": "*/capture", "drop": "after"}])
    with pytest.raises((requests.ConnectionError, httpx.RemoteProtocolError)):
        way("POST", f"{PAYMENTS}/order-0001/capture", json=PART, headers={"Idempotency-Key": "capture"})
    way.sandbox.clear_faults()
    assert b'"capturedAmount":{"currency":"NOK","value":10000}' in way("GET", f"{PAYMENTS}/order-0001")[2]

    way.sandbox.faults([{"path": "/epayment/*", "latencyMs": 400}])
    with pytest.raises((requests.ReadTimeout, httpx.ReadTimeout)):
        way("GET", f"{PAYMENTS}/order-0001", timeout=0.1)


def test_a_streamed_body_arrives_whole(way):
    text = requests.compat.json.dumps(ORDER).encode()
    for body in (iter([text[:20], text[20:]]), io.BytesIO(text)):
        status, _, _ = way(
            "POST",
            PAYMENTS,
            data=body,
            headers={"Content-Type": "application/json", "Idempotency-Key": "create"},
        )
        assert status == 201


def test_it_can_be_called_where_a_loop_is_running_and_from_many_threads(way):
    async def inside() -> int:
        return way("GET", "/sandbox")[0]

    assert asyncio.run(inside()) == 200
    answered: list[int] = []
    threads = [
        threading.Thread(target=lambda: answered.extend(way("GET", "/sandbox")[0] for _ in range(20))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answered == [200] * 80


def test_the_asynchronous_client_of_httpx_is_served_too():
    async def ask(sandbox: Sandbox) -> int:
        async with httpx.AsyncClient(transport=sandbox.httpx_transport(), base_url=sandbox.base_url) as client:
            return (await client.get("/sandbox")).status_code

    with Sandbox(door="in-process") as sandbox:
        assert asyncio.run(ask(sandbox)) == 200


def test_the_in_process_door_opens_no_socket_and_starts_no_thread(monkeypatch):
    import socket

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("a socket was made")

    monkeypatch.setattr(socket, "socket", refuse)
    before = threading.active_count()
    with Sandbox(door="in-process") as sandbox:
        for ask in by_requests(sandbox):
            assert Way(sandbox, ask)("GET", "/sandbox")[0] == 200
        assert threading.active_count() == before


def test_what_has_no_such_door_says_so():
    with pytest.raises(SandboxError, match="door is one of loopback, in-process, both, not 'window'"):
        Sandbox(door="window")
    with Sandbox() as sandbox, pytest.raises(SandboxError, match="cannot be called in this process"):
        sandbox.adapter()
    stopped = Sandbox(door="in-process").start()
    adapter = stopped.adapter()
    address = stopped.base_url
    stopped.stop()
    with requests.Session() as session:
        session.mount(address, adapter)
        with pytest.raises(requests.ConnectionError, match="not running"):
            session.get(f"{address}/sandbox")

"""What people write every day. No type checker has anything against it."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import assert_type

import requests
from requests.adapters import HTTPAdapter

import vipps_nb
from vipps_nb import Retries, Sandbox, VippsResponse, VippsSession, webhooks
from vipps_nb.webhooks import Delivery, Listener, Verdict


def logging_in() -> None:
    assert_type(vipps_nb.login(), VippsSession)
    vipps_nb.login(env="test", dotenv=Path(".env"), profile="shop", key_type="partner", refresh=True, quiet=True)
    vipps_nb.login(postman="environment.json", form=True, init=True, strip_outputs=True)
    vipps = vipps_nb.current_session()
    assert_type(vipps.as_merchant("654321"), VippsSession)
    vipps_nb.logout()


def asking(vipps: VippsSession) -> None:
    path = "/epayment/v1/payments/my-order-0001"
    assert_type(vipps.get(path), VippsResponse)
    assert_type(vipps.get(path, params={"a": "b"}, headers={"X": "y"}, timeout=5, retries=0), VippsResponse)
    assert_type(vipps.post(path, json={"amount": {"currency": "NOK", "value": 49900}}), VippsResponse)
    assert_type(vipps.post(path, "body"), VippsResponse)
    assert_type(vipps.post(path, data={"grant_type": "client_credentials"}), VippsResponse)
    assert_type(vipps.put(path, json=[]), VippsResponse)
    assert_type(vipps.patch(path, json={}, retries=Retries(3)), VippsResponse)
    assert_type(vipps.delete(path), VippsResponse)
    assert_type(vipps.head(path, allow_redirects=False), VippsResponse)
    assert_type(vipps.options(path), VippsResponse)
    assert_type(vipps.request("GET", path), VippsResponse)
    assert_type(vipps.send(vipps.prepare_request(requests.Request("GET", path))), VippsResponse)
    assert_type(vipps.poll(path), VippsResponse)
    assert_type(vipps.poll(path, "AUTHORIZED", within=60, quiet=True), VippsResponse)
    vipps.poll(path, {"AUTHORIZED", "ABORTED"})
    vipps.poll(path, lambda answer: answer.json()["state"] == "AUTHORIZED")
    with vipps.allow_writes() as writing:
        assert_type(writing, VippsSession)
    vipps.headers["X-Of-Mine"] = "1"
    vipps.timeout = 10
    vipps.retries = Retries(total=5)
    vipps.mount("https://example.com/", HTTPAdapter())
    session: requests.Session = vipps
    session.close()


def reading(answer: VippsResponse) -> None:
    try:
        answer.raise_for_status()
    except vipps_nb.ApiError as error:
        assert_type(error.problem.code, str)
        for field in error.problem.field_errors:
            print(field.name, field.reason)
    except vipps_nb.VippsNbError as error:
        print(error)
    print(answer.json()["state"], answer.status_code, answer.ok, answer.headers["Content-Type"])
    print([(retry.cause, retry.waited) for retry in answer.retries])
    plain: requests.Response = answer
    vipps_nb.show(plain, personal=True)


def many(vipps: VippsSession, orders: list[dict[str, str]]) -> None:
    paths = [f"/epayment/v1/payments/order-{number}" for number in range(100)]
    answers = vipps.map("GET", paths, at_once=16)
    assert_type(answers.ok, list[VippsResponse])
    for answer in answers:
        if isinstance(answer, VippsResponse):
            print(answer.json())
        else:
            print("no answer:", str(answer))
    for failure in answers.failed:
        print(failure.position, failure.call.path, failure.outcome)
    vipps.map("POST", [("/epayment/v1/payments", {"json": order}) for order in orders])
    with ThreadPoolExecutor() as executor:
        vipps.map("POST", [failure.call for failure in answers.failed], executor=executor, paced=False, quiet=True)


def looking_back(vipps: VippsSession) -> None:
    assert_type(len(vipps.history), int)
    call = vipps.history[-1]
    assert_type(call.response, VippsResponse)
    assert_type(call.status, int | None)
    assert_type(vipps.history.resend(-1, new_key=True), VippsResponse)
    for refused in vipps.history.filter("refund", status="refused", path="/epayment/*"):
        print(refused.number, refused.method, refused.path, refused.idempotency_key, refused.response.json())
    assert_type(vipps.history.save("calls.har"), Path)
    assert_type(vipps.history.as_python(), str)


def playing(folder: Path) -> None:
    with Sandbox(seed=1, port=0, sales_units=2) as sandbox:
        assert_type(sandbox.base_url, str)
        assert_type(sandbox.keys("partner"), dict[str, str])
        assert_type(sandbox.overview()["counts"]["payments"], int)
        assert_type(sandbox.hold("2026-01-01T12:00:00Z")["held"], bool)
        assert_type(sandbox.advance(3600)["now"], str)
        sandbox.approve(reference="my-order-0001")
        sandbox.abort(agreement_id="agr_1")
        sandbox.faults([{"path": "/epayment/*", "rate": 0.2, "status": 429, "retryAfter": 2}])
        sandbox.clear_faults()
        for entry in sandbox.requests(last=10):
            print(entry["method"], entry["path"], entry["status"], entry.get("tolerated", []))
        for letter in sandbox.deliveries():
            print(letter["url"], letter["outcome"], letter["nextAttempt"])
        for waiting in sandbox.waiting():
            print(waiting["merchant"], waiting["price"] or "")
        assert_type(sandbox.sales_units()[0]["merchantSerialNumber"], str)
        sandbox.settings(rateLimits=True)
        sandbox.reset(seed=2)
        assert_type(sandbox.write_dotenvs(folder), list[Path])
    assert_type(Sandbox.join("http://127.0.0.1:8080"), Sandbox)


def guarded(vipps: VippsSession) -> None:
    if vipps.sandbox:
        vipps.sandbox.approve(reference="my-order-0001")


def listening(vipps: VippsSession, headers: Mapping[str, str], body: bytes) -> None:
    verdict = webhooks.verify(body, headers, "secret", url="https://shop.example.com/hook")
    assert_type(verdict, Verdict)
    if not verdict:
        print(verdict.reason, verdict.sentence)
    webhooks.verify(body, headers, vipps_nb.Secret("secret"), path="/hook", tolerance=timedelta(minutes=1))
    print(webhooks.explain(body, headers, "secret", url="https://shop.example.com/hook"))
    print(vipps_nb.webhooks.Listener, vipps_nb.webhooks.verify)
    with Listener(vipps) as listener:
        listener.trust("secret")
        assert_type(listener.wait_for("epayments.payment.created.v1"), Delivery)
        assert_type(listener.deliveries, list[Delivery])
        print(listener.url, listener.wait_for(lambda delivery: delivery.accepted, timeout=5).json)


def keys(vipps: VippsSession) -> None:
    assert_type(vipps.token.reveal(), str)
    assert_type(vipps.environment.base_url, str)
    assert_type(vipps_nb.TEST, vipps_nb.Environment)
    print(vipps.credentials.client_secret, vipps.merchant_serial_number, vipps.base_url)

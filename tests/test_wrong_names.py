"""A wrong name is answered with the names there are, and the nearest one; also over HTTP."""

from __future__ import annotations

import pytest
import requests

import vipps_nb
from vipps_nb import Retries, Sandbox, login


@pytest.mark.parametrize(
    ("call", "meant", "also"),
    [
        (lambda vipps: vipps.get("/x", retrys=0), "retries", "timeout"),
        (lambda vipps: vipps.post("/x", jsn={}), "json", "headers"),
        (lambda vipps: vipps.map("GET", ["/x"], pased=False), "paced", "at_once"),
        (lambda vipps: vipps.poll("/x", untill="Y"), "until", "within"),
        (lambda vipps: vipps.history.filter(statuss=1), "status", "method"),
        (lambda vipps: vipps.history.resend(1, newkey=True), "new_key", "number"),
        (lambda vipps: vipps.history.save("a.har", persnal=True), "personal", "file"),
        (lambda vipps: login(envv="test"), "env", "profile"),
        (lambda vipps: Retries(totl=1), "total", "within"),
        (lambda vipps: Sandbox(sed=1), "seed", "strictness"),
        (lambda vipps: vipps.sandbox.reset(sede=1), "seed", "seed"),
        (lambda vipps: vipps.sandbox.approve(refrence="x"), "reference", "agreement_id"),
        (lambda vipps: vipps.sandbox.clock(hold=True), "held", "now"),
        (lambda vipps: vipps.sandbox.requests.one("GET", "/x", stauts=200), "status", "body"),
    ],
)
def test_an_option_that_nobody_has_is_named_with_those_that_there_are(vipps, call, meant, also):
    with pytest.raises(TypeError, match=f"Did you mean {meant}\\?") as caught:
        call(vipps)

    assert f" {also}" in str(caught.value)
    assert "__" not in str(caught.value)


@pytest.mark.parametrize(
    ("call", "meant"),
    [
        (lambda sandbox: sandbox.faults([{"pathh": "/x"}]), "path"),
        (lambda sandbox: sandbox.faults([{"drop": "befor"}]), "before"),
        (lambda sandbox: sandbox.faults([{"method": "PSOT"}]), "POST"),
        (lambda sandbox: sandbox.settings(rateLimit=True), "rateLimits"),
        (lambda sandbox: sandbox.settings(repeatedCancel="refuse"), "refused"),
        (lambda sandbox: sandbox.sales_unit("952031", expresAllowed=True), "expressAllowed"),
        (lambda sandbox: sandbox.card(working=False, reason="technical_eror"), "technical_error"),
        (lambda sandbox: sandbox.keys("partnr"), "partner"),
        (lambda sandbox: Sandbox(door="inprocess"), "in-process"),
        (lambda sandbox: Sandbox(strictness="stric"), "strict"),
    ],
)
def test_a_word_in_data_is_answered_with_the_nearest_one(vipps, call, meant):
    with pytest.raises(vipps_nb.SandboxError, match=f"[Dd]id you mean {meant}\\?"):
        call(vipps.sandbox)


@pytest.mark.parametrize(
    ("method", "path", "body", "meant"),
    [
        ("PUT", "/faults", {"ruls": []}, "rules"),
        ("POST", "/reset", {"sed": 1}, "seed"),
        ("POST", "/customer/approve", {"refrence": "x"}, "reference"),
        ("POST", "/clock/advance", {"second": 1}, "seconds"),
        ("GET", "/request", None, "/sandbox/requests"),
    ],
)
def test_over_http_the_sandbox_names_them_too(vipps, method, path, body, meant):
    answer = requests.request(method, f"{vipps.base_url}/sandbox{path}", json=body, timeout=5)

    assert answer.status_code in (400, 404)
    assert f"id you mean {meant}?" in answer.text


def test_a_status_that_there_is_not_is_refused_before_there_are_calls(vipps):
    vipps.history.clear()

    with pytest.raises(vipps_nb.HistoryError, match="Did you mean refused"):
        vipps.history.filter(status="refusd")


def test_what_goes_wrong_inside_stays_what_it_is(vipps):
    with pytest.raises(TypeError, match="not JSON serializable"):
        vipps.post("/epayment/v1/payments", json={"x": object()})

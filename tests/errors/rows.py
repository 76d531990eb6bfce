"""The common errors, by their numbers: 45 rows, each with what provokes it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
import requests

from tests.errors.bench import AGREEMENTS, KEY_HEADER, MSN_HEADER, ORDERS, PAYMENTS, Bench
from tests.errors.case import By, Case
from tests.errors.codes import EPAYMENT, RECURRING
from tests.sandbox.login_client import CALLBACK
from vipps_nb import PRODUCTION, Credentials, ReadOnlyError, Secret, TokenRefusedError, VippsSession
from vipps_nb.core.environment import Environment
from vipps_nb.sandbox import Sandbox
from vipps_nb.webhooks import Listener, NothingHeardError

TEST_HOST, PRODUCTION_HOST = "apitest.vipps.no", "api.vipps.no"
INVALID_KEY = "Access denied due to invalid subscription key."
PATH = f"{PAYMENTS}/order-0001"
_BY_CODE = {case.row: case for case in (*EPAYMENT, *RECURRING)}


def _of_code(row: str, code: str, see: str) -> Case:
    """A row that a code stands for."""
    case = _BY_CODE[code]
    return Case(row=row, see=see, how=case.how, provoke=case.provoke, symptom=case.symptom, by=case.by)


def _keys_in_the_query(bench: Bench) -> requests.Response:
    return bench.http.post(f"{bench.sandbox.base_url}/accesstoken/get", params=bench.sandbox.keys())


def _keys_of(seed: int) -> dict[str, str]:
    return Sandbox(seed=seed).keys()


def _login_elsewhere(bench: Bench) -> str:
    keys = _keys_of(2)
    credentials = Credentials(
        keys["client_id"],
        Secret(keys["client_secret"]),
        Secret(keys["subscription_key"]),
        keys["merchant_serial_number"],
        source=".env",
    )
    session = VippsSession(credentials, Environment("sandbox", bench.sandbox.base_url))
    with pytest.raises(TokenRefusedError) as refused:
        session.get(PATH)
    return str(refused.value)


def _foreign_keys_on(host: str) -> Any:
    body = json.dumps({"statusCode": 401, "message": INVALID_KEY}).encode()
    return lambda bench: bench.elsewhere(host, "POST", "/accesstoken/get", 401, body)


def _miami(key_type: str, form: dict[str, str], **headers: str) -> Any:
    def provoke(bench: Bench) -> requests.Response:
        keys = bench.sandbox.keys(key_type)
        basic = base64.b64encode(f"{keys['client_id']}:{keys['client_secret']}".encode()).decode()
        sent = {"Authorization": f"Basic {basic}", **headers}
        return bench.http.post(f"{bench.sandbox.base_url}/miami/v1/token", data=form, headers=sent)

    return provoke


def _old_token(bench: Bench) -> requests.Response:
    token = bench.vipps.token.reveal()
    bench.wait(1)
    return bench.plain("GET", PATH, headers={"Authorization": f"Bearer {token}"})


def _lower_case(bench: Bench) -> requests.Response:
    return bench.strict().plain("GET", PATH, headers={"Authorization": f"bearer {bench.vipps.token.reveal()}"})


def _userinfo_with_a_key(bench: Bench) -> requests.Response:
    token = bench.browser.login()["access_token"]
    return bench.browser.userinfo(token, **{KEY_HEADER: bench.sandbox.keys()["subscription_key"]})


def _partner(msn: str | None) -> Any:
    def provoke(bench: Bench) -> requests.Response:
        token = bench.session("partner").token.reveal()
        keys = bench.sandbox.keys("partner")
        headers = {"Authorization": f"Bearer {token}", KEY_HEADER: keys["subscription_key"], MSN_HEADER: msn or ""}
        return bench.plain("GET", AGREEMENTS, headers=headers, without=() if msn else (MSN_HEADER,))

    return provoke


def _of_another_unit(bench: Bench) -> requests.Response:
    return bench.plain("GET", PATH, headers={MSN_HEADER: bench.other_msn})


def _recurring_off(bench: Bench) -> requests.Response:
    bench.allow(recurringAllowed=False)
    return bench.vipps.get(AGREEMENTS)


def _force_in_production(bench: Bench) -> str:
    session = VippsSession(bench.vipps.credentials, PRODUCTION)
    with session.allow_writes(), pytest.raises(ReadOnlyError) as refused:
        session.post("/epayment/v1/test/payments/order-0001/approve")
    return str(refused.value)


def _corrected_with_the_old_key(bench: Bench) -> requests.Response:
    bench.created()
    assert bench.modify("capture", 49900, key="one-key").status_code == 400
    bench.sandbox.approve(reference="order-0001")
    return bench.modify("capture", 49900, key="one-key")


def _no_money_at_ecom(bench: Bench) -> requests.Response:
    return bench.ecom(amount=499.5)


def _ecom_twice(bench: Bench) -> requests.Response:
    assert bench.ecom().ok
    return bench.ecom()


def _ecom_stranger(bench: Bench) -> requests.Response:
    bench.sandbox.settings(unknownPhoneNumbers=["12345678", "4712345678"])
    return bench.ecom()


def _false_delivery(bench: Bench) -> str:
    with Listener(bench.vipps, secrets=["not-the-one"]) as listener:
        _register(bench, listener)
        bench.created()
        bench.sandbox.deliveries()
        [delivery] = listener.deliveries
        return delivery.verdict.sentence


def _failing_receiver(bench: Bench) -> str:
    with Listener(bench.vipps) as listener:
        listener.trust(_register(bench, listener))
        listener.drill(status=500, times=99)
        bench.reserved()
        bench.sandbox.deliveries()
        with pytest.raises(NothingHeardError) as silence:
            listener.wait_for("AUTHORIZED", timeout=0)
        return str(silence.value)


def _register(bench: Bench, listener: Listener) -> str:
    events = ["epayments.payment.created.v1", "epayments.payment.authorized.v1"]
    answer = bench.vipps.post("/webhooks/v1/webhooks", json={"url": listener.url, "events": events})
    secret: str = answer.json()["secret"]
    return secret


def _too_fast(bench: Bench) -> requests.Response:
    bench.sandbox.settings(rateLimits=True)
    bench.reserved()
    for _ in range(5):
        bench.modify("capture", 100)
    return bench.modify("capture", 100)


def _nothing_charged(bench: Bench) -> requests.Response:
    return bench.vipps.get(f"{bench.active()}/charges")


def _another_redirect(bench: Bench) -> requests.Response:
    bench.allow(loginRedirectUris=[CALLBACK])
    return bench.browser.authorize(redirect_uri=CALLBACK + "/")


def _code_twice(bench: Bench) -> requests.Response:
    browser = bench.browser
    code = browser.approve()["code"]
    assert browser.exchange(code).ok
    return browser.exchange(code)


def _keys_in_the_form(bench: Bench) -> requests.Response:
    browser = bench.browser
    form = dict(zip(("client_id", "client_secret"), browser.basic, strict=True))
    return browser.exchange(browser.approve()["code"], auth=None, **form)


def _not_in_test(path: str) -> Any:
    body = b'{"statusCode": 404, "message": "Resource not found"}'
    return lambda bench: bench.elsewhere(TEST_HOST, "GET", path, 404, body)


def _foreign_ledger(bench: Bench) -> requests.Response:
    return bench.session("accounting").get("/report/v2/ledgers/999999/funds/feed")


def _day_to_come(bench: Bench) -> requests.Response:
    bench.sandbox.hold("2026-01-08T12:00:00Z")
    session = bench.session("accounting")
    [ledger, *_] = session.get("/settlement/v1/ledgers").json()["items"]
    return session.get(f"/report/v2/ledgers/{ledger['ledgerId']}/funds/dates/2026-01-09")


def _no_ledgers(bench: Bench) -> requests.Response:
    for unit in bench.sandbox.sales_units():
        bench.sandbox.sales_unit(unit["merchantSerialNumber"], accountingPartnerHasAccess=False)
    return bench.session("accounting").get("/settlement/v1/ledgers")


ROWS = (
    Case(
        row="1",
        see="401, “missing subscription key”",
        how="The token call with the keys in the query",
        provoke=_keys_in_the_query,
        symptom="subscription-key-missing",
    ),
    Case(
        row="2",
        see="401, “invalid subscription key”",
        how="The token call with the keys of a sandbox with another seed",
        provoke=lambda bench: bench.ask_for_token(_keys_of(2)),
        symptom="subscription-key-invalid",
    ),
    Case(
        row="2",
        see="the same with production keys on the test host",
        how="apitest.vipps.no says so",
        provoke=_foreign_keys_on(TEST_HOST),
        symptom="subscription-key-invalid",
        by=By.STAND_IN,
    ),
    Case(
        row="2",
        see="the same at a login",
        how="A session with the keys of a sandbox with another seed",
        provoke=_login_elsewhere,
        by=By.CLIENT,
        words=(
            "It is of another sales unit, was regenerated, or belongs to the test environment (then choose --env "
            "test).",
            "Copy VIPPS_SUBSCRIPTION_KEY again from the portal.",
        ),
    ),
    Case(
        row="3",
        see="400 or 401, `unauthorized_client`, AADSTS700016",
        how="The token call with a client_id of another environment",
        provoke=lambda bench: bench.ask_for_token(bench.sandbox.keys() | {"client_id": _keys_of(2)["client_id"]}),
        symptom="client-id-unknown",
    ),
    Case(
        row="4",
        see="401, `invalid_client` from /accesstoken/get",
        how="The token call with another client_secret",
        provoke=lambda bench: bench.ask_for_token(bench.sandbox.keys() | {"client_secret": "b2xk"}),
        symptom="client-secret-wrong",
    ),
    Case(
        row="5",
        see="`invalid_client` from /miami/v1/token",
        how="A form without grant_type",
        provoke=_miami("accounting", {}),
        symptom="specialized-client-refused",
    ),
    Case(
        row="5",
        see="the same",
        how="A subscription key sent along",
        provoke=_miami("accounting", {"grant_type": "client_credentials"}, **{KEY_HEADER: "0" * 32}),
        symptom="specialized-client-refused",
    ),
    Case(
        row="5",
        see="the same",
        how="Merchant keys used for it",
        provoke=_miami("merchant", {"grant_type": "client_credentials"}),
        symptom="specialized-client-refused",
    ),
    Case(
        row="6",
        see="401 from an API, though a token was fetched",
        how="A token of yesterday",
        provoke=_old_token,
        symptom="token-refused",
    ),
    Case(
        row="6",
        see="the same",
        how="The word bearer in lower case, where the sandbox is strict",
        provoke=_lower_case,
        symptom="token-refused",
    ),
    Case(
        row="7",
        see="401, “Something went wrong, please try again later”",
        how="A 401 with these words",
        provoke=lambda bench: bench.refuse(
            "GET", PATH, status=401, detail="Something went wrong, please try again later"
        ),
        symptom="authorization-header-bad",
        by=By.FAULTS,
    ),
    Case(
        row="8",
        see="401 from userinfo",
        how="A subscription key sent along with a person's token",
        provoke=_userinfo_with_a_key,
        symptom="userinfo-refused",
    ),
    Case(
        row="9",
        see="403, “Merchant Not Allowed for Ecommerce Payment”",
        how="A payment with the switch paymentAllowed off",
        provoke=lambda bench: (bench.allow(paymentAllowed=False), bench.create())[1],
        symptom="sales-unit-takes-no-payments",
    ),
    Case(
        row="10",
        see="403 with partner keys",
        how="Without the Merchant-Serial-Number header",
        provoke=_partner(None),
        symptom="partner-keys-need-msn",
    ),
    Case(
        row="10",
        see="the same",
        how="With the number of a merchant who is not connected",
        provoke=_partner("999999"),
        symptom="partner-not-connected",
    ),
    Case(
        row="10",
        see="403, and nothing else is said",
        how="A 403 to a request without the Merchant-Serial-Number header",
        provoke=lambda bench: (
            bench.vipps.token,
            bench.sandbox.faults([{"status": 403}]),
            bench.plain("GET", PATH, without=(MSN_HEADER,)),
        )[2],
        symptom="no-sales-unit-named",
        by=By.FAULTS,
    ),
    Case(
        row="11",
        see="an MSN that is not that of these keys",
        how="The number of the neighbouring sales unit",
        provoke=_of_another_unit,
        symptom="msn-not-under-these-keys",
    ),
    Case(
        row="11",
        see="“not valid for the provided supermerchant ID”",
        how="A 400 with these words",
        provoke=lambda bench: bench.refuse(
            "GET", PATH, status=400, detail="Invalid MSN: not valid for the provided supermerchant ID"
        ),
        symptom="msn-not-under-these-keys",
        by=By.FAULTS,
    ),
    Case(
        row="11",
        see="“Check your API keys”",
        how="A report with a token that is none",
        provoke=lambda bench: bench.plain(
            "GET", "/settlement/v1/ledgers", headers={"Authorization": "Bearer x"}, without=(KEY_HEADER, MSN_HEADER)
        ),
        symptom="msn-not-under-these-keys",
    ),
    Case(
        row="12",
        see="403, `merchant.not.allowed.for.recurring.operation`",
        how="Agreements with the switch recurringAllowed off",
        provoke=_recurring_off,
        symptom="recurring-not-active",
    ),
    _of_code("13", "5090", "404 or 5090 for a payment"),
    Case(
        row="13",
        see="eCom code 35",
        how="An order that nobody made",
        provoke=lambda bench: bench.vipps.get(f"{ORDERS}/order-0001/details"),
        symptom="ecom-35",
    ),
    Case(
        row="14",
        see="404 for force approve or force accept",
        how="api.vipps.no says so",
        provoke=lambda bench: bench.elsewhere(
            PRODUCTION_HOST, "POST", "/epayment/v1/test/payments/order-0001/approve", 404, b""
        ),
        symptom="forced-outside-test",
        by=By.STAND_IN,
    ),
    Case(
        row="14",
        see="nothing was sent",
        how="A production session is asked to",
        provoke=_force_in_production,
        by=By.CLIENT,
        words=("Nothing was sent.", "In production, wait for the customer."),
    ),
    _of_code("15", "4010", "4010"),
    _of_code("15", "4020", "4020"),
    _of_code("15", "idempotency-conflict", "`idempotency-conflict`"),
    Case(
        row="16",
        see="the same 400 again and again",
        how="A capture refused before the approval, repeated after it with the same key",
        provoke=_corrected_with_the_old_key,
        symptom="refusal-bound-to-key",
    ),
    _of_code("17", "4150", "4150"),
    Case(
        row="17",
        see="“orderId is already used”",
        how="Two eCom payments with one orderId",
        provoke=_ecom_twice,
        symptom="ecom-order-taken",
    ),
    Case(
        row="18",
        see="400 with the names of fields",
        how="A payment with a field that nobody knows, where the sandbox is strict",
        provoke=lambda bench: bench.strict().create(colour="red"),
        symptom="fields-invalid",
    ),
    Case(
        row="19",
        see="4040 for an amount",
        how="499.5 as the amount",
        provoke=lambda bench: bench.create(amount={"currency": "NOK", "value": 499.5}),
        symptom="amount-invalid",
    ),
    Case(
        row="19",
        see="400 for an amount",
        how="499.5 as the amount of an eCom payment",
        provoke=_no_money_at_ecom,
        symptom="amount-is-no-integer",
    ),
    Case(
        row="19",
        see="500 for an amount",
        how='A 500 to a payment of "499"',
        provoke=lambda bench: bench.refuse_sending({"amount": {"currency": "NOK", "value": "499"}}, status=500),
        symptom="amount-is-no-integer",
        by=By.FAULTS,
    ),
    Case(
        row="20",
        see="500 with the MSN as a number",
        how="A 500 to a payment with merchantSerialNumber 123456",
        provoke=lambda bench: bench.refuse_sending({"merchantInfo": {"merchantSerialNumber": 123456}}, status=500),
        symptom="msn-is-no-text",
        by=By.FAULTS,
    ),
    Case(
        row="20",
        see="400 with the MSN as a number",
        how="An eCom payment with merchantSerialNumber 123456, where the sandbox is strict",
        provoke=lambda bench: bench.strict().ecom(merchant={"merchantSerialNumber": 123456}),
        symptom="msn-is-no-text",
    ),
    _of_code("21", "4070", "4070"),
    Case(
        row="21",
        see="eCom code 81",
        how="An eCom payment with the number 123 45 678 9",
        provoke=lambda bench: bench.ecom(phone="123 45 678 9"),
        symptom="ecom-customer-unknown",
    ),
    Case(
        row="21",
        see="400 for a number elsewhere",
        how="A check-in with the number +4712345678",
        provoke=lambda bench: bench.vipps.post(
            "/point-of-sale/v1/loyalty-check-in", json={"phoneNumber": "+4712345678", "isMember": True}
        ),
        symptom="phone-number-malformed",
    ),
    _of_code("22", "7010", "7010"),
    Case(
        row="22",
        see="“User not registered”, eCom code 81",
        how="An eCom payment for a number that the setting unknownPhoneNumbers names",
        provoke=_ecom_stranger,
        symptom="ecom-customer-unknown",
    ),
    _of_code("23", "6080", "6080"),
    _of_code("24", "6090", "6090"),
    _of_code("24", "6150", "6150"),
    _of_code("25", "6040", "6040"),
    Case(
        row="26",
        see="the state is still AUTHORIZED after a capture",
        how="A capture",
        provoke=lambda bench: (bench.reserved(), bench.modify("capture", 49900))[1],
        symptom="still-authorized-after-capture",
    ),
    _of_code("27", "5040", "5040"),
    _of_code("28", "5080", "5080"),
    _of_code("28", "5050", "5050"),
    _of_code("28", "5020", "5020"),
    Case(
        row="29",
        see="500 for force approve",
        how="A 500 to force approve",
        provoke=lambda bench: bench.refuse("POST", "/epayment/v1/test/payments/order-0001/approve", status=500),
        symptom="force-approve-failed",
        by=By.FAULTS,
    ),
    _of_code("29", "10050", "10050"),
    *(
        Case(
            row="29",
            see=f"eCom code {code} for force approve",
            how=f'`vipps.sandbox.faults([{{"code": "{code}"}}])`, then eCom\'s force approve',
            provoke=lambda bench, code=code: bench.refuse(
                "POST", "/ecomm/v2/integration-test/payments/order-0001/approve", code=code
            ),
            symptom=f"ecom-{code}",
            by=By.FAULTS,
        )
        for code in ("81", "99")
    ),
    _of_code("30", "4090", "4090"),
    Case(
        row="30",
        see="“callbackUrl is invalid”, “merchantInfo.fallBack.invalid”, “Invalid IP address”",
        how="A 400 with these words",
        provoke=lambda bench: bench.refuse("POST", PAYMENTS, status=400, detail="callbackUrl is invalid"),
        symptom="url-not-acceptable",
        by=By.FAULTS,
    ),
    Case(
        row="31",
        see="400 for a webhook, `url` “not allowed”",
        how="A webhook on http://example.com",
        provoke=lambda bench: bench.vipps.post(
            "/webhooks/v1/webhooks",
            json={"url": "http://example.com", "events": ["epayments.payment.created.v1"]},
        ),
        symptom="webhook-address-refused",
    ),
    Case(
        row="32",
        see="a webhook's signature does not fit",
        how="A listener that trusts another secret",
        provoke=_false_delivery,
        by=By.CLIENT,
        words=(
            "Not signed with this secret for this address.",
            "Compare the secret (as text, not Base64-decoded) and the URL, path and query included, with the "
            "registration.",
        ),
    ),
    Case(
        row="33",
        see="later events never arrive",
        how="A listener that answers 500",
        provoke=_failing_receiver,
        by=By.CLIENT,
        words=(
            "The last one (CREATED) was answered with 500, and later events wait until it is accepted.",
            "Answer it with 200: the platform tries again by itself.",
        ),
    ),
    Case(
        row="34",
        see="429",
        how="Six captures in a minute with the setting rateLimits on",
        provoke=_too_fast,
        symptom="rate-limit",
    ),
    Case(
        row="35",
        see="423",
        how="A 423 to a capture",
        provoke=lambda bench: bench.refuse("POST", f"{PATH}/capture", status=423),
        symptom="locked",
        by=By.FAULTS,
    ),
    _of_code("35", "6160", "6160"),
    Case(
        row="36",
        see="415 or 400 for the token call",
        how="The token call with a body, where the sandbox is strict",
        provoke=lambda bench: bench.strict().ask_for_token(json={"grant_type": "client_credentials"}),
        symptom="token-call-with-body",
    ),
    *(
        Case(
            row="37",
            see=str(status),
            how=f"A {status} to a payment",
            provoke=lambda bench, status=status: bench.refuse("POST", PAYMENTS, status=status),
            symptom="backend-trouble",
            by=By.FAULTS,
        )
        for status in (422, 502, 503)
    ),
    _of_code("38", "idempotency-key-header", "400, `idempotency-key-header`"),
    _of_code("39", "charge-due-too-soon", "`charge-due-too-soon`"),
    _of_code("40", "charge-amount-too-high", "`charge-amount-too-high`"),
    Case(
        row="41",
        see="a charge was never taken",
        how="The charges of an agreement that was accepted and left alone",
        provoke=_nothing_charged,
        symptom="charge-never-taken",
    ),
    Case(
        row="42",
        see="Login says `invalid_request`",
        how="A redirect_uri with a slash more than the registered one",
        provoke=_another_redirect,
        symptom="login-request-invalid",
    ),
    Case(
        row="42",
        see="Login says `invalid_grant`",
        how="A code that is traded twice",
        provoke=_code_twice,
        symptom="login-grant-invalid",
    ),
    Case(
        row="42",
        see="Login says `invalid_client`",
        how="The keys in the form, where the portal's setting is Basic",
        provoke=_keys_in_the_form,
        symptom="login-client-invalid",
    ),
    *(
        Case(
            row="43",
            see=f"404 for {path.split('/')[1]} on apitest",
            how="apitest.vipps.no says so",
            provoke=_not_in_test(path),
            symptom="production-only",
            by=By.STAND_IN,
        )
        for path in ("/report/v2/ledgers/302321/funds/feed", "/management/v1/sales-units", "/donations/v1/agreements/1")
    ),
    Case(
        row="44",
        see="404 for a ledger",
        how="A ledger that these keys may not read",
        provoke=_foreign_ledger,
        symptom="ledger-unknown",
    ),
    Case(
        row="44",
        see="404 for a day of a ledger",
        how="Tomorrow's entries",
        provoke=_day_to_come,
        symptom="ledger-day-unknown",
    ),
    Case(
        row="44",
        see="an empty list of ledgers",
        how="Accounting keys with the switch accountingPartnerHasAccess off",
        provoke=_no_ledgers,
        symptom="ledgers-empty",
    ),
    Case(
        row="45",
        see="a CORS error in a browser, 403 here",
        how="A request with another site's Origin",
        provoke=lambda bench: bench.plain("GET", PATH, headers={"Origin": "https://shop.example.com"}),
        symptom="called-from-a-page",
    ),
)

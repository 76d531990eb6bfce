"""A long random story that begins *behind* the happy path: what is paid is captured, refunded, broken and sent again.

Requests go straight to the front door, without a socket, so ten thousand take seconds. By hand, as long as one likes:
``python -m tests.sandbox.fuzz SEED REQUESTS``; a failure names its seed and the number of the request.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any
from urllib.parse import quote

from tests.sandbox.official.checkout import SYSTEM
from tests.sandbox.official.psp import PSP_ID
from vipps_nb.sandbox.server.app import build_app
from vipps_nb.sandbox.server.in_process import InProcessServer
from vipps_nb.sandbox.webhook_delivery.outbox import Reply
from vipps_nb.sandbox.world.movements import Movements
from vipps_nb.sandbox.world.sales_unit import KeyStore
from vipps_nb.sandbox.world.settings import Settings
from vipps_nb.sandbox.world.world import Backend

HERE = "http://127.0.0.1:8080"
NOON = "2026-01-01T12:00:00Z"
DAY = 86_400
YOUNG = 30
"""Of each kind so many, the latest, are acted on and looked at after each request."""
PROVIDER = "https://example.com/make-payment"
NASTY: list[Any] = [
    None, True, False, 0, -1, 1.5, 100.0, 1e308, 2**31, 2**53 + 1, 2**63, 10**400, "", " ", " 2", "2", "1e3", "0x1",
    "100", "٣", "NaN", "null", "a" * 3000, "\x00", "\ud800", "a\udfffb", "\u202e", "℀", "https://℀.com", "http://[",
    "https://[::1", "https://example.com:99999", "javascript:alert(1)", "../..", "%ED%A0%80", [], {}, [[]], [None],
    {"": ""}, {"value": 100}, {"\ud800": "\ud800"}, [1, "2", {"a": None}],
]  # fmt: skip
NO_JSON = [
    b"", b"{", b"[]", b"null", b"true", b'"text"', b"1", b"\xff\xfe", b'{"a":NaN}', b'{"a":1e999}', b"[" * 5000,
    b'{"a":' * 900 + b"1" + b"}" * 900, b'{"a":"\xed\xa0\x80"}', b'{"reference":1,"reference":2}', b"a=b&c=d",
]  # fmt: skip
NASTY_PATHS = ["%ED%A0%80", "%00", "..", "a%2Fb", "%E2%84%80", "x" * 300, "'", "%", " ", "%EF%BF%BD"]
NASTY_HEADERS = [b"", b"\xff", b"a" * 200, b"a:b", b"#", b"\xed\xa0\x80", b"null"]


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Direct:
    """A sandbox that is called and not connected to."""

    def __init__(self, seed: int = 1, sales_units: int = 1) -> None:
        self.backend = Backend(seed, KeyStore(seed, sales_units), Settings(), HERE)
        self.server = InProcessServer()
        app = build_app(self.backend)
        self.server.start(app, on_stop=app.close)

    def close(self) -> None:
        self.server.stop()

    def request(self, method: str, target: str, body: bytes = b"", headers: dict[str, bytes] | None = None) -> Answer:
        sent = [(name, value.decode("latin-1")) for name, value in (headers or {}).items()]
        answer = self.server.ask(method, HERE + target, sent, body)
        return Answer(answer.status, dict(answer.headers), answer.body)


class Story:
    """One sales unit with payments, agreements, sessions and transactions, and everything that can be done to them."""

    def __init__(self, seed: int, bad_headers: float = 0.02) -> None:
        self.seed, self.bad_headers = seed, bad_headers
        self.chance = random.Random(seed)
        self.direct = Direct(sales_units=1)
        self.world = self.direct.backend.world
        [unit] = self.direct.backend.keys.units.values()
        self.keys, self.msn = unit.keys, unit.merchant_serial_number
        self.count, self.names, self.statuses = 0, 0, Counter[int]()
        self.told: list[Any] = []
        self.used_keys: list[str] = []
        self.seen: dict[tuple[str, str], tuple[Any, ...]] = {}
        self.states: set[str] = set()
        self.ids: dict[str, list[str]] = {
            kind: [] for kind in ("epayment", "ecom", "agreement", "charge", "session", "psp")
        }
        self.charges_of: dict[str, str] = {}
        self._stand_in_for_the_provider()
        self.desk("PUT", "/sandbox/clock", {"now": NOON, "held": True})
        self.token = b""
        self.take_a_token()
        for _ in range(6):
            self.begin()

    # What is asked

    def ask(self, method: str, target: str, body: Any = None, **headers: bytes) -> Answer:
        """A request; everything that every answer has to be is looked at here."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        self.count += 1
        answer = self.direct.request(method, target, raw, headers)
        self.statuses[answer.status] += 1
        where = f"seed {self.seed}, request {self.count}: {method} {target} {raw[:300]!r} gave {answer.status}"
        assert 200 <= answer.status < 500, f"{where} {answer.body[:500]!r}"
        text = answer.body.decode()
        if "json" in answer.headers.get("content-type", "") and text:
            json.dumps(json.loads(text), ensure_ascii=False).encode()  # whoever reads it can write it down
        for letter in self.take_letters():
            self.world.outbox.answered(letter)
            letter.on_reply(Reply(status=200, body=b'{"paymentInfo": {"status": "OK"}}'))
        self.check(where, changed=answer.status < 400 or target.startswith("/sandbox"))
        return answer

    def desk(self, method: str, target: str, body: Any = None) -> Answer:
        return self.ask(method, target, body, **{"content-type": b"application/json"})

    def api(self, method: str, target: str, body: Any = None, key: str | None = None) -> Answer:
        key = key or self.key()
        headers = {
            "authorization": b"Bearer " + self.token,
            "ocp-apim-subscription-key": (self.keys.subscription_key or "").encode(),
            "merchant-serial-number": self.msn.encode(),
            "idempotency-key": key.encode(),
            "x-request-id": key.encode(),
            "psp-id": PSP_ID.encode(),
            **{name.lower(): value.encode() for name, value in SYSTEM.items()},
        }
        if target.startswith("/checkout"):
            headers |= {"client_id": self.keys.client_id.encode(), "client_secret": self.keys.client_secret.encode()}
        if body is not None:
            headers["content-type"] = b"application/json"
        if self.chance.random() < self.bad_headers:
            headers[self.chance.choice(list(headers))] = self.chance.choice(NASTY_HEADERS)
        return self.ask(method, target, body, **headers)

    def take_a_token(self) -> None:
        headers = {
            "client_id": self.keys.client_id.encode(),
            "client_secret": self.keys.client_secret.encode(),
            "ocp-apim-subscription-key": (self.keys.subscription_key or "").encode(),
        }
        self.token = self.ask("POST", "/accesstoken/get", **headers).json()["access_token"].encode()

    def key(self) -> str:
        """Mostly a new one."""
        if self.used_keys and self.chance.random() < 0.1:
            return self.chance.choice(self.used_keys)
        self.used_keys.append(f"key-{len(self.used_keys)}")
        return self.used_keys[-1]

    def name(self, kind: str) -> str:
        self.names += 1
        return f"{kind}-{self.names:06}"

    # What is done

    def begin(self) -> None:
        """Something that is paid, accepted or agreed to."""
        for start in (self.pay, self.pay_old, self.subscribe, self.check_out, self.sell_for_another):
            start(approve=True)

    def move(self) -> None:
        """Anything at all."""
        moves = [
            (self.change_payment, 6), (self.change_old, 6), (self.change_charge, 6), (self.charge, 4),
            (self.change_agreement, 1), (self.change_session, 2), (self.report_for_another, 2), (self.read, 2),
            (self.live, 1), (self.pay, 1), (self.pay_old, 1), (self.subscribe, 1), (self.check_out, 1),
            (self.sell_for_another, 1),
        ]  # fmt: skip
        chosen = self.chance.choices([move for move, _ in moves], [weight for _, weight in moves])[0]
        chosen()

    def pay(self, approve: bool | None = None) -> None:
        reference = self.name("payment")
        order = {
            "amount": {"currency": "NOK", "value": self.amount()},
            "paymentMethod": {"type": "WALLET"},
            "reference": reference,
            "userFlow": "WEB_REDIRECT",
            "returnUrl": "https://example.com/return",
            "paymentDescription": "Socks",
            "metadata": {"a": "b"},
            "customer": {"phoneNumber": "4791234567"},
            "profile": {"scope": "name"},
        }
        answer = self.api("POST", "/epayment/v1/payments", self.body(order, approve))
        if answer.status == 201:
            self.ids["epayment"].append(str(answer.json()["reference"]))
            self.maybe_approve(reference, approve)

    def change_payment(self) -> None:
        verb = self.chance.choice(["capture", "capture", "refund", "refund", "cancel", "approve"])
        path = f"/epayment/v1/{'test/' if verb == 'approve' else ''}payments/{self.one_of('epayment')}/{verb}"
        bodies: dict[str, Any] = {
            "cancel": self.chance.choice([None, {"cancelTransactionOnly": True}]),
            "approve": {"customer": {"phoneNumber": "4791234567"}},
        }
        body = bodies.get(verb, {"modificationAmount": {"currency": "NOK", "value": self.part()}})
        self.api("POST", path, self.body(body))

    def pay_old(self, approve: bool | None = None) -> None:
        order_id = self.name("old")
        order = {
            "customerInfo": {"mobileNumber": "91234567"},
            "merchantInfo": {
                "merchantSerialNumber": self.msn,
                "callbackPrefix": "https://example.com/callbacks",
                "fallBack": "https://example.com/return",
            },
            "transaction": {"amount": self.amount(), "orderId": order_id, "transactionText": "Socks"},
        }
        answer = self.api("POST", "/ecomm/v2/payments", self.body(order, approve))
        if answer.status == 200:
            self.ids["ecom"].append(str(answer.json()["orderId"]))
            self.maybe_approve(order_id, approve)

    def change_old(self) -> None:
        verb = self.chance.choice(["capture", "capture", "refund", "refund", "cancel", "approve"])
        order_id = self.one_of("ecom")
        body: dict[str, Any] = {
            "merchantInfo": {"merchantSerialNumber": self.msn},
            "transaction": {"transactionText": "Box 7", "amount": self.part()},
        }
        if self.chance.random() < 0.2:
            del body["transaction"]["amount"]
        if verb == "cancel":
            body["shouldReleaseRemainingFunds"] = self.chance.random() < 0.5
            self.api("PUT", f"/ecomm/v2/payments/{order_id}/cancel", self.body(body))
        elif verb == "approve":
            path = f"/ecomm/v2/integration-test/payments/{order_id}/approve"
            self.api("POST", path, self.body({"customerPhoneNumber": "91234567"}))
        else:
            self.api("POST", f"/ecomm/v2/payments/{order_id}/{verb}", self.body(body))

    def subscribe(self, approve: bool | None = None) -> None:
        draft = {
            "pricing": {"type": "LEGACY", "amount": 40_000, "currency": "NOK"},
            "interval": {"unit": "MONTH", "count": 1},
            "productName": "The daily news",
            "merchantRedirectUrl": "https://example.com/done",
            "merchantAgreementUrl": "https://example.com/me",
            "initialCharge": {
                "amount": self.amount(),
                "description": "Now",
                "transactionType": self.chance.choice(["DIRECT_CAPTURE", "RESERVE_CAPTURE"]),
            },
        }
        answer = self.api("POST", "/recurring/v3/agreements", self.body(draft, approve))
        if answer.status == 201:
            drafted = answer.json()
            self.ids["agreement"].append(drafted["agreementId"])
            self.keep_charge(drafted["agreementId"], drafted["chargeId"])
            if approve or (approve is None and self.chance.random() < 0.8):
                self.desk("POST", "/sandbox/customer/approve", {"agreementId": drafted["agreementId"]})

    def change_agreement(self) -> None:
        body = self.chance.choice(
            [{"status": "STOPPED"}, {"productName": "News"}, {"pricing": {"amount": 50_000}}, {"externalId": "7"}]
        )
        self.api("PATCH", f"/recurring/v3/agreements/{self.one_of('agreement')}", self.body(body))

    def charge(self) -> None:
        agreement, today = self.one_of("agreement"), self.world.clock.now().date()
        ahead = self.chance.randint(1, 4) if self.chance.random() < 0.7 else self.chance.randint(-9, 800)
        charge = {
            "amount": self.amount(),
            "description": "News",
            "transactionType": self.chance.choice(["DIRECT_CAPTURE", "RESERVE_CAPTURE"]),
            "due": (today + timedelta(days=ahead)).isoformat(),
            "retryDays": self.chance.randint(0, 3),
        }
        answer = self.api("POST", f"/recurring/v3/agreements/{agreement}/charges", self.body(charge))
        if answer.status == 201:
            self.keep_charge(agreement, answer.json()["chargeId"])

    def keep_charge(self, agreement: str, charge: str | None) -> None:
        if charge is not None:
            self.ids["charge"].append(charge)
            self.charges_of[charge] = agreement

    def change_charge(self) -> None:
        charge = self.one_of("charge")
        path = f"/recurring/v3/agreements/{self.charges_of.get(charge, 'agr_0')}/charges/{charge}"
        verb = self.chance.choice(["capture", "capture", "refund", "refund", "cancel"])
        if verb == "cancel":
            self.api("DELETE", path, self.chance.choice([None, None, b"[]", {}]))
        else:
            self.api("POST", f"{path}/{verb}", self.body({"amount": self.part(), "description": "Some"}))

    def check_out(self, approve: bool | None = None) -> None:
        reference = self.name("session")
        amount = {"value": self.amount(), "currency": "NOK"}
        order: dict[str, Any] = {
            "type": self.chance.choice(["PAYMENT", "SUBSCRIPTION"]),
            "reference": reference,
            "merchantInfo": {
                "callbackUrl": "https://example.com/callback",
                "returnUrl": "https://example.com/done",
                "callbackAuthorizationToken": "a-token-of-the-shop",
            },
            "transaction": {"amount": amount, "paymentDescription": "Socks"},
        }
        if order["type"] == "SUBSCRIPTION":
            order["subscription"] = {
                "productName": "Socks every month",
                "amount": {"value": 40_000, "currency": "NOK"},
                "interval": {"unit": "MONTH", "count": 1},
                "merchantAgreementUrl": "https://example.com/my-socks",
            }
        answer = self.api("POST", "/checkout/v3/session", self.body(order, approve))
        if answer.status != 200:
            return
        self.ids["session"].append(reference)
        if approve or self.chance.random() < 0.7:
            self.desk("POST", "/sandbox/customer/approve", {"reference": reference})
            self.ids["epayment"].append(reference)
            found = self.api("GET", f"/checkout/v3/session/{reference}")
            details = found.json().get("subscriptionDetails") if found.status == 200 else None
            if details is not None:
                self.ids["agreement"].append(details["agreementId"])

    def change_session(self) -> None:
        path = f"/checkout/v3/session/{self.one_of('session')}"
        amount = {"value": self.amount(), "currency": "NOK"}
        if self.chance.random() < 0.7:
            self.api("PATCH", path, self.body({"transaction": {"amount": amount, "paymentDescription": "Socks"}}))
        else:
            self.api("POST", f"{path}/expire")

    def sell_for_another(self, approve: bool | None = None) -> None:
        name = self.name("psp")
        order = {
            "pspTransactionId": name,
            "merchantOrderId": f"order-{name}",
            "amount": self.amount(),
            "currency": "NOK",
            "pspRedirectUrl": "https://example.com/return",
            "makePaymentUrl": PROVIDER,
            "paymentText": "Socks",
        }
        answer = self.api("POST", "/psp/v3/psppayments/init", self.body(order, approve))
        if answer.status == 200:
            self.ids["psp"].append(name)
            self.maybe_approve(f"order-{name}", approve)

    def report_for_another(self) -> None:
        status = self.chance.choice(["RESERVED", "CAPTURED", "CAPTURED", "CANCELLED", "REFUNDED"])
        update = {"pspTransactionId": self.one_of("psp"), "status": status, "amount": self.part(), "currency": "NOK"}
        self.api("POST", "/psp/v3/psppayments/updatestatus", self.body({"transactions": [update]}))

    def read(self) -> None:
        """Whatever is read says the same as what was answered when it changed."""
        charge = self.one_of("charge")
        self.api(
            "GET",
            self.chance.choice(
                [
                    f"/epayment/v1/payments/{self.one_of('epayment')}",
                    f"/epayment/v1/payments/{self.one_of('epayment')}/events",
                    f"/ecomm/v2/payments/{self.one_of('ecom')}/details",
                    f"/recurring/v3/agreements/{self.one_of('agreement')}",
                    f"/recurring/v3/charges/{charge}",
                    f"/checkout/v3/session/{self.one_of('session')}",
                    f"/psp/v3/psppayments/{self.one_of('psp')}/details",
                ]
            ),
        )

    def live(self) -> None:
        """What people and time do."""
        choice = self.chance.random()
        if choice < 0.5:
            self.desk(
                "POST", "/sandbox/clock/advance", {"seconds": self.chance.choice([1, 700, DAY // 2, DAY, 9 * DAY])}
            )
            self.take_a_token()
        elif choice < 0.7:
            body = {"working": self.chance.random() < 0.6}
            self.desk("PUT", "/sandbox/customer/card", self.body(body))
        else:
            kind = self.chance.choice(["epayment", "ecom", "session"])
            thumb = self.chance.choice(["approve", "abort", "withdraw"])
            self.desk("POST", f"/sandbox/customer/{thumb}", self.body({"reference": self.one_of(kind)}))

    def maybe_approve(self, reference: str, approve: bool | None) -> None:
        if approve or (approve is None and self.chance.random() < 0.8):
            self.desk("POST", "/sandbox/customer/approve", {"reference": reference})

    # What it is made of

    def amount(self) -> int:
        return self.chance.choice([300, 1000, 49_900, 100_000, 151, 201]) if self.chance.random() < 0.9 else 500

    def part(self) -> int:
        return self.chance.choice([1, 100, 150, 300, 500, 1000, 20_000, 49_900, 100_000, 10**9])

    def one_of(self, kind: str) -> str:
        """Mostly a young one, so that there is something left to do; now and then none at all."""
        known = self.ids[kind]
        if not known or self.chance.random() < 0.03:
            return self.chance.choice(NASTY_PATHS)
        name = self.chance.choice(known[-YOUNG:])
        return quote(name) if self.chance.random() < 0.98 else quote(name).upper()

    def body(self, good: Any, approve: bool | None = None) -> Any:
        """Half of them as they should be."""
        chance = self.chance.random()
        if approve or good is None or chance < 0.55:
            return good
        if chance < 0.6:
            return self.chance.choice(NO_JSON)
        return self.spoiled(good)

    def spoiled(self, good: Any) -> Any:
        """The same with one to three things about it changed."""
        spoiled = json.loads(json.dumps(good))
        for _ in range(self.chance.choice([1, 1, 1, 2, 3])):
            place = self.chance.choice(list(_objects(spoiled)))
            names = list(place)
            verb = self.chance.random()
            if not names or verb < 0.15:
                place[self.chance.choice(["unknown", "", "\ud800", "__proto__", "customerInteraction"])] = self.nasty()
                continue
            name = self.chance.choice(names)
            if verb < 0.65:
                place[name] = self.nasty()
            elif verb < 0.75:
                del place[name]
            elif verb < 0.85:
                place[self.chance.choice([name.upper(), name.lower(), name.title(), f" {name}"])] = place.pop(name)
            else:
                place[name] = self.other_spelling(place[name])
        return spoiled

    def other_spelling(self, value: Any) -> Any:
        """The same value in another type or case."""
        if isinstance(value, bool) or value is None:
            return str(value).lower()
        if isinstance(value, int):
            return self.chance.choice([str(value), f"{value}e0", f" {value}", f"{value}.0", f"+{value}"])
        if isinstance(value, str):
            return int(value) if value.isdecimal() else self.chance.choice([value.lower(), value.upper(), [value]])
        return [value]

    def nasty(self) -> Any:
        return deepcopy(self.chance.choice(NASTY))

    # What must hold

    def check(self, where: str, *, changed: bool) -> None:
        """No money from nowhere, none gone, no state going back; and a refusal leaves everything as it was."""
        everything = self.count % 100 == 0
        for place, now in self.money(None if everything else YOUNG):
            before = self.seen.get(place)
            if now == before:
                continue
            said = f"{where}\n{place}: {before} became {now}"
            assert changed or everything, said
            state, authorized, captured, cancelled, refunded = now
            assert min(authorized, captured, cancelled, refunded) >= 0, said
            assert captured + cancelled <= authorized, said
            assert refunded <= captured, said
            if before is not None:
                assert all(old <= new for old, new in zip(before[1:], now[1:], strict=True)), said
                assert state == before[0] or state in FOLLOWS[before[0]], said
            self.seen[place] = now
            self.states.add(state)

    def money(self, latest: int | None = None) -> Any:
        """What has money in it: where, and its state, what is authorized, captured, cancelled, refunded.

        All of it, or of each kind the latest.
        """
        from vipps_nb.sandbox.apis.epayment.models import Payments
        from vipps_nb.sandbox.apis.legacy.ecom.models import Payments as OldPayments
        from vipps_nb.sandbox.apis.legacy.psp.models import Transactions
        from vipps_nb.sandbox.apis.recurring.models import Agreements

        records = self.world.records
        for payment in _of(records(Payments), latest):
            sums = (payment.authorized, payment.captured, payment.cancelled, payment.refunded)
            yield ("ePayment", payment.reference), (f"e {payment.state}", *sums)
        for old in _of(records(OldPayments), latest):
            left = old.reserved - old.captured if old.released else 0
            yield ("eCom", old.order_id), (f"o {old.state}", old.reserved, old.captured, left, old.refunded)
        for agreement in records(Agreements).of(self.msn)[-(latest or 0) :]:
            yield ("agreement", agreement.id), (f"a {agreement.status}", 0, 0, 0, 0)
            for charge in agreement.charges:
                sums = (charge.amount, charge.captured, charge.cancelled, charge.refunded)
                yield ("charge", charge.id), (f"c {charge.status}", *sums)
        for one in _of(records(Transactions), latest):
            yield (
                ("PSP", one.order.psp_transaction_id),
                (f"p {one.state}", one.reserved, one.captured, one.cancelled, one.refunded),
            )

    def end(self) -> None:
        """The books say what the payments say, and everything that is kept can be shown."""
        expected = Counter[str]()
        for (kind, _), (_, _, captured, _, refunded) in self.money():
            if kind not in ("PSP", "agreement"):
                expected["capture"] += captured
                expected["refund"] += refunded
        moved = Counter[str]()
        for movement in self.world.records(Movements).of(self.msn):
            moved[movement.kind] += movement.value
        assert moved == expected, f"seed {self.seed}: {moved} in the books, {expected} in the payments"
        self.take_a_token()
        self.check_ledger(moved)
        for path in ("", "/requests", "/deliveries", "/phone", "/sales-units", "/settings"):
            answer = self.desk("GET", f"/sandbox{path}")
            assert answer.status in (200, 404), path
        log = self.desk("GET", "/sandbox/requests").json()
        json.dumps(log, ensure_ascii=False).encode()

    def check_ledger(self, moved: Counter[str]) -> None:
        """Each entry begins where the one before has ended, and they add up to what has moved."""
        self.bad_headers = 0
        ledger = self.api("GET", "/settlement/v1/ledgers").json()["items"][0]["ledgerId"]
        cursor, balance, sums = "", 0, Counter[str]()
        while True:
            page = self.api("GET", f"/report/v2/ledgers/{ledger}/funds/feed?cursor={quote(cursor)}").json()
            for entry in page["items"]:
                assert entry["balanceBefore"] == balance, f"seed {self.seed}: {entry}"
                balance += entry["amount"]
                assert entry["balanceAfter"] == balance, f"seed {self.seed}: {entry}"
                sums[entry["entryType"]] += entry["amount"]
            cursor = page["cursor"]
            if page["tryLater"]:
                break
        assert (sums["capture"], -sums["refund"]) == (moved["capture"], moved["refund"]), f"seed {self.seed}"

    # Stand-ins

    def _stand_in_for_the_provider(self) -> None:
        """The provider's server is not on this machine, so its letters are kept and answered here."""
        post = self.world.outbox.post

        def keep(letter: Any) -> None:
            if letter.about.startswith("PSP"):
                self.told.append(letter)
            else:
                post(letter)

        self.world.outbox.post = keep  # type: ignore[method-assign]

    def take_letters(self) -> list[Any]:
        letters, self.told = self.told, []
        return letters


_OLD = {"o CAPTURE", "o REFUND", "o VOID"}
_CHARGED = {"c PARTIALLY_REFUNDED", "c REFUNDED"}
_TAKEN = {"c PARTIALLY_CAPTURED", "c CHARGED", *_CHARGED}
FOLLOWS: dict[str, set[str]] = {
    **{f"e {end}": set() for end in ("AUTHORIZED", "ABORTED", "EXPIRED", "TERMINATED")},
    "e CREATED": {f"e {end}" for end in ("AUTHORIZED", "ABORTED", "EXPIRED", "TERMINATED")},
    "o INITIATE": {"o REGISTER", "o RESERVE", "o SALE", "o FAILED", "o CANCEL", "o REJECTED", *_OLD},
    "o REGISTER": {"o RESERVE", "o SALE", "o FAILED"},
    "o RESERVE": _OLD,
    **dict.fromkeys(("o SALE", "o CAPTURE", "o REFUND"), _OLD),
    "o VOID": {"o REFUND"},
    **{f"o {end}": set() for end in ("CANCEL", "FAILED", "REJECTED")},
    "p INITIATED": {"p APPROVED", "p CANCELLED", "p FAILED", "p EXPIRED"},
    **{f"p {end}": set() for end in ("APPROVED", "CANCELLED", "FAILED", "EXPIRED")},
    "a PENDING": {"a ACTIVE", "a STOPPED", "a EXPIRED"},
    "a ACTIVE": {"a STOPPED"},
    "a STOPPED": set(),
    "a EXPIRED": set(),
    "c PENDING": {"c DUE", "c PROCESSING", "c RESERVED", "c FAILED", "c CANCELLED", *_TAKEN},
    "c DUE": {"c PROCESSING", "c RESERVED", "c FAILED", "c CANCELLED", *_TAKEN},
    "c PROCESSING": {"c DUE", "c RESERVED", "c FAILED", "c CANCELLED", *_TAKEN},
    "c RESERVED": {"c CANCELLED", *_TAKEN},
    "c PARTIALLY_CAPTURED": {"c CHARGED", *_CHARGED},
    "c CHARGED": _CHARGED,
    "c PARTIALLY_REFUNDED": {"c REFUNDED"},
    "c REFUNDED": set(),
    "c FAILED": set(),
    "c CANCELLED": set(),
}
"""What may come after what, as the guides have it."""


def _of(shelf: Any, latest: int | None) -> list[Any]:
    """What is on a shelf, which by itself is never asked for all."""
    records = shelf.rows.rows
    if latest is None:
        return list(records.values())
    return list(islice(reversed(records.values()), latest))


def _objects(value: Any) -> Any:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from _objects(part)
    elif isinstance(value, list):
        for part in value:
            yield from _objects(part)


def tell(seed: int, requests: int) -> Story:
    """One story of so many requests; raises AssertionError with the seed and the request's number."""
    story = Story(seed)
    try:
        while story.count < requests:
            story.move()
        story.end()
    finally:
        story.direct.close()
    return story


if __name__ == "__main__":
    told = tell(int(sys.argv[1]), int(sys.argv[2]))
    print(dict(sorted(told.statuses.items())), len(told.seen), "things with money in them")

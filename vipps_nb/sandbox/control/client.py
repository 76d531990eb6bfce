"""The desk over HTTP, from Python.

So a sandbox in this process and one elsewhere on the machine behave alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, cast

import requests
from requests import Response
from requests.adapters import BaseAdapter

from vipps_nb.sandbox.control import results
from vipps_nb.sandbox.control.journal import Journal
from vipps_nb.sandbox.control.world_files import read_scenario, read_world, write_world
from vipps_nb.sandbox.errors import SandboxError
from vipps_nb.sandbox.near import with_named_options

PATIENCE = 30.0
WORLDS_PATIENCE = 300.0  # a world of a hundred thousand payments is more than a hundred megabytes
LONGEST_WAIT = 25.0  # below our patience
JsonObject = dict[str, Any]


@with_named_options
class ControlClient:
    """What one can tell a running sandbox.

    Each method is an endpoint under ``/sandbox``.

    The answers are dictionaries with the names of the JSON; their types are in ``results``. Amounts are minor units,
    moments ISO 8601 in UTC. Every method raises ``SandboxError`` if no sandbox answers or the desk refuses.

    Attributes:
        takes: By method, the names of what it takes as data.
    """

    takes: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "faults": tuple(results.FaultRule.__annotations__),
        "settings": tuple(results.Settings.__annotations__),
        "sales_unit": tuple(results.Switches.__annotations__),
    }

    @property
    def base_url(self) -> str:
        """Where the sandbox listens, such as ``http://127.0.0.1:8080``."""
        raise NotImplementedError

    def overview(self) -> results.Overview:
        """What is in the world: counts, clock, seed, faults."""
        return cast("results.Overview", self._ask("GET", ""))

    def clock(self, *, now: str | None = None, held: bool | None = None) -> results.ClockState:
        """Look at the clock, or move (an ISO 8601 moment), hold and release it."""
        if now is None and held is None:
            return cast("results.ClockState", self._ask("GET", "/clock"))
        return cast("results.ClockState", self._ask("PUT", "/clock", _given(now=now, held=held)))

    def hold(self, now: str | None = None) -> results.ClockState:
        """Let time stand still, at ``now`` or where it is."""
        return self.clock(now=now, held=True)

    def release(self) -> results.ClockState:
        """Let time run on from where it stands."""
        return self.clock(held=False)

    def advance(self, seconds: float) -> results.ClockState:
        """Move time forward.

        Everything that falls due in between happens, in order, deliveries included.
        """
        return cast("results.ClockState", self._ask("POST", "/clock/advance", {"seconds": seconds}))

    def next_event(self) -> results.ClockState:
        """Move time forward to the next thing that happens by itself.

        Such as the end of the time to pay.
        """
        return cast("results.ClockState", self._ask("POST", "/clock/next"))

    def waiting(self) -> list[results.WaitingRequest]:
        """What waits on the customer's phone, newest first."""
        return cast("list[results.WaitingRequest]", self._ask("GET", "/customer/requests"))

    def changes(self, seen: str | None = None, *, wait: float = LONGEST_WAIT) -> str:
        """Wait until something changes; the answer is the mark to wait with next time.

        Returns at once if ``seen`` is no longer how things are, and after ``wait`` seconds with the same mark.
        """
        query = f"wait={wait:g}" + (f"&seen={seen}" if seen else "")
        return cast("str", self._ask("GET", f"/changes?{query}")["mark"])

    def approve(
        self,
        *,
        reference: str | None = None,
        agreement_id: str | None = None,
        auth_req_id: str | None = None,
        request: int | None = None,
        msn: str | None = None,
        choice: str | None = None,
    ) -> results.Decision:
        """The customer approves.

        ``msn`` is needed only when several sales units use the same reference.

        ``request`` is a number among those of ``waiting``. Where there is a choice, such as between ways of
        delivery, ``choice`` is the id of what they take.
        """
        return cast(
            "results.Decision",
            self._decide("approve", reference, agreement_id, auth_req_id, request, msn, choice=choice),
        )

    def abort(
        self,
        *,
        reference: str | None = None,
        agreement_id: str | None = None,
        auth_req_id: str | None = None,
        request: int | None = None,
        msn: str | None = None,
    ) -> results.Decision:
        """The customer says no."""
        return cast("results.Decision", self._decide("abort", reference, agreement_id, auth_req_id, request, msn))

    def ignore(
        self,
        *,
        reference: str | None = None,
        agreement_id: str | None = None,
        auth_req_id: str | None = None,
        request: int | None = None,
        msn: str | None = None,
    ) -> results.Ignored:
        """The customer does nothing until their time is up.

        The clock moves on to that moment.
        """
        return cast("results.Ignored", self._decide("ignore", reference, agreement_id, auth_req_id, request, msn))

    def card(self, *, working: bool | None = None, reason: str | None = None) -> results.Card:
        """The customer's card: look at it, break it (``working=False``) or mend it.

        ``reason`` is how recurring charges then fail: ``user_action_required`` unless given, or
        ``non_technical_error`` or ``technical_error``.
        """
        if working is None:
            return cast("results.Card", self._ask("GET", "/customer/card"))
        return cast("results.Card", self._ask("PUT", "/customer/card", _given(working=working, reason=reason)))

    def change_agreement(
        self, agreement_id: str, *, max_amount: int | None = None, stopped: bool | None = None
    ) -> results.ChangedAgreement:
        """What the customer changes in the app.

        The most that may be taken in each interval, or stop it all.
        """
        changes = _given(maxAmount=max_amount, stopped=stopped)
        return cast("results.ChangedAgreement", self._ask("PUT", f"/customer/agreements/{agreement_id}", changes))

    def scan(
        self,
        content: str | None = None,
        *,
        merchant_qr_id: str | None = None,
        msn: str | None = None,
        phone_number: str | None = None,
    ) -> results.Scan:
        """The customer scans a QR code.

        It is given by what it says, by a link to its picture, or by its ``merchantQrId``.

        A merchant redirect says where it leads, a one-time code what it asks for, and at a merchant callback the
        customer checks in; then ``checkedIn`` is what the merchant is told.
        """
        what = _given(content=content, merchantQrId=merchant_qr_id, msn=msn, phoneNumber=phone_number)
        return cast("results.Scan", self._ask("POST", "/customer/scan", what))

    def show_personal_qr(self, *, phone_number: str | None = None, version: str | None = None) -> results.PersonalQr:
        """The customer holds up the QR of their own app: ``qrCode`` is what a till reads."""
        what = _given(phoneNumber=phone_number, version=version)
        return cast("results.PersonalQr", self._ask("POST", "/customer/personal-qr", what))

    def withdraw(self, *, reference: str | None = None, msn: str | None = None) -> results.Decision:
        """The customer withdraws their consent to what they shared with a payment."""
        return cast("results.Decision", self._ask("POST", "/customer/withdraw", _given(reference=reference, msn=msn)))

    def faults(self, rules: Sequence[Mapping[str, Any]] | None = None) -> results.FaultRules:
        """Which faults are on; with ``rules``, these from now on.

        A rule with a ``status`` has the gateway refuse, one with a ``code`` the API that was asked, in its own way:
        ``[{"path": "/epayment/*", "code": "6260"}]``. ``detail`` is what the refusal says.
        """
        return cast(
            "results.FaultRules",
            self._ask("GET", "/faults") if rules is None else self._ask("PUT", "/faults", {"rules": rules}),
        )

    def clear_faults(self) -> results.FaultRules:
        """No more faults."""
        return cast("results.FaultRules", self._ask("DELETE", "/faults"))

    def reset(self, seed: int | None = None) -> results.Overview:
        """A new world. API keys and access tokens go on working."""
        return cast("results.Overview", self._ask("POST", "/reset", _given(seed=seed)))

    def save(self, file: str | Path) -> Path:
        """Write the whole world to a file that only you can read.

        Records, clock, ids, what is to come.

        The request log is not in it. A file that is there already is replaced, whole or not at all.

        Returns:
            Where it stands.

        Raises:
            SandboxError: It cannot be written, or no sandbox answers.
        """
        target = Path(file)
        write_world(target, self._answered("GET", "/world", patience=WORLDS_PATIENCE).content)
        return target

    def load(self, file: str | Path) -> results.Overview:
        """Put a world that was saved in the place of the present one.

        Its clock goes on from the moment at which it was saved; what was on its way to merchants is sent once more.

        Raises:
            SandboxError: There is no such file, it holds no world, or one for other keys. The present world stays
                as it is then.
        """
        document = read_world(Path(file))
        answer = self._answered("PUT", "/world", data=document, patience=WORLDS_PATIENCE)
        return cast("results.Overview", answer.json())

    def seed(self, scenario: str | Path | Mapping[str, Any], *, seed: int | None = None) -> results.Overview:
        """A new world that is populated.

        Payments in every state, agreements with their charges, ledgers.

        Args:
            scenario: ``coffee-bar``, ``subscriptions`` or ``charity``, which come with the package; a TOML or JSON
                file of your own; or what would stand in it.
            seed: Of ids and chance; the same one makes the same world. That of the present world unless given.

        Raises:
            SandboxError: There is no such scenario, or something in it is wrong; the present world stays.
        """
        body = _given(scenario=read_scenario(scenario), seed=seed)
        return cast("results.Overview", self._answered("POST", "/seed", json=body, patience=WORLDS_PATIENCE).json())

    @property
    def requests(self) -> Journal:
        """The request log, secrets masked.

        ``requests(last=10)`` gives it, ``requests.one(…)`` asserts on it.
        """
        return Journal(
            lambda last: cast(
                "list[results.LoggedRequest]",
                self._ask("GET", "/requests" if last is None else f"/requests?last={last}"),
            )
        )

    def deliveries(self, *, wait: bool = True) -> list[results.LoggedDelivery]:
        """The delivery log: what was sent to merchants, oldest first, secrets masked.

        Waits until every letter that is on its way has been answered; with ``wait=False`` it is as it is.
        """
        return cast(
            "list[results.LoggedDelivery]", self._ask("GET", "/deliveries" if wait else "/deliveries?wait=false")
        )

    def settings(self, **switches: Any) -> results.Settings:
        """How the sandbox behaves where the real thing is undecided.

        Named ones are changed.

        Names are those of ``GET /sandbox/settings``, such as ``rateLimits=True``.
        """
        return cast(
            "results.Settings", self._ask("PUT", "/settings", switches) if switches else self._ask("GET", "/settings")
        )

    def sales_units(self) -> list[results.SalesUnit]:
        """All sales units and what they may do."""
        return cast("list[results.SalesUnit]", self._ask("GET", "/sales-units"))

    def sales_unit(self, msn: str, **switches: Any) -> results.SalesUnit:
        """Switch something on or off for one sales unit.

        Names are those of its switches, such as ``pushMessageAllowed=False``.
        """
        return cast("results.SalesUnit", self._ask("PUT", f"/sales-units/{msn}", switches))

    def product_order(self, product_order_id: str, step: str) -> results.ProductOrder:
        """Take the next step with a product order.

        View, submit (the merchant), complete or reject (the platform).
        """
        return cast("results.ProductOrder", self._ask("POST", f"/product-orders/{product_order_id}", {"step": step}))

    def donate(
        self,
        value: int,
        *,
        withdrawal_day: int | None = None,
        reference: str | None = None,
        message: str | None = None,
        msn: str | None = None,
    ) -> results.Gift:
        """A donor gives ``value`` (minor units) in the app.

        Once or, with a withdrawal day, every month.
        """
        gift = _given(value=value, withdrawalDay=withdrawal_day, reference=reference, message=message, msn=msn)
        return cast("results.Gift", self._ask("POST", "/donations", gift))

    def change_donation(
        self, agreement_id: str, *, value: int | None = None, withdrawal_day: int | None = None
    ) -> results.ChangedGift:
        """The donor changes the amount or the day of a monthly gift."""
        return cast(
            "results.ChangedGift",
            self._ask("PATCH", f"/donations/{agreement_id}", _given(value=value, withdrawalDay=withdrawal_day)),
        )

    def stop_donation(self, agreement_id: str) -> results.StoppedGift:
        """The donor stops a monthly gift."""
        return cast("results.StoppedGift", self._ask("DELETE", f"/donations/{agreement_id}"))

    def _carry(self) -> BaseAdapter | None:
        """How requests get there, if not over HTTP."""
        return None

    def _decide(self, verb: str, *what: str | int | None, choice: str | None = None) -> Any:
        names = ("reference", "agreementId", "authReqId", "request", "msn")
        order = dict(zip(names, what, strict=True))
        return self._ask("POST", f"/customer/{verb}", _given(**order, choice=choice))

    def _ask(self, method: str, path: str, body: JsonObject | None = None) -> Any:
        return self._answered(method, path, json=body).json()

    def _answered(self, method: str, path: str, *, patience: float = PATIENCE, **sent: Any) -> Response:
        if "data" in sent:
            sent["headers"] = {"Content-Type": "application/json"}
        with requests.Session() as session:
            session.trust_env = False  # neither a proxy nor a netrc has any business between us and the loopback
            if (adapter := self._carry()) is not None:
                session.mount(self.base_url, adapter)
            try:
                answer = session.request(method, f"{self.base_url}/sandbox{path}", timeout=patience, **sent)
            except requests.RequestException as error:
                raise SandboxError(
                    f"No sandbox answers at {self.base_url}. Start one, or check the address."
                ) from error
        if not answer.ok:
            raise SandboxError(_complaint(answer))
        return answer


def _given(**values: Any) -> JsonObject:
    return {name: value for name, value in values.items() if value is not None}


def _complaint(answer: requests.Response) -> str:
    try:
        said = answer.json()
    except requests.JSONDecodeError:
        return f"{answer.url} answered {answer.status_code}; is that a sandbox?"
    fields = "; ".join(f"{item['name']}: {item['reason']}" for item in said.get("extraDetails", []))
    return said.get("detail") or fields or said.get("title") or said.get("message") or f"Status {answer.status_code}"

"""What the desk answers with is what the types of its Python client promise."""

from typing import Literal, NotRequired, get_args, get_origin, get_type_hints, is_typeddict

import pytest

from tests.conftest import Answer
from vipps_nb.sandbox.control import results
from vipps_nb.sandbox.world.faults import FaultRule
from vipps_nb.sandbox.world.settings import Settings, Switches


def check(value, kind, place="answer"):
    """Hold a value against a type, as far as dictionaries, lists and literals go."""
    if get_origin(kind) is NotRequired:
        [kind] = get_args(kind)
    if is_typeddict(kind):
        hints = get_type_hints(kind, include_extras=True)
        assert value.keys() <= hints.keys(), place
        if kind.__total__:
            assert value.keys() >= {name for name, hint in hints.items() if get_origin(hint) is not NotRequired}, place
        for name, inner in value.items():
            check(inner, hints[name], f"{place}.{name}")
    elif get_origin(kind) is list:
        for one in value:
            check(one, get_args(kind)[0], f"{place}[]")
    elif get_origin(kind) is Literal:
        assert value in get_args(kind), place


def promised(sandbox, method):
    one = getattr(type(sandbox), method)
    if isinstance(one, property):  # what it gives is called: sandbox.requests()
        one = get_type_hints(one.fget)["return"].__call__
    return get_type_hints(one)["return"]


@pytest.mark.parametrize(
    "method", ["overview", "clock", "hold", "release", "waiting", "card", "faults", "requests", "settings", "reset"]
)
def test_what_can_be_asked_at_any_time(sandbox, merchant, method):
    merchant.create()
    sandbox.faults([{"path": "/nowhere", "code": "6260"}])

    check(getattr(sandbox, method)(), promised(sandbox, method))


def test_what_the_customer_does(sandbox, merchant):
    merchant.create()
    check(sandbox.approve(reference="order-0001"), results.Decision)
    merchant.create(reference="order-0002")
    check(sandbox.abort(reference="order-0002"), results.Decision)
    merchant.create(reference="order-0003")
    check(sandbox.ignore(reference="order-0003"), results.Ignored)
    check(sandbox.show_personal_qr(), results.PersonalQr)
    merchant.create(reference="order-0004")
    check(sandbox.next_event(), results.ClockState)


def test_what_sales_units_and_donors_do(sandbox):
    check(sandbox.sales_units(), list[results.SalesUnit])
    check(sandbox.donate(1000), results.Gift)
    monthly = sandbox.donate(1000, withdrawal_day=5)
    check(monthly, results.Gift)
    check(sandbox.change_donation(monthly["agreementId"], value=2000), results.ChangedGift)
    check(sandbox.stop_donation(monthly["agreementId"]), results.StoppedGift)


def test_every_delivery(sandbox, merchant, serve):
    server = serve(lambda seen: Answer())
    hook = {"url": f"{server.base_url}/hook", "events": ["epayments.payment.created.v1"]}
    assert merchant.post("/webhooks/v1/webhooks", hook).status_code == 201
    merchant.create()

    found = sandbox.deliveries()

    assert found
    check(found, list[results.LoggedDelivery])


@pytest.mark.parametrize(
    ("model", "kind"),
    [(Settings, results.Settings), (Switches, results.Switches), (FaultRule, results.FaultRule)],
)
def test_nothing_is_left_out(model, kind):
    assert {field.alias or name for name, field in model.model_fields.items()} == get_type_hints(kind).keys()

"""The desk's answers have exactly the keys that type checkers know them by."""

from typing import NotRequired, get_origin, get_type_hints

from vipps_nb.sandbox.control import results


def holds(kind, value):
    """Whether a dictionary has all the keys that it must have, and none that it may not."""
    named = get_type_hints(kind, include_extras=True)
    required = {name for name, hint in named.items() if get_origin(hint) is not NotRequired}
    assert required <= set(value) <= set(named), kind.__name__


def test_answers_have_the_keys_of_their_types(sandbox, merchant):
    merchant.create()
    asked = {"url": "https://127.0.0.1:9/hook", "events": ["epayments.payment.created.v1"]}
    merchant.post("/webhooks/v1/webhooks", asked)
    assert merchant.create("order-0002", shipping=SHIPPING, profile={"scope": "name address"}).status_code == 201

    overview = sandbox.overview()

    holds(results.Overview, overview)
    holds(results.ClockState, overview["clock"])
    holds(results.SalesUnitName, overview["salesUnits"][0])
    holds(results.SalesUnit, sandbox.sales_units()[0])
    holds(results.SalesUnit, sandbox.sales_unit(overview["salesUnits"][0]["merchantSerialNumber"], market="DK"))
    waiting = sandbox.waiting()
    holds(results.WaitingRequest, waiting[0])
    holds(results.Choice, waiting[0]["choices"][0])
    holds(results.LoggedRequest, sandbox.requests()[-1])
    holds(results.LoggedDelivery, sandbox.deliveries()[-1])
    for clock in (sandbox.clock(), sandbox.hold(), sandbox.release(), sandbox.advance(1), sandbox.next_event()):
        holds(results.ClockState, clock)
    for card in (sandbox.card(), sandbox.card(working=False), sandbox.card(working=True)):
        holds(results.Card, card)
    for faults in (sandbox.faults(), sandbox.faults([{"path": "/x"}]), sandbox.clear_faults()):
        holds(results.FaultRules, faults)
    holds(results.Overview, sandbox.reset(seed=1))


SHIPPING = {
    "fixedOptions": [
        {
            "type": "MAILBOX",
            "brand": "POSTEN",
            "options": [{"id": "post", "name": "Post", "amount": {"currency": "NOK", "value": 4900}}],
        }
    ]
}

"""What the explorer's card asks the kernel, and what it is told: forms, faults, code, answers."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
import requests
from IPython.core.interactiveshell import InteractiveShell
from IPython.testing.globalipapp import get_ipython as start_ipython

from tests.waiting import eventually
from vipps_nb import Environment, NotLoggedInError, UnreachableError, VippsSession, openapi
from vipps_nb.apis import catalogue
from vipps_nb.apis.catalogue.documents import Document
from vipps_nb.notebook import explorer
from vipps_nb.notebook.calls.references import SEEN
from vipps_nb.notebook.explorer import Explorer, explore, listing
from vipps_nb.widgets.explorer import ExplorerCard

CREATE = "POST /epayment/v1/payments"
GET = "GET /epayment/v1/payments/{reference}"
CAPTURE = "POST /epayment/v1/payments/{reference}/capture"
LIVE = "application/vnd.jupyter.widget-view+json"
OPERATIONS = catalogue.operations()


@pytest.fixture(autouse=True)
def _nothing_seen():
    SEEN.forget()
    yield
    SEEN.forget()


def number(name: str) -> int:
    return next(index for index, one in enumerate(OPERATIONS) if str(one) == name)


def typed(guide: Explorer, name: str, body: Any = None, **parameters: str) -> dict[str, Any]:
    """A form's values as the browser sends them: the example, changed."""
    form = guide.form(number(name))
    values = {f"{one['place']}/{one['name']}": one["value"] for one in form["parameters"]}
    values |= {f"path/{key}": value for key, value in parameters.items()}
    content = form["body"] and form["body"]["value"] if body is None else body
    return {"parameters": values, "body": json.dumps(content) if content is not None else None}


@pytest.fixture
def guide() -> Explorer:
    return Explorer(OPERATIONS, None, {})


def test_an_example_is_sent_as_it_is_and_answered_with_a_card(vipps, guide):
    said = guide.send(number(CREATE), typed(guide, CREATE))

    assert said["status"] == "201 Created"
    assert said["title"].startswith("ePayment · Create payment")
    assert said["answer"].startswith("<section")


def test_what_was_answered_is_proposed_in_the_next_form(vipps, guide):
    values = typed(guide, CREATE)
    guide.send(number(CREATE), values)

    (reference,) = guide.form(number(GET))["parameters"]

    assert reference["value"] == json.loads(values["body"])["reference"]


def test_faults_name_the_field_and_nothing_is_sent(vipps, guide):
    values = typed(guide, CAPTURE, {"modificationAmount": {"currency": "NOK", "value": "all"}}, reference="")

    said = guide.send(number(CAPTURE), values)

    assert "answer" not in said
    assert said["faults"] == [
        {"at": "path/reference", "reason": "A value is needed here."},
        {"at": "/modificationAmount/value", "reason": '"all" should be a whole number.'},
    ]
    assert "nothing was sent" in said["refused"]


def test_a_wrong_call_is_sent_on_purpose_and_its_refusal_is_a_card(vipps, guide):
    values = typed(guide, CREATE, {"reference": "order-1"})

    said = guide.send(number(CREATE), {**values, "force": True})

    assert said["status"].startswith("400")
    assert said["tone"] == "refused"


def test_the_same_call_as_code(vipps, guide):
    body = {"modificationAmount": {"currency": "NOK", "value": 4900}}

    said = guide.judge(number(CAPTURE), typed(guide, CAPTURE, body, reference="coffee-0001"))

    assert said["faults"] == []
    assert said["code"]["magic"].startswith("%%vipps POST /epayment/v1/payments/coffee-0001/capture\n{")
    assert '"value": 4900' in said["code"]["python"]
    assert "/epayment/v1/payments/coffee-0001/capture" in said["code"]["python"]
    assert said["code"]["curl"].count("VIPPS_SUBSCRIPTION_KEY") == 1


def test_the_code_of_a_cell_does_what_the_form_does(vipps, guide):
    values = typed(guide, CREATE)

    code = guide.judge(number(CREATE), values)["code"]["python"]
    answer = eval(code, {"vipps": vipps})

    assert answer.status_code == 201
    assert answer.json()["reference"] == json.loads(values["body"])["reference"]


def test_only_what_runs_as_it_is_can_become_a_cell(vipps, guide):
    login = "POST /access-management-1.0/access/oauth2/token"
    bare = guide.judge(number(CAPTURE), typed(guide, CAPTURE, {}, reference="coffee-0001"))
    assert bare["cells"] == ["magic"]  # no variable holds the session

    named = Explorer(OPERATIONS, None, {"shop": vipps, "client_secret": "x"})
    said = named.judge(number(CAPTURE), typed(named, CAPTURE, {}, reference="coffee-0001"))
    assert said["cells"] == ["python", "magic"]
    assert said["code"]["python"].startswith("shop.post(")
    secret = {**json.loads(typed(guide, login)["body"]), "client_secret": "••••"}
    assert named.judge(number(login), typed(named, login, secret))["cells"] == ["python", "magic"]
    assert guide.judge(number(login), typed(guide, login, secret))["cells"] == []
    missing = guide.judge(number(GET), typed(guide, GET, reference="{nowhere}"))
    assert missing["cells"] == []


def test_without_a_login_there_is_code_but_nothing_can_be_sent(guide):
    values = typed(guide, CREATE)

    assert set(guide.judge(number(CREATE), values)["code"]) == {"python", "magic"}
    assert guide.form(number(CREATE))["place"] is None
    with pytest.raises(NotLoggedInError):
        guide.send(number(CREATE), values)


def test_variables_are_filled_in_and_stay_variables_in_the_code(vipps):
    guide = Explorer(OPERATIONS, None, {"reference": "coffee-9", "price": 4900})
    body = {"modificationAmount": {"currency": "NOK", "value": "${price}"}}

    said = guide.judge(number(CAPTURE), typed(guide, CAPTURE, body, reference="${reference}"))

    assert said["faults"] == []
    assert said["code"]["magic"].startswith("%%vipps POST /epayment/v1/payments/{reference}/capture")
    assert '"value": ${price}' in said["code"]["magic"]
    assert '"value": price' in said["code"]["python"]


def test_a_variable_that_is_missing_is_named(vipps, guide):
    said = guide.judge(number(GET), typed(guide, GET, reference="{nowhere}"))

    assert "nowhere" in said["faults"][0]["reason"]
    assert said["code"] == {}


def test_the_variables_that_a_call_uses_are_shown_short_and_masked_and_what_is_missing_is_named(vipps):
    long = "coffee-" + "9" * 60
    guide = Explorer(OPERATIONS, None, {"reference": long, "client_secret": "s3cr3t-value-1", "price": 4900})
    body = {"modificationAmount": {"currency": "${currency}", "value": "${price}"}}
    values = typed(guide, CAPTURE, body, reference="${reference}")

    said = guide.judge(number(CAPTURE), values)
    hidden = guide.judge(
        number(CAPTURE), typed(guide, CAPTURE, {"a": "${client_secret}", "b": "${c}"}, reference="${d}")
    )

    assert [(one["name"], one["missing"]) for one in said["variables"]] == [
        ("reference", False),
        ("currency", True),
        ("price", False),
    ]
    assert said["variables"][0]["value"] == long[:40] + "…"
    assert said["variables"][2]["value"] == "4900"
    assert "s3cr3t" not in str(hidden["variables"])
    assert hidden["faults"][0]["reason"].startswith("There are no variables d and c to fill in.")


def test_the_apis_stand_in_the_order_in_which_people_use_them_and_recent_calls_are_known(vipps):
    vipps.get("/webhooks/v1/webhooks")

    card = explore()

    apis = list(dict.fromkeys(one["api"] for one in card.operations))
    assert apis[:8] == [
        *("ePayment API", "Recurring API", "Login API", "Webhooks API", "QR API"),
        *("Order Management API", "Report API", "Management API"),
    ]
    assert card.operations[card.recent[0]]["path"] == "/webhooks/v1/webhooks"
    assert card.place["environment"] == "sandbox"
    first = {api: next(one for one in card.operations if one["api"] == api) for api in apis}
    some = {one["api"] for one in card.operations if not one["marks"]}
    assert not any(one["marks"] for api, one in first.items() if api in some)


def test_query_and_header_parameters_are_checked_and_sent(vipps, guide):
    name = "GET /recurring/v3/agreements"
    values = {"parameters": {"query/status": "", "query/pageNumber": "first", "query/createdAfter": ""}}

    assert [fault["at"] for fault in guide.judge(number(name), values)["faults"]] == ["query/pageNumber"]
    values["parameters"]["query/pageNumber"] = "1"
    assert guide.judge(number(name), values)["code"]["magic"] == "%vipps GET /recurring/v3/agreements?pageNumber=1"


def test_a_secret_field_is_a_variable_in_the_code_and_dots_are_not_judged(vipps, guide):
    name = "POST /access-management-1.0/access/oauth2/token"
    values = typed(guide, name)
    values["body"] = json.dumps({**json.loads(values["body"]), "client_secret": "••••"})

    said = guide.judge(number(name), values)

    assert said["faults"] == []
    assert "•" not in str(said["code"])
    assert "client_secret" in said["code"]["python"]


def test_a_key_typed_into_any_field_is_not_written_down_as_code(vipps, guide):
    secret = vipps.credentials.client_secret.reveal()

    said = guide.judge(number(GET), typed(guide, GET, reference="x" + secret))

    assert said["code"] == {}
    assert "looks like a key" in said["no_code"]


def test_a_write_to_production_is_explained_and_not_sent(serve, credentials, monkeypatch, guide):
    arrived = []
    from tests.conftest import Answer

    server = serve(lambda seen: arrived.append(seen) or Answer())
    session = VippsSession(credentials, Environment("production", server.base_url))
    monkeypatch.setattr(explorer, "current_session", lambda: session)
    values = typed(guide, CREATE)

    said = guide.send(number(CREATE), values)

    assert "read-only" in said["refused"]
    assert said["place"] == {"environment": "production", "msn": credentials.merchant_serial_number}
    assert arrived == []


def test_no_answer_is_said_in_a_sentence(vipps, monkeypatch, guide):
    def never(**_: Any) -> None:
        raise requests.ConnectTimeout("a foreign text")

    monkeypatch.setattr(vipps, "request", never)

    with pytest.raises(UnreachableError, match=r"No answer came from 127.0.0.1:\d+ \(ConnectTimeout\)"):
        guide.send(number(CREATE), typed(guide, CREATE))


@pytest.mark.parametrize(
    ("words", "query", "chosen", "subject"),
    [
        ([], "", False, "every API"),
        (["capture"], "capture", False, "every API"),
        (["recurring", "charges"], "charges", False, "Recurring API"),
        (["order-management"], "", False, "Order Management API"),
        (["POST", "/epayment/v1/payments"], "", True, "every API"),
        (["GET", "/epayment/v1/payments/coffee-1"], "", True, "every API"),
    ],
)
def test_words_name_a_document_an_operation_or_what_to_look_for(words, query, chosen, subject):
    card = explore(words)

    assert (card.query, card.chosen >= 0, card.subject) == (query, chosen, subject)


def test_deprecated_operations_come_last_and_are_marked_in_words():
    marks = [one["marks"] for one in explore().operations]

    first = next(index for index, one in enumerate(marks) if "deprecated" in one)
    assert all("deprecated" in one for one in marks[first:])
    assert ["not in test"] in marks


def test_the_terminal_gets_a_sentence_and_a_list():
    said = listing(["capture"])

    assert "POST   /epayment/v1/payments/{reference}/capture" in said
    assert said.startswith("6 operations.") or " operations." in said.splitlines()[0]
    assert "No operation has all of these words" in listing(["no-such-thing"])


def test_the_magic_prints_the_list_where_no_widget_can_be(capsys):
    shell = start_ipython() or InteractiveShell.instance()
    shell.run_line_magic("load_ext", "vipps_nb")
    try:
        shell.run_line_magic("vipps_explore", "capture")
    finally:
        shell.run_line_magic("unload_ext", "vipps_nb")

    assert "/epayment/v1/payments/{reference}/capture" in capsys.readouterr().out


FOREIGN = {
    "openapi": "3.1.0",
    "info": {"title": "Coffee API"},
    "paths": {
        "/coffee/v1/cups/{size}": {
            "post": {
                "summary": "Pour a cup",
                "parameters": [
                    {"name": "size", "in": "path", "required": True, "schema": {"enum": ["small", "large"]}}
                ],
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "properties": {"sugar": {"type": "integer", "minimum": 2}},
                                "required": ["sugar"],
                            }
                        }
                    }
                },
            }
        }
    },
}


def test_any_openapi_document_has_the_same_form():
    document = openapi(FOREIGN)
    try:
        card = document.explore()
        found = explore(["Coffee API"])
    finally:
        catalogue.remove(document)

    assert card.subject == found.subject == "Coffee API"
    form = Explorer(document.operations, document, {}).form(0)
    assert form["parameters"][0]["shape"]["values"] == ["small", "large"]
    assert form["body"]["value"] == {"sugar": 2}


def test_a_document_outside_the_catalogue_is_checked_too():
    document = Document(FOREIGN)

    said = Explorer(document.operations, document, {}).judge(
        0, {"parameters": {"path/size": "huge"}, "body": '{"sugar": 1}'}
    )

    assert [fault["at"] for fault in said["faults"]] == ["path/size", "/sugar"]


class Silent:
    def form(self, number: int) -> dict[str, Any]:
        return {"number": number}

    def judge(self, number: int, values: Any) -> dict[str, Any]:
        raise ValueError("a foreign text with s3cret in it")

    def send(self, number: int, values: Any) -> dict[str, Any]:
        time.sleep(0.05)
        return {"answer": str(values), "thread": threading.current_thread().name}


@pytest.fixture
def told(monkeypatch):
    """A card, and what it tells the browser."""
    said: list[dict[str, Any]] = []
    rows = [{"api": "A", "method": "GET", "path": "/a", "purpose": "P", "marks": []}]
    card = ExplorerCard(guide=Silent(), operations=rows, subject="every API")
    monkeypatch.setattr(card, "send", said.append)
    return card, said


def arrive(card: ExplorerCard, **content: Any) -> dict[str, Any]:
    card._handle_custom_msg(content, [])
    return content


def wait_for(said: list[Any], count: int) -> None:
    eventually(lambda: len(said) >= count)


def test_the_card_sends_on_a_thread_of_its_own_one_call_at_a_time(told):
    card, said = told
    arrive(card, do="send", id=1, operation=0, values={"body": "x"})
    arrive(card, do="send", id=2, operation=0, values={"body": "x"})
    wait_for(said, 2)

    assert "still on its way" in said[0]["refused"]
    assert said[1] == {"id": 1, "answer": "{'body': 'x'}", "thread": "vipps-nb explorer"}


def test_what_was_typed_is_nowhere_in_the_state_nor_in_the_last_message(told):
    card, said = told

    content = arrive(card, do="send", id=1, operation=0, values={"body": "typed-secret"})
    wait_for(said, 1)

    assert content["values"] == {}
    assert "typed-secret" not in str(card.get_state())


def test_somebody_elses_error_is_not_shown(told):
    card, said = told

    arrive(card, ask="judge", id=7, operation=0, values={})

    assert said[0]["id"] == 7
    assert "s3cret" not in said[0]["refused"]


def test_the_twins_say_what_stands_here(told):
    card, _ = told

    data, _ = card._repr_mimebundle_()

    assert data["text/plain"] == "Vipps explorer · every API" == repr(card)
    assert data["text/html"].startswith("<div")
    assert LIVE in data

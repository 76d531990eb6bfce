"""The request examples of the official documents, sent as they stand and answered as documented.

What must have happened before (a payment to capture, an agreement to charge) happens before. The examples are read
from the documents while the tests run; nothing of them is kept here but the reasons for exceptions.
"""

from itertools import product
from json import dumps
from uuid import uuid4

import jsonschema
import pytest

from tests.sandbox.conftest import Merchant
from tests.sandbox.official import SPECS, documents, needs_documents
from tests.sandbox.official_examples import Reader
from tests.sandbox.test_official_documents import plain
from vipps_nb.sandbox import Sandbox

pytestmark = needs_documents

DOCUMENTS = documents() if SPECS.is_dir() else []


def examples_of(official):
    """Those of operations that are the platform's to serve."""
    found = Reader.of(SPECS / f"{official.name}.yaml").examples()
    return [one for one in found if (one.method, one.path) not in official.not_served]


def reason_for(official, example):
    """Why an example cannot succeed as it stands; None if it can."""
    if "{{" in dumps(example.body):
        return "a template, whose blanks {{...}} another tool fills"
    return official.examples_differ.get((example.method, example.path, example.name))


@pytest.fixture
def shop(official, sandbox, http):
    """A sandbox, and the sales unit that the examples are of."""
    if official.shop_of_examples is None:
        yield sandbox, Merchant(sandbox.base_url, sandbox.keys(), http)
        return
    with Sandbox(seed=official.shop_of_examples) as other:
        yield other, Merchant(other.base_url, other.keys(), http)


@pytest.mark.parametrize("official", DOCUMENTS, ids=lambda official: official.name)
def test_request_examples_are_answered_as_documented(official, shop, sent_examples):
    examples = examples_of(official)
    known = {(one.method, one.path, one.name) for one in examples}
    exceptions, wrong = [], []

    for one in examples:
        complaint, reason = complaint_about(official, one, examples, *shop), reason_for(official, one)
        if reason is not None:
            exceptions.append(f"{one.method} {one.path}, {one.name}: {reason}")
        if (complaint is None) == (reason is not None):
            said = complaint or "answered as documented, so it is no exception"
            wrong.append(f"{one.method} {one.path}, {one.name}: {said}")

    sent_examples[official.name] = [
        f"{official.name:20} {len(examples):2} / {len(examples) - len(exceptions):2} / {len(exceptions):2}",
        *(f"{'':20} {line}" for line in exceptions),
    ]
    assert wrong == [], "\n\n".join(wrong)
    assert set(official.examples_differ) <= known, "an exception for an example that the document does not have"


def complaint_about(official, example, examples, sandbox, merchant):
    """What is wrong with the answer to an example; None if nothing is.

    Where its operation acts on something, all that exists is tried in turn: what is refused changes nothing.
    """
    parameters = [part for part in example.path.split("/") if part.startswith("{")]
    complaints = []
    for day in official.days_of_examples:
        sandbox.reset(seed=1)
        sandbox.hold(day)
        merchant.headers["Authorization"] = f"Bearer {merchant.token()}"
        found = official.populate(sandbox, merchant) if parameters else {}
        existing = {name.lower(): dict.fromkeys(ids) for name, ids in found.items()}
        official.before_examples(sandbox, merchant, [one for one in examples if one != example])
        for ids in product(*(existing.get(name.strip("{}").lower(), ["some-thing-0001"]) for name in parameters)):
            path = example.path
            for parameter, value in zip(parameters, ids, strict=True):
                path = path.replace(parameter, value)
            complaint = judged(official, example, send(official, example, path, sandbox, merchant))
            if complaint is None:
                return None
            complaints.append(f"{path}: {complaint}")
    return "; ".join(complaints)


def send(official, example, path, sandbox, merchant):
    headers = {"Idempotency-Key": str(uuid4()), **official.headers(sandbox, merchant, official.base + path)}
    form = example.media_type.startswith("application/x-www-form-urlencoded")
    body = {"data": example.body} if form else {"json": example.body}
    return merchant.http.request(
        example.method,
        sandbox.base_url + official.base + path,
        headers=headers | {"Content-Type": example.media_type},
        allow_redirects=False,
        **body,
    )


def judged(official, example, answer):
    document = official.load()
    responses = document["paths"][example.path][example.method.lower()]["responses"]
    declared = responses.get(str(answer.status_code))
    if answer.status_code >= 400 or declared is None:
        return f"{answer.status_code} {answer.text}"
    for content in Reader(document).resolved(declared).get("content", {}).values():
        if "schema" in content and (example.method, example.path) not in official.answers_differ:
            schema = plain(content["schema"] | {"components": document.get("components", {})})
            error = next(jsonschema.Draft202012Validator(schema).iter_errors(answer.json()), None)
            if error is not None:
                return f"{answer.status_code}, but {error.message}"
    return None

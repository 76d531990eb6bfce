"""A secret given as text is a secret from there on; whoever takes one takes it as text and as a `Secret`."""

from __future__ import annotations

import dataclasses
import json
import pickle
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vipps_nb import AccessToken, Credentials, Secret, VippsSession, webhooks
from vipps_nb.auth.credentials import shape_findings

PLAIN = "a-secret-that-nobody-may-see"


def both(make):
    return [make(PLAIN), make(Secret(PLAIN))]


@pytest.mark.parametrize(
    "make",
    [
        lambda secret: Credentials(client_id="a", client_secret=secret),
        lambda secret: Credentials("a", secret, secret, "123456", "partner", "a test"),
        lambda secret: Credentials(client_id="a", client_secret="b", subscription_key=secret),
        lambda secret: dataclasses.replace(Credentials("a", "b"), client_secret=secret),
        lambda secret: AccessToken(secret, datetime.now(UTC), datetime.now(UTC) + timedelta(hours=1)),
        Secret,
    ],
)
def test_text_becomes_a_secret_that_nothing_shows(make):
    for made in both(make):
        assert PLAIN not in f"{made!r} {made} {vars(made) if hasattr(made, '__dict__') else ''}"
        held = [made, *(vars(made).values() if hasattr(made, "__dict__") else ())]
        assert PLAIN in [one.reveal() for one in held if isinstance(one, Secret)]
        with pytest.raises(TypeError):
            pickle.dumps(made)


def test_what_is_made_of_text_equals_what_is_made_of_a_secret():
    one, other = both(lambda secret: Credentials("a", secret, secret))

    assert one == other
    assert hash(one) == hash(other)


def test_a_delivery_is_checked_with_either():
    body, headers = b"{}", {"x-ms-date": "x"}
    for check in (webhooks.verify, webhooks.explain):
        one, other = both(lambda secret: check(body, headers, secret, url="https://example.com/"))  # noqa: B023
        assert repr(one) == repr(other)
        assert PLAIN not in repr(one)


def test_a_session_logs_in_with_text(vipps):
    real = vipps.credentials
    own = Credentials(real.client_id, real.client_secret.reveal(), real.subscription_key.reveal())

    session = VippsSession(own, vipps.environment, merchant_serial_number=real.merchant_serial_number)

    assert session.get("/webhooks/v1/webhooks").status_code == 200
    assert own.client_secret.reveal() not in repr(session)


@pytest.mark.parametrize("value", [PLAIN.encode(), 4711, None, [PLAIN]])
def test_what_is_no_text_is_refused_without_showing_it(value):
    with pytest.raises(TypeError, match="A secret is text") as caught:
        Credentials(client_id="a", client_secret=value)

    shown = "".join(traceback.format_exception_only(caught.value))
    assert PLAIN not in shown
    assert "4711" not in shown


@pytest.mark.parametrize(
    ("what", "value", "fits"), json.loads((Path(__file__).parent / "widgets_js" / "shapes.json").read_text("utf-8"))
)
def test_the_kernel_and_the_form_agree_about_shapes(what, value, fits):
    """The form judges in the page, while one types, by the same rows."""
    findings = [one for one in shape_findings(what, value) if not (value != value.strip() and "blanks" in one)]

    assert (not findings) is fits, findings

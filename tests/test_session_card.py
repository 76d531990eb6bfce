"""`vipps` as a cell's last value: where it is, whose keys, how long, how much is left, what to try next."""

from __future__ import annotations

from html import unescape

from IPython.lib.pretty import pretty

from vipps_nb import logout

PAYMENT = "/epayment/v1/payments/order-0001"


def both(session) -> tuple[str, str]:
    return pretty(session), unescape(session._repr_html_())


def test_it_says_where_it_talks_to_whose_keys_and_how_long(vipps):
    _ = vipps.token
    for said in both(vipps):
        assert "a sandbox on this machine" in said
        assert f"MSN {vipps.merchant_serial_number}" in said
        assert f"keys from {vipps.credentials.source}" in said
        assert "min left" in said
        assert "%vipps_explore" in said
    assert pretty(vipps).startswith("<VippsSession sandbox MSN")
    assert pretty([vipps]) == f"[{vipps!r}]"


def test_it_tells_what_is_left_of_limits_and_what_to_do_after_a_refusal(vipps):
    for _ in range(3):
        vipps.get(PAYMENT)
    for said in both(vipps):
        assert f"117 of 120 a minute left for GET {PAYMENT}" in said
        assert "vipps.history[3] explains" in said.replace("<code>", "").replace("</code>", "")
        assert "404 Not Found" in said


def test_no_secret_is_in_it(vipps):
    _ = vipps.token
    keys = vipps.credentials
    for said in both(vipps):
        for secret in (keys.client_secret.reveal(), keys.subscription_key.reveal(), vipps.token.reveal()):
            assert secret not in said
        assert "127.0.0.1:" not in said


def test_after_a_logout_it_says_so(vipps):
    logout()
    vipps.keys.forget()
    for said in both(vipps):
        assert "it was logged out" in said
        assert "%vipps_login" in said

"""The board shows all sales units, escapes what people write, and gives no secret away."""

import re

from vipps_nb.sandbox.control.board import _HASH


def test_it_shows_each_unit_its_payments_and_its_latest_calls(sandbox, merchant, other_merchant, http):
    merchant.reserved("order-0001")
    merchant.modify("capture", 49900)
    merchant.create("order-0002")
    other_merchant.get("/epayment/v1/payments/none")
    board = http.get(f"{sandbox.base_url}/sandbox/board")
    first, second, third = re.findall(r'<li class="unit.*?</h2>.*?(?=<li class="unit|</ul>)', board.text)

    assert board.headers["Content-Type"].startswith("text/html")
    assert merchant.keys["merchant_serial_number"] in first
    assert "payments captured</dt><dd>1<" in first
    assert "payments created</dt><dd>1<" in first
    assert "POST /epayment/v1/payments/order-0001/capture" in first
    assert ">404</b>" in second
    assert "Nothing yet." in third


def test_what_changes_can_be_had_by_itself(sandbox, merchant, http):
    part = http.get(f"{sandbox.base_url}/sandbox/board", params={"part": "units"}).text

    assert part.startswith('<ul class="units">')
    assert "<script" not in part


def test_what_people_write_is_only_text_and_no_secret(sandbox, merchant, http):
    merchant.get("/epayment/v1/payments/%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    merchant.get(f"/epayment/v1/payments/{merchant.keys['client_secret'][:22]}")
    merchant.get(f"/qr/v1/{merchant.headers['Authorization'].split()[1][:200]}")
    board = http.get(f"{sandbox.base_url}/sandbox/board")

    assert "<script>alert" not in board.text
    assert "&lt;script&gt;alert(1)" in board.text
    assert merchant.headers["Authorization"].split()[1][:40] not in board.text
    assert not [secret for secret in merchant.keys.values() if len(secret) > 8 and secret in board.text]
    policy = board.headers["Content-Security-Policy"]
    assert f"script-src 'sha256-{_HASH}'" in policy
    assert "default-src 'none'" in policy
    assert board.text.count("<script") == 1

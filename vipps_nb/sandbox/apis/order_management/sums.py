"""What must add up in a receipt; the list is in the page's docstring."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from vipps_nb.sandbox.server.problems import InvalidRequest
from vipps_nb.sandbox.world.receipts import BottomLine, OrderLine, Receipt

WHOLE = 10_000  # a taxRate of 100 %


def check(receipt: Receipt) -> None:
    """Hold a receipt against arithmetic.

    Raises:
        InvalidRequest: It does not add up; every field that is off is named.
    """
    wrong = [
        (f"orderLines.{number}.{field}", reason)
        for number, line in enumerate(receipt.order_lines)
        for field, reason in _line(line)
    ]
    if not wrong:
        wrong = [(f"bottomLine.{field}", reason) for field, reason in _bottom(receipt)]
    if wrong:
        raise InvalidRequest("The receipt does not add up.", fields=wrong)


def total(receipt: Receipt) -> int:
    """What the lines come to; what was returned counts negative."""
    return sum(_sign(line) * line.total_amount for line in receipt.order_lines)


def _line(line: OrderLine) -> Iterator[tuple[str, str]]:
    parts = line.total_amount_excluding_tax + line.total_tax_amount
    if line.total_amount != parts:
        yield "totalAmount", f"Is {line.total_amount}, but without tax and tax come to {parts}."
    if line.tax_rate is None and line.tax_percentage is None:
        yield "taxRate", "Either taxRate or taxPercentage is required."
        return
    rate = line.tax_rate if line.tax_rate is not None else (line.tax_percentage or 0) * 100
    if line.tax_percentage is not None and line.tax_percentage * 100 != rate:
        yield "taxPercentage", f"Is {line.tax_percentage}, but taxRate says {Decimal(rate) / 100}."
    # In whole numbers: how far off the tax is, times 10 000.
    off = abs(line.total_tax_amount * WHOLE - line.total_amount_excluding_tax * rate)
    if off > _tolerance(line) * WHOLE:
        due = Decimal(line.total_amount_excluding_tax * rate) / WHOLE
        yield "totalTaxAmount", f"Is {line.total_tax_amount}, but {Decimal(rate) / 100} % come to {due}."


def _bottom(receipt: Receipt) -> Iterator[tuple[str, str]]:
    bottom, lines = receipt.bottom_line, receipt.order_lines
    if bottom.shipping_amount is None and bottom.shipping_info is None:
        sums = {
            "totalAmount": (bottom.total_amount, total(receipt)),
            "totalTax": (bottom.total_tax, sum(_sign(line) * line.total_tax_amount for line in lines)),
            "totalDiscount": (bottom.total_discount, sum(_sign(line) * (line.discount or 0) for line in lines)),
        }
        for field, (said, found) in sums.items():
            if said is not None and said != found:
                yield field, f"Is {said}, but the lines come to {found}."
        due, paid = total(receipt) + (bottom.tip_amount or 0), _paid(bottom)
        if paid > max(due, 0):
            yield "paymentSources", f"Come to {paid}, but the lines and the tip only to {due}."


def _paid(bottom: BottomLine) -> int:
    sources = bottom.payment_sources
    if sources is None:
        return 0
    return sum(part or 0 for part in (sources.gift_card, sources.card, sources.voucher, sources.cash))


def _sign(line: OrderLine) -> int:
    return -1 if line.is_return else 1


def _tolerance(line: OrderLine) -> int:
    """How far off the tax may be.

    A till may have rounded each piece, but not each kilometre.
    """
    unit = line.unit_info
    if unit is None or unit.quantity_unit not in (None, "PCS"):
        return 1
    return max(1, int(Decimal(unit.quantity).to_integral_value(ROUND_CEILING)))

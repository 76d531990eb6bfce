"""Who does for a lower room what only a higher one can; see ``core.hooks``."""

from __future__ import annotations

from typing import Any

from vipps_nb.core import hooks


def connect() -> None:
    """Fill the hooks.

    Each is a loader, so that nothing is imported before somebody looks.
    """
    hooks.answer_card.fill(_answer_card)
    hooks.answers_card.fill(_answers_card)
    hooks.calls_table.fill(_calls_table)
    hooks.document_explorer.fill(_document_explorer)
    hooks.listener_card.fill(_listener_card)
    hooks.session_card.fill(_session_card)
    hooks.token_card.fill(_token_card)
    hooks.delivery_card.fill(_delivery_card)


def _answer_card() -> Any:
    from vipps_nb.display.answer import AnswerCard  # noqa: PLC0415 - see connect

    return AnswerCard


def _answers_card() -> Any:
    from vipps_nb.display.answers import AnswersCard  # noqa: PLC0415 - see connect

    return AnswersCard


def _calls_table() -> Any:
    from vipps_nb.display.history import CallsTable  # noqa: PLC0415 - see connect

    return CallsTable


def _document_explorer() -> Any:
    from vipps_nb.notebook.explorer import explore_document  # noqa: PLC0415 - see connect

    return explore_document


def _listener_card() -> Any:
    from vipps_nb.notebook.live_deliveries import show  # noqa: PLC0415 - see connect

    return show


def _session_card() -> Any:
    from vipps_nb.display.session import SessionCard  # noqa: PLC0415 - see connect

    return SessionCard


def _token_card() -> Any:
    from vipps_nb.display.token import TokenCard  # noqa: PLC0415 - see connect

    return TokenCard


def _delivery_card() -> Any:
    from vipps_nb.webhooks.card import DeliveryCard  # noqa: PLC0415 - see connect

    return DeliveryCard

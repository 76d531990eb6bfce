"""Cards in IPython, and ``vipps_nb.show``.

Which types are drawn, and how everything is given back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import requests
    from IPython.core.interactiveshell import InteractiveShell

    from vipps_nb.webhooks import Delivery

_HTML, _TEXT = "text/html", "text/plain"
# Types by the modules they say they come from. By name, so that nothing is imported before something is drawn.
_ANSWER_MODULES = ("vipps_nb.client.session", "vipps_nb.client.response")
_DELIVERY = ("vipps_nb.webhooks.delivery", "Delivery")


class Registration:
    """The displays of one shell: registered, and later given back as they were.

    Only answers of our own session are drawn as cards, never ordinary responses of requests; tokens by their claims,
    webhooks' deliveries with their verdict.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self._before: list[tuple[Any, tuple[str, str], type | None, Any]] = []
        display = cast("Any", shell.display_formatter)
        formatters = display.formatters if display is not None else {}
        for module in _ANSWER_MODULES:
            self._register(formatters, (module, "VippsResponse"), _answer_html, _answer_text)
        self._register(formatters, ("vipps_nb.auth.access_token", "AccessToken"), _token_html, _token_text)
        self._register(formatters, _DELIVERY, _delivery_html, _delivery_text)

    def give_back(self) -> None:
        """Leave each formatter as it was found.

        Whoever has registered something else since keeps it.
        """
        for formatter, key, kind, before in reversed(self._before):
            name = ".".join(key)
            if formatter.for_type_by_name(*key) not in _OURS:
                continue
            formatter.pop(name)
            if kind is not None:
                formatter.for_type(kind, before)
            elif before is not None:
                formatter.for_type_by_name(*key, before)
        self._before = []

    def _register(
        self,
        formatters: dict[str, Any],
        key: tuple[str, str],
        html: Callable[[Any], str],
        text: Callable[[Any, Any, bool], None],
    ) -> None:
        for media_type, show in ((_HTML, html), (_TEXT, text)):
            formatter = formatters.get(media_type)
            if formatter is not None:
                kind = next((kind for kind in formatter.type_printers if (kind.__module__, kind.__name__) == key), None)
                before = formatter.pop(".".join(key), None)
                self._before.append((formatter, key, kind, before))
                formatter.for_type_by_name(*key, show)


def show(response: requests.Response | Delivery, *, personal: bool = False) -> None:
    """Show an answer or a webhook's delivery as a card; in a terminal, as text.

    Args:
        response: An answer of any session, or what a listener received.
        personal: Show phone and national identity numbers in full. They are masked otherwise, because what a
            notebook shows is saved in it.
    """
    from IPython.core.getipython import get_ipython  # noqa: PLC0415 - a script without IPython prints
    from IPython.display import publish_display_data  # noqa: PLC0415 - as above

    from vipps_nb.core.visible import say  # noqa: PLC0415 - as above
    from vipps_nb.display.answer import AnswerCard  # noqa: PLC0415 - not before something is drawn

    delivery = any((kind.__module__, kind.__name__) == _DELIVERY for kind in type(response).__mro__)
    draw = cast("Callable[..., Any]", _delivery_card if delivery else AnswerCard)
    card = draw(response, personal=personal)
    if get_ipython() is None:
        say(card.text)
    else:
        publish_display_data({_TEXT: card.text, _HTML: card.html})


def _answer_html(response: requests.Response) -> str:
    from vipps_nb.display.answer import AnswerCard  # noqa: PLC0415 - as in show

    return AnswerCard(response).html


def _answer_text(response: requests.Response, printer: Any, cycle: bool) -> None:
    from vipps_nb.display.answer import AnswerCard  # noqa: PLC0415 - as in show

    # Inside a list or a dictionary an answer stays as short as requests writes it.
    alone = len(printer.stack) == 1
    printer.text(AnswerCard(response).text if alone else repr(response))


def _token_html(token: Any) -> str:
    from vipps_nb.display.token import TokenCard  # noqa: PLC0415 - as in show

    return TokenCard(token).html


def _token_text(token: Any, printer: Any, cycle: bool) -> None:
    from vipps_nb.display.token import TokenCard  # noqa: PLC0415 - as in show

    printer.text(TokenCard(token).text if len(printer.stack) == 1 else repr(token))


def _delivery_card(delivery: Any, personal: bool = False) -> Any:
    from vipps_nb.webhooks.card import DeliveryCard  # noqa: PLC0415 - as in show

    return DeliveryCard(delivery, personal=personal)


def _delivery_html(delivery: Any) -> str:
    return str(_delivery_card(delivery).html)


def _delivery_text(delivery: Any, printer: Any, cycle: bool) -> None:
    printer.text(_delivery_card(delivery).text if len(printer.stack) == 1 else repr(delivery))


_OURS = (_answer_html, _answer_text, _token_html, _token_text, _delivery_html, _delivery_text)

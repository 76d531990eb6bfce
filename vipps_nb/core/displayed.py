"""What shows itself as HTML, to whoever asks.

IPython asks for ``_repr_html_``, marimo for ``_mime_``, other front ends for ``_repr_mimebundle_``. A class says the
first, and gets the other two from here, so that no two front ends see different things.
"""

from __future__ import annotations

from typing import Any


class Displayed:
    """Something whose last line in a cell is a card."""

    __slots__ = ()

    def _repr_html_(self) -> str | None:
        """The card; None where only text tells the truth."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str] | None:
        """The card by its type.

        The text beside it is IPython's to ask for, which knows how it stands in a list.
        """
        html = self._repr_html_()
        return None if html is None else {"text/html": html}

    def _mime_(self) -> tuple[str, str]:
        """The card for marimo, which takes a str and nothing derived from it."""
        html = self._repr_html_()
        return ("text/plain", repr(self)) if html is None else ("text/html", str(html))

"""What ``%vipps_doctor`` gives: the findings of a visit, which show themselves."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from vipps_nb.core.displayed import Displayed
from vipps_nb.doctor.card import as_block, as_html, as_text
from vipps_nb.doctor.findings import Visit


@dataclass(frozen=True, repr=False)
class Report(Displayed, Visit):
    """All findings of one visit.

    Shows itself as text in a terminal and as a card in a notebook.
    """

    @property
    def block(self) -> str:
        """The same as text for a bug report: no key, no path, no name of a machine."""
        return as_block(self.public or self)

    def as_dict(self) -> dict[str, Any]:
        """The same as data for JSON.

        Fit for others to see, like :attr:`block`, for JSON often ends in a log.
        """
        shown = self.public or self
        return {
            "result": "failed" if self.failed else "ok",
            "environment": self.environment,
            "checks": [asdict(finding) for finding in shown.findings],
            "products": [asdict(line) for line in shown.products],
            "versions": dict(self.versions),
        }

    def __repr__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return str(as_html(self))  # others than IPython want a str and nothing derived from it

"""``vipps.history``: what a session has sent and got, as far as it may be kept.

In memory only, and bounded.

Secrets never come in: they are taken out before anything is kept. Phone and identity numbers are kept, so that a
call can be sent again, and masked in everything that is shown or written unless it is asked for.
"""

from __future__ import annotations

from vipps_nb.client.recorder.calls import Calls, HistoryError
from vipps_nb.client.recorder.history import History, histories, listen
from vipps_nb.client.recorder.past_call import PastCall

__all__ = ["Calls", "History", "HistoryError", "PastCall", "histories", "listen"]

"""Webhooks API: be told what happens instead of asking. Base path ``/webhooks``.

Source: Webhooks API guide (also Request authentication, Events), the official document v1. The front door wants a
bearer token: of merchant keys with the subscription key and the Merchant-Serial-Number; of partner keys with the
subscription key, where the MSN is optional; or of Donations keys, with neither.

**How events are delivered.** Each registration has a queue and gets one delivery at a time. A 2xx within 10 s is a yes;
anything else is tried again on the documented ladder, each time signed anew with the date of that attempt. While an
event waits for its next attempt, later events of the same payment (agreement, charge, ...) wait behind it; events about
something else go past. The guide keeps the order per registration and holds back the same payment: this does both.
What has not been accepted after 7 days is dropped. A registration whose receiver has said yes to nothing for 2 weeks
since it began to fail is removed.

**Unlike the real thing**

- Receivers on this machine are allowed, also over ``http``, and they are the only ones that anything is sent to. A
  registration elsewhere is accepted by the same rules as the real one, and its events are noted as not sent.
- Whether a host name can be resolved is not looked up; names that never can be are refused.
- Deleting what is not there is refused with 404, and so is a second deletion (unconfirmed).
- Donations keys may register Donations events only (unconfirmed).
- ``user.consent-revoked.v1`` is an assumed name; the real event is configured outside this API.
- Whether an attempt is signed with its own date or the first one's is unconfirmed; receivers that check the date need
  the former.
"""

from __future__ import annotations

from vipps_nb.sandbox.apis.webhooks.api import page

__all__ = ["page"]

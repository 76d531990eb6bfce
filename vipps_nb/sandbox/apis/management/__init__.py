"""Management API: look up merchants and sales units, and prefill product orders.

Base path ``/management``.

Source: Management API guide and the official document 2.0.9. It opens to partner keys (all sales units of this
sandbox are connected to the partner), to management keys (which see the same; whether such keys are still issued is
unconfirmed) and to a sales unit's own merchant keys (for its own merchant). There is no Merchant-Serial-Number here.

``configuration`` shows the switches of the sales unit, the ones that the other APIs obey: change one on the desk, and
it changes here. An inactive sales unit (a switch) is as unknown as none. Product orders and price packages are a
partner's business: with merchant keys an order can be read if it is for that merchant, and none can be made.

**A product order's way.** RECEIVED; MERCHANT_VIEWED when somebody opens ``prefillUrl``; ORDER_SUBMITTED when they press
Approve there. A day later it is COMPLETED and the new sales unit is there. The desk can do each of these at once, and
reject. What was not submitted within 14 days is EXPIRED.

**Unlike the real thing**

- ``prefillUrl`` leads to the sandbox's phone page, which shows what is prefilled; nothing can be edited there.
- That processing takes one day is an assumption; so is 400 for deleting an order that was submitted.
- Each sales unit has an organisation of its own, which has always signed its merchant agreement.
- A sales unit that an order has made can be looked up here. It has no API keys, so no other API knows it.
- ``merchantCategoryCode`` is taken as four digits, as text (the document) or a number (its example).

**Not simulated**

- Orders that merchants make themselves, with a template (TEMPLATE) or by hand (MANUAL): there is no portal.
- E-mails, and compliance questions.
"""

from __future__ import annotations

from vipps_nb.sandbox.apis.management.api import page

__all__ = ["page"]

"""APIs that new integrations no longer choose; older ones live on them.

eCom was replaced by ePayment, Checkout v2 by v3, and the Partner API by Management. The PSP API v3 and its sign-up are
in maintenance: payment service providers are now given ePayment with a ``Psp-Id``.
"""

"""The live cards in marimo: ``marimo edit examples/marimo_cards.py``, or ``marimo run`` for the cards alone.

Needs ``pip install marimo vipps-nb``, and no keys: the sandbox is on your own machine.
"""

import marimo

app = marimo.App()


@app.cell
def _():
    import vipps_nb

    vipps = vipps_nb.login(env="sandbox", quiet=True)
    vipps_nb.token_card()
    return vipps, vipps_nb


@app.cell
def _(vipps):
    order = {
        "amount": {"currency": "NOK", "value": 49900},
        "paymentMethod": {"type": "WALLET"},
        "reference": "order-0001",
        "userFlow": "WEB_REDIRECT",
        "returnUrl": "https://example.com/thanks",
        "paymentDescription": "A cup of coffee",
    }
    created = vipps.post("/epayment/v1/payments", json=order)
    created
    return (created,)


@app.cell
def _(created, vipps_nb):
    vipps_nb.desk() if created.ok else None
    return


@app.cell
def _(vipps_nb):
    vipps_nb.explorer("capture")
    return


@app.cell
def _(vipps_nb):
    vipps_nb.login_form(env="sandbox")
    return


@app.cell
def _(created, vipps):
    vipps.history if created.ok else None
    return


if __name__ == "__main__":
    app.run()

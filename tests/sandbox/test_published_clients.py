"""What published clients cut out of answers and look for in them, and what every API refuses alike."""

import base64

import pytest

from tests.each import for_each
from tests.sandbox.login_client import ACCESS
from tests.sandbox.recurring_shop import AGREEMENTS, DRAFT
from tests.sandbox.test_checkout import SUBSCRIPTION
from tests.sandbox.test_checkout import Shop as Checkout
from tests.sandbox.test_ecom import Shop as Ecom
from tests.sandbox.test_psp import Provider

ROOT = "/vipps-userinfo-api/userinfo"


class Everything:
    """One sales unit that uses all the APIs which take a phone number or a way back."""

    def __init__(self, sandbox, merchant, login_client):
        self.merchant, self.login_client = merchant, login_client
        self.ecom, self.psp, self.checkout = Ecom(merchant), Provider(merchant), Checkout(merchant, sandbox)

    def epayment(self, **changes):
        return self.merchant.create(**changes)

    def recurring(self, **changes):
        return self.merchant.post(AGREEMENTS, DRAFT | changes)


@pytest.fixture
def shop(sandbox, merchant, login_client):
    return Everything(sandbox, merchant, login_client)


# Addresses that people cut apart


ADDRESSES = {
    "eCom": lambda shop: shop.ecom.initiate().json()["url"],
    "PSP": lambda shop: shop.psp.initiate().json()["vippsRedirectUrl"],
    "Recurring": lambda shop: shop.recurring().json()["vippsConfirmationUrl"],
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_client_that_cuts_an_address_at_its_equals_signs_has_the_token(shop, http, name):
    url = ADDRESSES[name](shop)

    token = url.split("=", 3)[2]

    assert url.endswith(f"?v=2&token={token}")
    assert "Approve" in http.get(url).text
    assert http.get(url.replace("v=2&", "")).text == http.get(url).text
    code = shop.merchant.post("/qr/v1", {"url": f"   {url}"}, Accept="image/png")
    assert code.status_code == 200, code.text


def test_epayments_address_has_the_token_and_nothing_else(shop, http):
    url = shop.epayment().json()["redirectUrl"]

    assert url.split("?") == [f"{shop.merchant.base_url}/landing", f"token={url.split('=', 1)[1]}"]
    assert "Approve" in http.get(url).text


def test_ecoms_force_approval_takes_a_phone_number_and_a_token(shop):
    token = shop.ecom.initiate().json()["url"].split("=", 3)[2]

    assert shop.ecom.force_approve(customerPhoneNumber="12345678", token=token).status_code == 200


# What a shop's plugin sends that does not know its customer


@pytest.mark.parametrize("customer", [{"customerInteraction": "CUSTOMER_NOT_PRESENT"}, {}, {"phoneNumber": None}])
def test_epayment_takes_a_customer_whom_nothing_names(shop, sandbox, code, customer):
    assert shop.epayment(customer=customer, metadata={"orderid": 71}, minimumUserAge=None).status_code == 201
    assert "customer: nobody is named, which counts as absent" in sandbox.requests()[-1]["tolerated"]
    assert shop.merchant.force_approve().status_code == 200

    pushed = shop.epayment(reference="order-0002", customer=customer, userFlow="PUSH_MESSAGE", returnUrl=None)
    assert code(pushed) == "4140", "nobody's phone can ring"
    sandbox.settings(strictness="strict")
    assert shop.epayment(reference="order-0003", customer=customer).status_code == 400


def test_ecom_takes_an_empty_phone_number(shop, sandbox):
    assert shop.ecom.initiate(customer={"mobileNumber": ""}).status_code == 200
    assert "customerInfo.mobileNumber: empty, which counts as absent" in sandbox.requests()[-1]["tolerated"]

    sandbox.settings(strictness="strict")
    assert shop.ecom.initiate("order-2", customer={"mobileNumber": ""}).status_code == 400


def test_ecom_takes_kroner_as_text(shop, sandbox):
    methods = [{"isDefault": "Y", "shippingCost": "39.90", "shippingMethod": "Post", "shippingMethodId": "post"}]
    express = {"paymentType": "eComm Express Payment", "consentRemovalPrefix": "https://example.com/consent"}

    answer = shop.ecom.initiate(merchant=express | {"staticShippingDetails": methods})
    assert answer.status_code == 200, answer.text
    sandbox.approve(reference="order-1")

    assert shop.ecom.summary() == (0, 0, 49900 + 3990, 0)
    for cost in ("39,90", "", "-1", "1e2", " 39"):
        methods[0]["shippingCost"] = cost
        refused = shop.ecom.initiate("order-2", merchant=express | {"staticShippingDetails": methods})
        assert refused.status_code == 400, cost


# Numbers that no country has


NUMBERS = {
    "ePayment": lambda shop, number: shop.epayment(customer={"phoneNumber": number}),
    "ePayment, force approval": lambda shop, number: (
        shop.epayment(),
        shop.merchant.force_approve(body={"customer": {"phoneNumber": number}}),
    )[-1],
    "Recurring": lambda shop, number: shop.recurring(phoneNumber=number),
    "Recurring, force accept": lambda shop, number: shop.merchant.patch(
        f"{AGREEMENTS}/{shop.recurring().json()['agreementId']}/accept", {"phoneNumber": number}
    ),
    "eCom": lambda shop, number: shop.ecom.initiate(customer={"mobileNumber": number[2:]}),
    "eCom, force approval": lambda shop, number: (
        shop.ecom.initiate(),
        shop.ecom.force_approve(customerPhoneNumber=number[2:]),
    )[-1],
    "PSP": lambda shop, number: shop.psp.initiate(customerMobileNumber=number[2:]),
    "Check-in": lambda shop, number: shop.merchant.post(
        "/point-of-sale/v1/loyalty-check-in",
        {"phoneNumber": number, "isMember": True},
    ),
    "Login, by phone": lambda shop, number: shop.login_client.begin(login_hint=f"urn:msisdn:{number}"),
    "Login, whether there is somebody": lambda shop, number: shop.login_client.exists(f"urn:msisdn:{number}"),
    "the desk's camera": lambda shop, number: shop.merchant.post(
        "/sandbox/customer/personal-qr", {"phoneNumber": number}
    ),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_a_phone_number_that_begins_with_0_is_refused(shop, name):
    ask = NUMBERS[name]
    good, bad = "4791234567", ("4701234567" if "eCom" in name or name in ("PSP", "Check-in") else "0791234567")

    taken, refused = ask(shop, good), ask(shop, bad)

    assert (taken.status_code < 300, refused.status_code) == (True, 400), (taken.text, refused.text)


def test_a_prefilled_number_that_no_country_has_is_corrected_by_the_customer(shop):
    shop.checkout.created(prefillCustomer={"phoneNumber": "0047912345"})
    shop.checkout.approve()

    assert shop.checkout.poll()["billingDetails"]["phoneNumber"] == "4712345678"


# Ways back that lead nowhere for others


BACK = {
    "ePayment": ("returnUrl", lambda shop, url: shop.epayment(returnUrl=url)),
    "Recurring": ("merchantRedirectUrl", lambda shop, url: shop.recurring(merchantRedirectUrl=url)),
    "Checkout": (
        "merchantInfo.returnUrl",
        lambda shop, url: shop.checkout.create(merchantInfo=shop.checkout.order()["merchantInfo"] | {"returnUrl": url}),
    ),
    "Checkout, subscription": (
        "merchantInfo.returnUrl",
        lambda shop, url: shop.checkout.create(
            type="SUBSCRIPTION",
            subscription=SUBSCRIPTION,
            merchantInfo=shop.checkout.order()["merchantInfo"] | {"returnUrl": url},
        ),
    ),
    "eCom": ("fallBack", lambda shop, url: shop.ecom.initiate(merchant={"fallBack": url})),
    "PSP": ("pspRedirectUrl", lambda shop, url: shop.psp.initiate(pspRedirectUrl=url)),
}
NOWHERE = [
    "http://localhost:3000/done",
    "https://localhost/done",
    "https://LOCALHOST:8443/done",
    "https://shop.localhost/",
    "https://127.0.0.1/done",
    "https://[::1]/done",
    "https://10.0.0.7/done",
    "https://192.168.1.2:8443/",
    "http://example.com/done",
    "https://\u2100.com/",
    "https://[",
]


@for_each("url", NOWHERE)
@for_each("name", BACK)
def test_a_way_back_that_is_of_one_machine_alone_is_refused(shop, name, url):
    field, ask = BACK[name]

    refused = ask(shop, url)

    assert refused.status_code == 400, refused.text
    assert field in refused.text


@pytest.mark.parametrize("url", ["https://shop.example.com/done", "https://8.8.8.8:8443/done?a=b", "myshop://done"])
@pytest.mark.parametrize("name", BACK)
def test_a_way_back_that_others_can_go_is_taken(shop, name, url):
    assert BACK[name][1](shop, url).status_code < 300


def test_an_app_of_ecom_may_go_back_anywhere(shop):
    """The document says that with isApp the URLs are not validated."""
    answer = shop.ecom.initiate(merchant={"isApp": True, "fallBack": "http://localhost/done"})

    assert answer.status_code == 200, answer.text


# What the library of an OpenID client looks for first


def basic(text):
    return {"Authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


TOKEN = f"{ACCESS}/oauth2/token"
REVOKE = f"{ACCESS}/oauth2/revoke"
AUTHENTICATION = "/vipps-login-ciba/api/backchannel/authentication"
EXISTS = "/vipps-login-ciba/api/v1/user-exists"
MIAMI = "/miami/v1/token"


@pytest.mark.parametrize("path", [TOKEN, REVOKE, AUTHENTICATION, EXISTS, MIAMI])
def test_a_client_that_nobody_knows_is_told_how_to_introduce_itself(sandbox, http, path):
    form = {"grant_type": "client_credentials"}

    for headers in (basic("somebody:else"), {}):
        refused = http.post(sandbox.base_url + path, data=form, headers=headers)

        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
        assert refused.headers["WWW-Authenticate"].startswith('Basic realm="')


@pytest.mark.parametrize("path", [TOKEN, AUTHENTICATION])
def test_a_partner_with_a_token_of_nobody_is_told_so(sandbox, http, path):
    headers = {"Authorization": "bearer eyJ.nobody.s", "Merchant-Serial-Number": "123456"}

    refused = http.post(sandbox.base_url + path, data={"grant_type": "authorization_code"}, headers=headers)

    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert refused.headers["WWW-Authenticate"].startswith("Bearer ")
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]


@pytest.mark.parametrize("path", [f"{ROOT}/", ROOT, f"{ROOT}/some-sub"])
def test_userinfo_says_that_a_token_is_none(sandbox, http, path):
    refused = http.get(sandbox.base_url + path, headers={"Authorization": "Bearer old-or-foreign"})

    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer ")
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]


def test_whoever_shows_userinfo_no_token_is_told_of_none(sandbox, http):
    refused = http.get(f"{sandbox.base_url}{ROOT}/")

    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="Vipps Userinfo"'


def test_the_word_bearer_counts_in_any_case_for_a_person_too(login_client):
    token = login_client.login()["access_token"]

    for word in ("bearer", "BEARER"):
        assert login_client.userinfo("", Authorization=f"{word} {token}").status_code == 200

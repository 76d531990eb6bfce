"""Proxies, certificates and netrc are honoured as with requests, though they are looked up far less often."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from vipps_nb import Environment, VippsSession

from .conftest import Answer
from .test_session import TOKEN, speaks

PATH = "/epayment/v1/payments/abc-12345"
FAR = Environment("test", "http://shop.example")


@pytest.fixture
def proxies(serve):
    """Two proxies that answer for every host."""

    def proxy(word):
        token = json.dumps({"access_token": TOKEN, "expires_in": 3600}).encode()
        return serve(lambda seen: Answer(body=token if "/accesstoken/" in seen.path else b'"%s"' % word))

    return proxy(b"one"), proxy(b"two")


def says(vipps, **options):
    return vipps.get(PATH, retries=0, **options).json()


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_of_the_environment_is_used_and_a_change_noticed_at_the_next_call(
    proxies, credentials, monkeypatch, name
):
    one, two = proxies
    vipps = VippsSession(credentials, FAR)
    monkeypatch.setenv(name, one.base_url)
    assert says(vipps) == says(vipps) == "one"

    monkeypatch.setenv(name, two.base_url)
    assert says(vipps) == "two"

    assert one.seen[-1].path == "http://shop.example" + PATH
    monkeypatch.setenv("no_proxy", "shop.example")
    with pytest.raises(requests.ConnectionError):
        says(vipps)


def test_a_proxy_of_the_session_or_of_a_call_is_used_too(proxies, credentials, monkeypatch):
    one, two = proxies
    vipps = VippsSession(credentials, FAR)
    monkeypatch.setenv("HTTP_PROXY", one.base_url)
    vipps.token  # noqa: B018 - fetched through the environment's proxy

    assert says(vipps) == "one"
    assert says(vipps, proxies={"http": two.base_url}) == "two"
    assert says(vipps) == "one"
    vipps.trust_env = False
    vipps.proxies["http"] = two.base_url
    assert says(vipps) == "two"
    vipps.proxies.clear()
    with pytest.raises(requests.ConnectionError):
        says(vipps)


def test_the_environment_is_looked_up_once_for_many_calls_and_again_after_a_fault(serve, credentials, monkeypatch):
    looked = []
    real = requests.sessions.get_environ_proxies
    monkeypatch.setattr(requests.sessions, "get_environ_proxies", lambda url, **k: looked.append(url) or real(url, **k))
    server = serve(speaks())
    vipps = VippsSession(credentials, server.environment)

    vipps.token  # noqa: B018 - fetched by a bare session, which looks for itself
    looked.clear()
    for _ in range(5):
        vipps.get(PATH)
    assert len(looked) == 1
    server.close()
    vipps.close()  # the open connection would still be answered
    for _ in range(2):
        with pytest.raises(requests.ConnectionError):
            vipps.get(PATH)
    assert len(looked) == 2


def test_netrc_gives_nothing_to_a_stranger_either(serve, credentials, nowhere, monkeypatch):
    (nowhere / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(nowhere / "netrc"))
    stranger = serve(lambda seen: Answer())

    VippsSession(credentials, FAR).get(stranger.base_url + "/x")

    assert "Authorization" not in stranger.seen[0].headers


@pytest.fixture(autouse=True)
def no_bundles(monkeypatch):
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


class Encrypted:
    """An HTTPS server with a certificate that only those trust who were told to."""

    def __init__(self, folder) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pretend")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        self.bundle = folder / "bundle.pem"
        self.bundle.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        secret = folder / "key.pem"
        secret.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self.bundle, secret)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.connections = 0
        self.drip = False
        self.surplus = b""
        self.environment = Environment("test", f"https://127.0.0.1:{self._listener.getsockname()[1]}")
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # whoever waits in accept() sleeps through close()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._converse, args=(plain,), daemon=True).start()

    def _converse(self, plain: socket.socket) -> None:
        try:
            with self._context.wrap_socket(plain, server_side=True) as connection:
                while data := connection.recv(65536):
                    token = b'{"access_token": "t", "expires_in": 3600}'
                    body = token if b"/accesstoken" in data else b'"secret"'
                    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
                    if self.surplus:
                        chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n"
                        # http.client takes 8192 bytes in one go; the rest is decrypted, and waits.
                        connection.sendall((chunks % (len(body), body)).ljust(8192, b"x") + self.surplus)
                        self.surplus = b""
                        continue
                    if self.drip and body != token:
                        connection.sendall(head % 10**6)
                        while True:
                            connection.sendall(b"x")
                            time.sleep(0.02)
                    connection.sendall(head % len(body) + body)
        except OSError:
            plain.close()


@pytest.fixture
def encrypted(tmp_path):
    server = Encrypted(tmp_path)
    yield server
    server.close()


def test_a_certificate_nobody_vouches_for_is_refused_at_once(encrypted, credentials):
    vipps = VippsSession(credentials, encrypted.environment)

    with pytest.raises(requests.exceptions.SSLError):
        vipps.get(PATH, headers={"Authorization": "Bearer mine"})
    assert encrypted.connections == 1


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_bundle_of_the_environment_is_honoured_and_its_end_noticed(encrypted, credentials, monkeypatch, name):
    vipps = VippsSession(credentials, encrypted.environment)
    own = {"Authorization": "Bearer mine"}
    monkeypatch.setenv(name, str(encrypted.bundle))
    assert says(vipps) == says(vipps) == "secret"

    monkeypatch.delenv(name)
    with pytest.raises(requests.exceptions.SSLError):
        vipps.get(PATH, headers=own)
    assert says(vipps, verify=str(encrypted.bundle)) == "secret"
    vipps.verify = str(encrypted.bundle)
    assert says(vipps) == "secret"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(encrypted.bundle.parent / "no-such-file"))
    with pytest.raises(OSError, match="TLS CA certificate bundle"):
        vipps.get(PATH, headers=own)


@pytest.mark.filterwarnings("ignore:Unverified HTTPS")
@pytest.mark.parametrize("no", [False, 0, None, ""])
def test_a_certificate_that_one_call_does_not_check_is_checked_for_the_next(encrypted, credentials, monkeypatch, no):
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    vipps = VippsSession(credentials, encrypted.environment)
    own = {"Authorization": "Bearer mine"}
    for _ in range(2):
        vipps.verify = no
        assert says(vipps, headers=own) == "secret"
        vipps.verify = True
        with pytest.raises(requests.exceptions.SSLError):
            vipps.get(PATH, headers=own)


def test_connections_are_kept_and_the_deadline_holds_behind_encryption(encrypted, credentials, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(encrypted.bundle))
    vipps = VippsSession(credentials, encrypted.environment)
    for _ in range(5):
        vipps.get(PATH)
    assert encrypted.connections == 2  # one for the token, one for everything else

    encrypted.drip, vipps.longest_answer = True, 0.2
    with pytest.raises((requests.Timeout, requests.ConnectionError)):
        vipps.get(PATH, retries=0)


@pytest.mark.parametrize("stream", [False, True])  # the short way, and urllib3's
def test_what_a_server_sends_beyond_its_answer_is_not_the_next_one(encrypted, credentials, monkeypatch, stream):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(encrypted.bundle))
    vipps = VippsSession(credentials, encrypted.environment)
    encrypted.surplus = b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n"forged"'

    told = [says(vipps, headers={"Authorization": "Bearer mine"}, stream=stream) for _ in range(3)]

    assert told == ["secret"] * 3
    assert encrypted.connections == 2


def test_a_closed_session_opens_new_connections(serve, credentials):
    vipps = VippsSession(credentials, serve(speaks()).environment)
    vipps.get(PATH)
    vipps.close()

    assert vipps.get(PATH).status_code == 200


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("/report/v2/ledgers", {}),
        ("/report/v2/ledgers/", {"headers": {"accept": "text/csv", "X": b"bytes", "User-Agent": None}}),
        ("/epayment/v1/payments", {"json": {"a": "ø"}}),
        ("/epayment/v1/payments", {"data": {"a": "b c"}}),
        ("/epayment/v1/payments", {"data": b"raw", "headers": {"content-type": "text/plain"}}),
        ("/epayment/v1/payments", {"json": []}),
        ("/epayment/v1/payments", {"data": ""}),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_the_short_way_to_prepare_a_request_leads_where_the_long_one_does(
    serve, credentials, monkeypatch, method, path, options
):
    server = serve(speaks())
    vipps = VippsSession(credentials, server.environment)
    monkeypatch.setattr("vipps_nb.client.session.uuid.uuid4", lambda: "one-key")

    short = vipps.request(method, path, **options).request
    long = vipps.request(method, path, cookies={"a": "b"}, **options).request

    assert long.headers.pop("Cookie") == "a=b"
    assert (short.method, short.url, short.body) == (long.method, long.url, long.body)
    assert dict(short.headers) == dict(long.headers)
    assert short.hooks == long.hooks
    assert repr(short.copy()) == repr(long)


def test_a_header_that_cannot_be_one_is_refused_as_with_requests(serve, credentials):
    vipps = VippsSession(credentials, serve(speaks()).environment)

    with pytest.raises(requests.exceptions.InvalidHeader):
        vipps.get(PATH, headers={"X": "a\r\nb: c"})
    vipps.headers["X"] = 5
    with pytest.raises(requests.exceptions.InvalidHeader):
        vipps.get(PATH)

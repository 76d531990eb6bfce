"""A .env that holds our names and cannot be read as one: login and doctor both say where and why, and what to write."""

from __future__ import annotations

import json
import os
import socket
import time

import pytest

from vipps_nb import CredentialsError, VippsNbError, login
from vipps_nb.auth.login_options import LoginOptions
from vipps_nb.auth.sources import find_credentials, load_sources
from vipps_nb.client.login import own_sandbox
from vipps_nb.doctor import Result, examine

from .conftest import CLIENT_ID, CLIENT_SECRET, MSN, SUBSCRIPTION_KEY

WHOLE = {
    "VIPPS_CLIENT_ID": CLIENT_ID,
    "VIPPS_CLIENT_SECRET": CLIENT_SECRET,
    "VIPPS_SUBSCRIPTION_KEY": SUBSCRIPTION_KEY,
    "VIPPS_MSN": MSN,
}
SECRETS = (CLIENT_SECRET, SUBSCRIPTION_KEY, CLIENT_SECRET[:12], SUBSCRIPTION_KEY[:12])
PLAIN = "".join(f"{name}={value}\n" for name, value in WHOLE.items())
CAMEL = {"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET, "subscriptionKey": SUBSCRIPTION_KEY, "msn": MSN}


def each(template: str) -> bytes:
    return "".join(template.format(name=name, value=value) for name, value in WHOLE.items()).encode()


def changed(**changes: str) -> bytes:
    return "".join(f"{name}={value}\n" for name, value in {**WHOLE, **changes}.items()).encode()


def renamed(**names: str) -> bytes:
    return "".join(f"{names.get(name, name)}={value}\n" for name, value in WHOLE.items()).encode()


# What somebody wrote, and what they have to be told: where, why, and what to write instead.
LOST = {
    "UTF-16 without a mark": (PLAIN.encode("utf-16-le"), ["UTF-16", "save it again as UTF-8"]),
    "UTF-16 the other way round": (PLAIN.encode("utf-16-be"), ["UTF-16", "save it again as UTF-8"]),
    "UTF-16 with a mark": (PLAIN.encode("utf-16"), ["UTF-16", "Set-Content -Encoding utf8"]),
    "UTF-16 BE with a mark": (b"\xfe\xff" + PLAIN.encode("utf-16-be"), ["UTF-16"]),
    "UTF-32": (PLAIN.encode("utf-32"), ["UTF-32"]),
    "UTF-16, and only one name": ("VIPPS_MSN=1\r\n".encode("utf-16-le"), ["UTF-16"]),
    "Latin-1 in a key": (changed(VIPPS_CLIENT_SECRET="abcdefgh").replace(b"fgh", b"f\xe6h"), ["line 2", "UTF-8"]),
    "set": (each("set {name}={value}\r\n"), ["line 1", "Windows command line", "Write VIPPS_CLIENT_ID=…"]),
    "SET with quotes": (each('SET "{name}={value}"\r\n'), ["line 1", "Windows command line"]),
    "setx": (each('setx {name} "{value}"\r\n'), ["line 4", "Windows command line", "Write VIPPS_MSN=…"]),
    "PowerShell": (each("$env:{name} = '{value}'\n"), ["line 2", "PowerShell", "Write VIPPS_CLIENT_SECRET=…"]),
    "PowerShell's other way": (each("${{env:{name}}}='{value}'\n"), ["line 1", "PowerShell"]),
    ".NET": (each('[Environment]::SetEnvironmentVariable("{name}", "{value}")\n'), ["line 1", "PowerShell"]),
    "setenv": (each("setenv {name} {value}\n"), ["line 1", "shell"]),
    "declare": (each("declare -x {name}={value}\n"), ["line 1", "program"]),
    "const": (each('const {name} = "{value}";\n'), ["line 1", "program"]),
    "PHP": (each("define('{name}', '{value}');\n"), ["line 1", "program"]),
    "Compose's list": (each("  - {name}={value}\n"), ["line 1"]),
    "Compose's map": (b"environment:\n" + each("  {name}: {value}\n"), ["line 2", "YAML", "Write VIPPS_CLIENT_ID=…"]),
    "YAML": (each("{name}: {value}\n"), ["line 3", "YAML", "Write VIPPS_SUBSCRIPTION_KEY=…"]),
    "YAML without a blank": (each("{name}:{value}\n"), ["line 3", "YAML"]),
    "YAML, quoted": (each("{name}: '{value}'\n"), ["line 1", "YAML"]),
    "YAML, nested": (
        f"vipps:\n  client_id: {CLIENT_ID}\n  client_secret: {CLIENT_SECRET}\n".encode(),
        ["line 2", "YAML", "Write VIPPS_CLIENT_ID=…"],
    ),
    "JSON": (json.dumps(WHOLE).encode(), ["line 1", "JSON", "VIPPS_CLIENT_ID=…"]),
    "JSON over lines": (json.dumps(WHOLE, indent=2).encode(), ["line 2", "JSON", "VIPPS_CLIENT_ID=…"]),
    "JSON, nested": (json.dumps({"vipps": CAMEL}, indent=2).encode(), ["JSON", "VIPPS_CLIENT_ID=…"]),
    "TOML": (
        f'[vipps]\nclient_id = "{CLIENT_ID}"\nclient_secret = "{CLIENT_SECRET}"\n'.encode(),
        ["line 1", "section"],
    ),
    "two sections": (b"[test]\n" + PLAIN.encode() + b"[production]\n", ["line 1", "line 6", "section"]),
    "no =": (each("{name} {value}\n"), ["line 1", "no = after VIPPS_CLIENT_ID"]),
    "all on one line": (
        each("{name}={value} "),
        ["line 1", "VIPPS_CLIENT_SECRET stands behind VIPPS_CLIENT_ID", "one name per line"],
    ),
    "all on one line, exported": (b"# mine\nexport " + each("{name}={value} "), ["line 2", "one name per line"]),
    "all on one line, each exported": (each("export {name}={value}; "), ["line 1", "one name per line"]),
    "all on one line, quoted": (each('{name}="{value}" '), ["line 1", "one name per line"]),
    "all on one line, blanks around =": (each("{name} = {value} "), ["line 1", "one name per line"]),
    "all on one line, run together": (each("{name}={value}"), ["line 1", "one name per line"]),
    "all on one line, behind somebody else's": (b"DEBUG=1 " + each("{name}={value} "), ["line 1", "one name per line"]),
    "two on one line": (PLAIN.replace("\nVIPPS_MSN", " VIPPS_MSN").encode(), ["line 3", "one name per line"]),
    "an arrow": (each("{name} => {value}\n"), ["VIPPS_CLIENT_ID has blanks in it", "VIPPS_MSN"]),
    "an unclosed quote": (changed(VIPPS_CLIENT_SECRET=f'"{CLIENT_SECRET}'), ["line 2", "quote", "not closed"]),
    "an unclosed single quote": (changed(VIPPS_CLIENT_ID=f"'{CLIENT_ID}"), ["line 1", "quote", "not closed"]),
    "two unclosed quotes": (
        changed(VIPPS_CLIENT_ID=f'"{CLIENT_ID}', VIPPS_SUBSCRIPTION_KEY=f'"{SUBSCRIPTION_KEY}'),
        ["line 1", "VIPPS_CLIENT_ID", "not closed in its line"],
    ),
    "somebody else's unclosed quote": (
        b'OTHER="abc\n' + PLAIN.encode() + b'MORE="def"\n',
        ["line 1", "swallows VIPPS_CLIENT_ID"],
    ),
    "something after the quote": (changed(VIPPS_MSN=f'"{MSN}";'), ["line 4", "after the closing quote"]),
    "a key broken in two": (
        changed(VIPPS_CLIENT_SECRET=f"{CLIENT_SECRET[:14]}\n{CLIENT_SECRET[14:]}"),
        ["line 3", "rest of line 2"],
    ),
    "a key broken before its =": (changed(VIPPS_CLIENT_SECRET="abcdefghijklmnop\n=="), ["line 3", "rest of line 2"]),
    "a key in the line below": (changed(VIPPS_SUBSCRIPTION_KEY=f"\n{SUBSCRIPTION_KEY}"), ["line 4", "rest of line 3"]),
    "a name broken in two": (PLAIN.replace("VIPPS_CLIENT_SECRET", "VIPPS_CLIENT_\nSECRET").encode(), ["line 2"]),
    "lower case": (each("{name}={value}\n").lower(), ["vipps_client_id is in .env", "write VIPPS_CLIENT_ID=…"]),
    "dashes": (renamed(VIPPS_CLIENT_ID="VIPPS-CLIENT-ID"), ["VIPPS-CLIENT-ID is in .env", "In line 1"]),
    "blanks": (renamed(VIPPS_CLIENT_SECRET="VIPPS CLIENT SECRET"), ["line 2", "Write VIPPS_CLIENT_SECRET=…"]),
    "the portal's words": (renamed(VIPPS_CLIENT_SECRET="Client secret"), ["line 2", "Write VIPPS_CLIENT_SECRET=…"]),
    "run together": (renamed(VIPPS_CLIENT_ID="VIPPS_CLIENTID"), ["VIPPS_CLIENTID is in .env: is VIPPS_CLIENT_ID"]),
    "a letter missing": (renamed(VIPPS_CLIENT_ID="VIPS_CLIENT_ID"), ["VIPS_CLIENT_ID is in .env: is VIPPS_CLIENT_ID"]),
    "one name only, misspelled": (
        f"VIPPS_CLIENT_SECERT={CLIENT_SECRET}\n".encode(),
        ["In line 1 write VIPPS_CLIENT_SECRET=…"],
    ),
    "double-quoted names": (each('"{name}"="{value}"\n'), ["line 1", "VIPPS_CLIENT_ID"]),
    "nothing filled in": (each("{name}=\n"), ["VIPPS_CLIENT_ID is in .env without a value. Fill in line 1."]),
    "twice with different values": (PLAIN.encode() + b"VIPPS_MSN=654321\n", ["line 5", "line 4 already", "Keep one"]),
    "two spellings with different values": (
        PLAIN.encode() + b"VIPPS_MERCHANT_SERIAL_NUMBER=654321\n",
        ["line 5", "as VIPPS_MSN", "Keep one"],
    ),
    "a mark in the middle": (PLAIN.replace("VIPPS_MSN", "\ufeffVIPPS_MSN").encode(), ["line 4", "byte order mark"]),
    "zero width in a name": (PLAIN.replace("CLIENT_ID", "CLIENT\u200b_ID").encode(), ["line 1", "zero width space"]),
    "a NUL in a name": (PLAIN.replace("CLIENT_ID", "CLIENT_ID\0").encode(), ["line 1", "NUL"]),
    "zero width in a key": (changed(VIPPS_CLIENT_SECRET=CLIENT_SECRET + "\u200b"), ["VIPPS_CLIENT_SECRET", ".env"]),
    "a no-break space": (
        changed(VIPPS_CLIENT_ID=f"{CLIENT_ID[:8]}\u00a0{CLIENT_ID[8:]}"),
        ["VIPPS_CLIENT_ID", "no-break"],
    ),
    "a soft hyphen": (changed(VIPPS_CLIENT_SECRET=f"{CLIENT_SECRET[:9]}\u00ad{CLIENT_SECRET[9:]}"), ["soft hyphen"]),
    "bidi": (changed(VIPPS_CLIENT_SECRET=f"\u202a{CLIENT_SECRET}\u202c"), ["VIPPS_CLIENT_SECRET", ".env"]),
    "a NUL in a key": (changed(VIPPS_MSN=f"{MSN}\0"), ["VIPPS_MSN", "NUL"]),
    "blanks inside of quotes": (changed(VIPPS_CLIENT_SECRET=f'"{CLIENT_SECRET}  "'), ["has blanks"]),
    "another alphabet": (changed(VIPPS_CLIENT_ID=CLIENT_ID.replace("a", "а")), ["VIPPS_CLIENT_ID", "cyrillic"]),
    "smart quotes": (changed(VIPPS_CLIENT_SECRET=f"“{CLIENT_SECRET}”"), ["VIPPS_CLIENT_SECRET has quotes"]),
    "a semicolon": (changed(VIPPS_CLIENT_SECRET=f"{CLIENT_SECRET};"), ["VIPPS_CLIENT_SECRET has a ; at its end"]),
    "a comma": (changed(VIPPS_CLIENT_ID=f"{CLIENT_ID},"), ["VIPPS_CLIENT_ID has a , at its end"]),
    "quotes and a comma": (changed(VIPPS_CLIENT_ID=f"'{CLIENT_ID},'"), ["VIPPS_CLIENT_ID has a , at its end"]),
    "braces": (changed(VIPPS_SUBSCRIPTION_KEY=f"{{{SUBSCRIPTION_KEY}}}"), ["VIPPS_SUBSCRIPTION_KEY has a {"]),
    "angle brackets": (changed(VIPPS_CLIENT_SECRET=f"<{CLIENT_SECRET}"), ["VIPPS_CLIENT_SECRET has a <"]),
    "a second =": (changed(VIPPS_CLIENT_SECRET=f"={CLIENT_SECRET}"), ["VIPPS_CLIENT_SECRET has a = at its beginning"]),
    "RTF": (rb"{\rtf1\ansi " + PLAIN.encode() + b"}", ["RTF", "plain text"]),
    "HTML": (f"<html><body><p>{PLAIN}</p></body></html>".encode(), ["HTML", "VIPPS_CLIENT_ID=…"]),
    "Word": (b"PK\x03\x04" + os.urandom(400), ["packed document", "plain text"]),
    "Word of old": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(400), ["Word document", "plain text"]),
    "a misspelled environment": (PLAIN.encode() + b"VIPPS_ENVIRONMENT=prodution\n", ["Did you mean production?"]),
    "a misspelled setting": (PLAIN.encode() + b"VIPPS_ENVIROMENT=production\n", ["is VIPPS_ENVIRONMENT meant?"]),
    "a nickname": (PLAIN.encode() + b"VIPPS_ENV=production\n", ["VIPPS_ENV is in .env", "line 5"]),
    "a key for an environment": (f"VIPPS_ENVIRONMENT={CLIENT_SECRET}\n".encode(), ["(in .env, line 1)"]),
    "a misspelled address": (b"VIPPS_BASEURL=http://127.0.0.1:8080\n", ["is VIPPS_BASE_URL meant?"]),
    "half an address": (PLAIN.encode() + b"VIPPS_BASE_URL=http://[\n", ["VIPPS_BASE_URL"]),
    "a port that is none": (b"VIPPS_ENVIRONMENT=sandbox\nVIPPS_BASE_URL=http://127.0.0.1:99999\n", ["VIPPS_BASE_URL"]),
    "a host of odd letters": ("VIPPS_ENVIRONMENT=sandbox\nVIPPS_BASE_URL=https://℀.com\n".encode(), ["VIPPS_BASE_URL"]),
    "bytes for an address": (b"VIPPS_ENVIRONMENT=sandbox\nVIPPS_BASE_URL=http://\xff\xfe\n", ["VIPPS_BASE_URL"]),
}  # fmt: skip


def by_login(**options) -> str:
    with pytest.raises(VippsNbError) as caught:
        login(quiet=True, **options)
    return str(caught.value)


def by_doctor(**options) -> str:
    failed = examine(LoginOptions(**options)).failed
    assert failed
    assert all(finding.result is Result.FAILED and finding.remedy for finding in failed)
    return "\n".join(f"{finding.found} {finding.remedy}" for finding in failed)


@pytest.mark.parametrize("asked", [by_login, by_doctor])
@pytest.mark.parametrize("kind", LOST)
def test_keys_that_would_be_lost_are_said_with_their_place(nowhere, kind, asked):
    content, words = LOST[kind]
    (nowhere / ".env").write_bytes(content)

    said = asked()

    assert [word for word in [".env", *words] if word not in said] == []
    assert [secret for secret in SECRETS if secret in said] == []
    assert str(nowhere) not in said
    assert said.encode()  # can be written down anywhere
    assert own_sandbox() is None


FOUND = {
    "plain": PLAIN.encode(),
    "a UTF-8 mark": b"\xef\xbb\xbf" + PLAIN.encode(),
    "CRLF": PLAIN.replace("\n", "\r\n").encode(),
    "a Mac of old": PLAIN.replace("\n", "\r").encode(),
    "no end of line": PLAIN.strip().encode(),
    "export": each("export {name}={value}\n"),
    "blanks around =": each("{name} = {value}\n"),
    "quotes": each('{name}="{value}"\n'),
    "single quotes": each("  {name}='{value}'  # mine\n"),
    "comments at the end": each("{name}={value}   # of the shop\n"),
    "Latin-1 in a comment": b"# Schl\xfcssel\n" + PLAIN.encode(),
    "Latin-1 in somebody else's line": b"GREETING=\xc5h\xe5\n" + PLAIN.encode(),
    "twice the same": PLAIN.encode() * 2,
    "another product's keys": PLAIN.encode() + b"VIPPS_WEBHOOK_SECRET=abc\nVIPPS_TEST_CLIENT_ID=x\nCLIENT_ID=other\n",
    "a key of several lines": b'PEM="-----BEGIN\nabc\n-----END"\n' + PLAIN.encode(),
    "our names in a comment": PLAIN.replace("\n", " # not VIPPS_MSN=654321\n").encode(),
    "our names in somebody else's line": b"RUN=docker run -e VIPPS_MSN=654321 shop\n" + PLAIN.encode(),
    "prose": b"These are the keys of the shop\n\n" + PLAIN.encode() + b"DEBUG=\nname=\n",
}


@pytest.mark.parametrize("kind", FOUND)
def test_keys_that_can_be_read_are_read(nowhere, kind):
    (nowhere / ".env").write_bytes(FOUND[kind])

    keys = find_credentials(load_sources(folder=nowhere), "merchant")

    assert keys is not None
    assert (keys.client_id, keys.client_secret.reveal()) == (CLIENT_ID, CLIENT_SECRET)
    assert (keys.subscription_key.reveal(), keys.merchant_serial_number) == (SUBSCRIPTION_KEY, MSN)


@pytest.mark.parametrize(
    "content",
    [
        b"DJANGO_SECRET_KEY: abc\nset FOO=1\n",
        b'{"name": "something else"}',
        b"[section]\nkey = 1\n",
        b'OTHER="not closed\nMORE=1\n',
        b"GOOGLE_CLIENT_ID=1\nNAME=Vipps shop\n# VIPPS_CLIENT_ID: ?\n",
        b"\xff\xfe" + "Other=1".encode("utf-16-le"),
        b"",
    ],
)
def test_a_dotenv_of_somebody_else_is_no_concern_of_ours(nowhere, content):
    (nowhere / ".env").write_bytes(content)

    assert login(quiet=True).environment.name == "sandbox"


@pytest.mark.parametrize("asked", [by_login, by_doctor])
@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"vipps_client_id": CLIENT_ID}, ["vipps_client_id is in process environment", "VIPPS_CLIENT_ID"]),
        ({"VIPPS_CLIENTSECRET": CLIENT_SECRET}, ["VIPPS_CLIENTSECRET is in process environment"]),
        ({**WHOLE, "VIPPS_MSN": f"{MSN};"}, ["process environment", "VIPPS_MSN"]),
        ({**WHOLE, "VIPPS_CLIENT_SECRET": CLIENT_SECRET + "\udcff"}, ["VIPPS_CLIENT_SECRET", "broken letter"]),
        ({**WHOLE, "VIPPS_ENVIRONMENT": "tset"}, ["VIPPS_ENVIRONMENT (in process environment)", "Did you mean test?"]),
        ({**WHOLE, "VIPPS_BASE_URL": "http://\udcff["}, ["VIPPS_BASE_URL"]),
    ],
)
def test_the_process_environment_is_looked_at_as_closely(monkeypatch, variables, words, asked):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    said = asked()

    assert [word for word in words if word not in said] == []
    assert [secret for secret in SECRETS if secret in said] == []
    assert said.encode()


def a_pipe(file):
    os.mkfifo(file)


def a_folder(file):
    file.mkdir()


def a_socket(file):
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(file.name)


def a_device(file):
    file.symlink_to("/dev/zero")


def a_link_to_a_pipe(file):
    os.mkfifo(file.with_name("pipe"))
    file.symlink_to(file.with_name("pipe"))


def a_link_to_nothing(file):
    file.symlink_to(file.with_name("gone"))


def a_link_to_itself(file):
    file.symlink_to(file)


def larger(file):
    file.touch()
    os.truncate(file, 1 << 30)


NO_FILES = {
    a_pipe: "it is a named pipe",
    a_folder: "it is a folder",
    a_socket: "it is a socket",
    a_device: "it is a device",
    a_link_to_a_pipe: "it is a named pipe",
    a_link_to_nothing: "it is a symbolic link to nothing",
    a_link_to_itself: "it is a symbolic link that leads in a circle",
    larger: "it is larger than",
}


@pytest.mark.parametrize("option", ["dotenv", "profile", "postman", "nearest"])
@pytest.mark.parametrize("make", NO_FILES)
def test_what_is_no_file_is_refused_at_once(nowhere, make, option):
    name, options = {
        "nearest": (".env", {}),
        "dotenv": ("my.env", {"dotenv": "my.env"}),
        "profile": (".env.shop", {"profile": "shop"}),
        "postman": ("mine.json", {"postman": "mine.json"}),
    }[option]
    make(nowhere / name)
    began = time.monotonic()

    with pytest.raises(CredentialsError) as caught:
        login(quiet=True, **options)
    finding = examine(LoginOptions(**options))["files"]

    assert time.monotonic() - began < 5
    assert finding.result is Result.FAILED
    for said in (str(caught.value), finding.found):
        assert f"{name} " in said
        assert NO_FILES[make] in said


def exported(**values: str) -> dict:
    return {"values": [{"key": key, "value": value, "enabled": True} for key, value in values.items()]}


POSTMAN = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "merchantSerialNumber": MSN}
KEY = {"Ocp-Apim-Subscription-Key": SUBSCRIPTION_KEY}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_postman_file_is_read_in_any_encoding_of_json(nowhere, encoding):
    text = json.dumps(exported(**POSTMAN, **KEY))
    (nowhere / "mine.json").write_bytes(("\ufeff" * (encoding == "utf-16-be") + text).encode(encoding))

    keys = find_credentials(load_sources(folder=nowhere, postman="mine.json"), "merchant")

    assert keys is not None
    assert (keys.client_secret.reveal(), keys.source) == (CLIENT_SECRET, "Postman file mine.json")


@pytest.mark.parametrize("asked", [by_login, by_doctor])
@pytest.mark.parametrize(
    ("document", "words"),
    [
        (exported(**POSTMAN, **{"ocp-apim-subscription-key": SUBSCRIPTION_KEY}), ["is VIPPS_SUBSCRIPTION_KEY meant?"]),
        (exported(**POSTMAN, **{"Ocp-Apim-Subscription-Key": ""}), ["VIPPS_SUBSCRIPTION_KEY", "without a value"]),
        (exported(**{**POSTMAN, **KEY, "client_secret": f"{CLIENT_SECRET},"}), ["client_secret has a , at its end"]),
        (exported(**{**POSTMAN, **KEY, "client_id": f"{CLIENT_ID}\u200b"}), ["client_id", "zero width space"]),
        (exported(**{**POSTMAN, **KEY, "client_secret": "{{secret}}"}), ["client_secret is still a placeholder"]),
        ({"info": {"name": "a collection"}, "item": []}, ["is no Postman environment", "Export"]),
        ([1, 2], ["is no Postman environment"]),
        ("[" * 100_000, ["is no Postman environment"]),
        (b"\xff\xfe\x00", ["is no Postman environment"]),
    ],
)
def test_what_a_postman_file_lacks_is_said_in_its_own_words(nowhere, document, words, asked):
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    (nowhere / "mine.json").write_bytes(content if document != "[" * 100_000 else document.encode())

    said = asked(postman="mine.json")

    assert [word for word in ["mine.json", *words] if word not in said] == []
    assert [secret for secret in SECRETS if secret in said] == []

"""Where keys are found, and each sentence a user sees when they cannot be used."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from vipps_nb import CredentialsError, EnvironmentChoiceError, MissingKeysError, current_session, login
from vipps_nb.auth.sources import find_credentials, load_sources, profiles
from vipps_nb.core.environment import environment_at

from .conftest import CLIENT_ID, CLIENT_SECRET, MSN, SUBSCRIPTION_KEY

WHOLE = {
    "VIPPS_CLIENT_ID": CLIENT_ID,
    "VIPPS_CLIENT_SECRET": CLIENT_SECRET,
    "VIPPS_SUBSCRIPTION_KEY": SUBSCRIPTION_KEY,
    "VIPPS_MSN": MSN,
}


def write_env(file: Path, **changes: str | None) -> None:
    lines = {**WHOLE, **changes}
    file.write_text("".join(f"{name}={value}\n" for name, value in lines.items() if value is not None))


def found(folder: Path, key_type="merchant", **options):
    return find_credentials(load_sources(folder=folder, **options), key_type)


def refusal(folder: Path, **options) -> str:
    with pytest.raises(CredentialsError) as caught:
        found(folder, **options)
    said = str(caught.value)
    for secret in (CLIENT_SECRET, SUBSCRIPTION_KEY):
        assert secret not in said
    return said


def test_the_nearest_dotenv_upwards_is_read_and_never_exported(nowhere):
    write_env(nowhere / ".env")
    deep = nowhere / "a" / "b"
    deep.mkdir(parents=True)

    keys = found(deep)

    assert keys.client_id == CLIENT_ID
    assert keys.client_secret.reveal() == CLIENT_SECRET
    assert keys.merchant_serial_number == MSN
    assert keys.source == ".env"
    assert "VIPPS_CLIENT_SECRET" not in os.environ


def test_the_process_environment_comes_before_dotenv_name_by_name(nowhere, monkeypatch):
    write_env(nowhere / ".env")
    monkeypatch.setenv("VIPPS_MSN", "999999")

    keys = found(nowhere)

    assert keys.merchant_serial_number == "999999"
    assert keys.source == ".env + process environment"


def test_a_name_without_vipps_in_it_never_beats_one_with_it(nowhere, monkeypatch):
    """CLIENT_ID in the process environment may belong to quite another service."""
    write_env(nowhere / ".env")
    monkeypatch.setenv("CLIENT_ID", "somebody-elses-id")

    assert found(nowhere).client_id == CLIENT_ID


def test_the_names_of_the_platforms_own_kits_are_understood(nowhere):
    (nowhere / ".env").write_text(
        f"CLIENT_ID={CLIENT_ID}\nCLIENT_SECRET={CLIENT_SECRET}\n"
        f"VIPPS_OCP_APIM_SUBSCRIPTION_KEY={SUBSCRIPTION_KEY}\nMERCHANT_SERIAL_NUMBER={MSN}\n"
    )

    assert found(nowhere).subscription_key.reveal() == SUBSCRIPTION_KEY


def test_a_profile_reads_its_own_file(nowhere):
    write_env(nowhere / ".env")
    write_env(nowhere / ".env.shop2", VIPPS_MSN="222222")
    (nowhere / ".env.example").write_text("VIPPS_MSN=\n")

    assert found(nowhere, profile="shop2").merchant_serial_number == "222222"
    assert found(nowhere, profile="shop2").source == ".env.shop2"
    assert profiles(nowhere) == ["shop2"]


def test_an_unknown_profile_names_the_known_ones(nowhere):
    write_env(nowhere / ".env.shop2")

    assert "Profiles found: shop2" in refusal(nowhere, profile="shop3")


def test_a_postman_environment_is_a_source(nowhere):
    names = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    names |= {"Ocp-Apim-Subscription-Key": SUBSCRIPTION_KEY, "merchantSerialNumber": MSN}
    document = {"values": [{"key": key, "value": value, "enabled": True} for key, value in names.items()]}
    (nowhere / "vipps.json").write_text(json.dumps(document))

    assert found(nowhere, postman="vipps.json").source == "Postman file vipps.json"
    (nowhere / "broken.json").write_text("[]")
    assert "is no Postman environment" in refusal(nowhere, postman="broken.json")


def test_partner_keys_have_a_prefix_and_are_not_mixed_with_merchant_keys(nowhere):
    write_env(nowhere / ".env", VIPPS_PARTNER_CLIENT_ID=CLIENT_ID)

    with pytest.raises(MissingKeysError, match="VIPPS_PARTNER_CLIENT_SECRET"):
        found(nowhere, "partner")


def test_specialized_keys_need_neither_subscription_key_nor_msn(nowhere):
    (nowhere / ".env").write_text(
        f"VIPPS_ACCOUNTING_CLIENT_ID={CLIENT_ID}\nVIPPS_ACCOUNTING_CLIENT_SECRET={CLIENT_SECRET}\n"
    )

    keys = found(nowhere, "accounting")

    assert keys.specialized
    assert keys.subscription_key is None


def test_half_a_dotenv_names_what_is_missing_what_was_found_and_where(nowhere):
    write_env(nowhere / ".env", VIPPS_CLIENT_SECRET=None, VIPPS_MSN=None)

    said = refusal(nowhere)

    assert "Some keys are missing: VIPPS_CLIENT_SECRET, VIPPS_MSN." in said
    assert "VIPPS_CLIENT_ID (in .env)" in said
    assert "Nothing was sent, and no other environment was chosen instead." in said


def test_half_a_dotenv_never_falls_back_to_the_sandbox(nowhere):
    write_env(nowhere / ".env", VIPPS_CLIENT_SECRET=None)

    with pytest.raises(MissingKeysError):
        login(quiet=True)


def test_no_dotenv_at_all_is_the_sandbox_and_that_is_said(capsys):
    session = login()

    assert session.environment.name == "sandbox"
    assert "No keys found" in capsys.readouterr().err
    assert current_session() is session


def test_no_dotenv_where_test_was_asked_for_is_an_error_with_the_names(nowhere):
    with pytest.raises(MissingKeysError) as caught:
        login(env="test")

    assert "VIPPS_CLIENT_ID, VIPPS_CLIENT_SECRET, VIPPS_SUBSCRIPTION_KEY, VIPPS_MSN" in str(caught.value)
    assert "no .env from this folder upwards" in str(caught.value)


def test_an_unreadable_dotenv_is_named_and_not_passed_over(nowhere):
    (nowhere / ".env").mkdir()

    assert ".env is there but cannot be read" in refusal(nowhere)


def test_a_dotenv_without_permission_says_so(nowhere, monkeypatch):
    write_env(nowhere / ".env")

    def denied(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)  # root may read everything, so the refusal is staged
    assert "cannot be read (Permission denied)" in refusal(nowhere)


def test_a_dotenv_that_is_no_text_says_so(nowhere):
    (nowhere / ".env").write_bytes(b"VIPPS_CLIENT_ID=\xff\xfe")

    assert "not a text file in UTF-8" in refusal(nowhere)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("VIPPS_CLIENT_ID", "YOUR-CLIENT-ID", "VIPPS_CLIENT_ID is still a placeholder"),
        ("VIPPS_CLIENT_ID", "<client id>", "VIPPS_CLIENT_ID has blanks in it"),
        ("VIPPS_SUBSCRIPTION_KEY", "xxxxxxxx", "VIPPS_SUBSCRIPTION_KEY is still a placeholder"),
        ("VIPPS_CLIENT_SECRET", f"“{CLIENT_SECRET}”", "VIPPS_CLIENT_SECRET has quotes in it"),
        ("VIPPS_CLIENT_SECRET", f"' {CLIENT_SECRET}'", "VIPPS_CLIENT_SECRET has blanks in it"),
        ("VIPPS_CLIENT_SECRET", f'"{CLIENT_SECRET}\nVIPPS_X"', "VIPPS_CLIENT_SECRET has a line break inside"),
        ("VIPPS_MSN", "NO123456", "VIPPS_MSN must be digits only"),
        ("VIPPS_CLIENT_SECRET", CLIENT_ID, "VIPPS_CLIENT_SECRET is a GUID"),
        ("VIPPS_CLIENT_ID", CLIENT_SECRET, "VIPPS_CLIENT_ID looks like a client secret"),
        ("VIPPS_CLIENT_ID", SUBSCRIPTION_KEY, "VIPPS_CLIENT_ID looks like a subscription key"),
        ("VIPPS_SUBSCRIPTION_KEY", CLIENT_SECRET, "VIPPS_SUBSCRIPTION_KEY looks like a client secret"),
        ("VIPPS_CLIENT_SECRET", SUBSCRIPTION_KEY, "VIPPS_CLIENT_SECRET looks like a subscription key"),
    ],
)
def test_a_value_that_cannot_be_right_is_found_before_any_call(nowhere, name, value, sentence):
    write_env(nowhere / ".env", **{name: value})

    with pytest.raises(CredentialsError) as caught:
        found(nowhere)

    assert sentence in str(caught.value)
    assert "nothing was sent" in str(caught.value)
    assert value not in str(caught.value)


def test_all_findings_are_said_at_once(nowhere):
    write_env(nowhere / ".env", VIPPS_CLIENT_ID="YOUR-CLIENT-ID", VIPPS_MSN="abc")

    said = refusal(nowhere)

    assert "VIPPS_CLIENT_ID" in said
    assert "VIPPS_MSN" in said


def test_a_dollar_sign_in_a_secret_is_not_a_reference(nowhere, monkeypatch):
    monkeypatch.setenv("HOME_SWEET", "home")
    write_env(nowhere / ".env", VIPPS_CLIENT_SECRET="abc${HOME_SWEET}def==")

    assert found(nowhere).client_secret.reveal() == "abc${HOME_SWEET}def=="


@pytest.mark.parametrize("name", ["test", "production"])
@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080",
        "https://apitest.vipps.no.evil.example",
        "https://apitest.vipps.no@evil.example",
        "http://apitest.vipps.no",
        "https://example.com",
    ],
)
def test_keys_of_a_real_environment_go_to_its_own_host_only(name, url):
    with pytest.raises(EnvironmentChoiceError, match="Nothing was sent"):
        environment_at(name, url)


@pytest.mark.parametrize("url", ["http://sandbox.example", "ftp://127.0.0.1", "https://u:p@host", "nonsense", ""])
def test_a_sandbox_is_joined_on_loopback_or_over_https_only(url):
    with pytest.raises(EnvironmentChoiceError, match="no address of a sandbox"):
        environment_at("sandbox", url)


def test_production_keys_with_the_base_url_of_production_are_told_which_option_to_use(nowhere):
    write_env(nowhere / ".env", VIPPS_BASE_URL="https://api.vipps.no")

    with pytest.raises(EnvironmentChoiceError, match="choose it with --env production"):
        login()

"""Where a session could talk to instead.

What of keys is found from a folder upwards, each with its source. Values stay where they are: a destination holds none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from vipps_nb.auth import sources as key_sources
from vipps_nb.auth.login_options import LoginOptions
from vipps_nb.client.login import chosen_environment, no_place_for_keys
from vipps_nb.core.environment import EnvironmentName, official_environment
from vipps_nb.errors import MissingKeysError, VippsNbError

PRETEND = "the sandbox's pretend keys"


@dataclass(frozen=True)
class Destination:
    """An environment, and whose keys go there.

    Attributes:
        environment: ``sandbox``, ``test`` or ``production``; ``""`` where a file does not get so far.
        profile: The keys' ``.env.PROFILE``; ``None`` for those that a login without ``--profile`` finds.
        source: Where the keys stand, for people.
        merchant_serial_number: Their sales unit; ``""`` for none.
        fault: Why nobody can go there, in one sentence; ``""`` for nothing.
        keyring: Whether they stand in the system's key store.
    """

    environment: EnvironmentName | str
    profile: str | None
    source: str
    merchant_serial_number: str = ""
    fault: str = ""
    keyring: bool = False

    @property
    def key(self) -> str:
        """What it is called between kernel and browser."""
        return " ".join(filter(None, (self.environment, self.profile, "(key store)" if self.keyring else "")))

    def options(self, options: LoginOptions) -> LoginOptions:
        """A login that leads there; the rest is as it was."""
        return replace(_for_profile(options, self.profile), env=self.environment, keyring=self.keyring)


def destinations(options: LoginOptions) -> list[Destination]:
    """All that was found, the sandbox first and production last.

    Args:
        options: The login of now; its folder, its named files and its type of keys are looked at.
    """
    if no_place_for_keys():  # a machine of strangers, or a page
        return [Destination("sandbox", None, PRETEND)]
    profiles: list[str | None] = [None, *key_sources.profiles(options.place)]
    ways = [_for_profile(options, profile) for profile in profiles]
    if options.keyring:  # whoever has used the store may be asked for its password again
        ways += [replace(ways[0], keyring=True, env=name) for name in ("test", "production")]
    found = [one for way in ways for one in _found(way)]
    if not any(one.environment == "sandbox" and one.profile is None for one in found):
        found.insert(0, Destination("sandbox", None, PRETEND))
    order = ("sandbox", "test", "production")
    return sorted(found, key=lambda one: order.index(one.environment) if one.environment in order else len(order))


def _for_profile(options: LoginOptions, profile: str | None) -> LoginOptions:
    """The same login from a profile's file.

    A file that was named belongs to the login without a profile.
    """
    if profile is None:
        return replace(options, env=None, profile=None, keyring=False)
    return replace(options, env=None, profile=profile, dotenv=None, postman=None, keyring=False)


def _found(options: LoginOptions) -> Iterator[Destination]:
    profile = options.profile
    file = f".env.{profile}" if profile else ".env"
    try:
        sources = options.load_sources()
        base_url = key_sources.base_url_setting(sources)
        chosen = chosen_environment(options, sources, base_url)
        if chosen == "sandbox" and (base_url is None or official_environment(base_url) is not None):
            return  # the kernel's own, which takes no keys of a file
        credentials = key_sources.find_credentials(sources, options.key_type)
    except MissingKeysError as error:
        if not options.keyring:  # what is not stored is not offered
            yield Destination("", profile, file, fault=str(error).splitlines()[0])
        return
    except VippsNbError as error:
        yield Destination("", profile, file, fault=str(error).splitlines()[0])
        return
    if credentials is None:
        return
    fault = ""
    if profile and file not in credentials.source.split(" + "):
        fault = f"The keys of the {credentials.source} count before those of {file}."
    for environment in (chosen,) if chosen else ("test", "production"):
        msn = credentials.merchant_serial_number or ""
        yield Destination(environment, profile, file if fault else credentials.source, msn, fault, options.keyring)

"""Making a request ready: requests' own work, done less often.

That is preparing it, and looking up what the environment says about it.

What comes out is the same, and a request that is not usual goes the long way. All of the client that is there for speed
alone is here. What it saves is told as a share of one GET of plain requests, in processor time of the same run:

* :func:`prepare_plain` takes 0.02 where ``Session.prepare_request`` takes 0.18.
* :class:`Surroundings` takes 0.01 where ``Session.merge_environment_settings`` takes 0.04. That is with two environment
  variables; where there are many it takes a third of the call, for requests goes through them all.

What saved less than 0.01 each was taken out: giving an answer another class in place of making one of its parts,
reaching into requests' own dictionaries for headers, and a cookie jar set past ``prepare_cookies``.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import requests
from requests.structures import CaseInsensitiveDict
from requests.utils import check_header_validity

# A path that no step of requests' preparation would change: no escapes, no query, no dot segments.
PLAIN_PATH = re.compile(r"(?!.*/\.)/[A-Za-z0-9._~-][A-Za-z0-9._~/-]*", re.ASCII)

# All that requests reads from the process environment for a request. Asked anew each time, which costs little
# beside looking up what follows from it.
_NAMES = (
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "REQUEST_METHOD"),
)
# As bytes where there are some: only whether they are the same is asked, and decoding takes as long as looking.
_environ: Any = os.environb if os.supports_bytes_environ else os.environ
_VARIABLES: tuple[Any, ...] = tuple(map(os.fsencode, _NAMES)) if os.supports_bytes_environ else _NAMES


# They are nearly always those of the call before. What a call brings along is not remembered: it may be a secret.
_check_standing = functools.lru_cache(1024)(check_header_validity)


def prepare_plain(
    method: str, url: str, *, standing: Iterable[Mapping[str, Any]], given: Mapping[str, Any], data: Any, json: Any
) -> requests.PreparedRequest:
    """What ``Session.prepare_request`` makes of a plain path and perhaps a body.

    Args:
        method: In capitals.
        url: Our own address and a :data:`PLAIN_PATH`.
        standing: The session's own headers; later ones win, and ``None`` as a value takes a header away.
        given: Those of this call, which win over all of them.
        data: The body, or a form.
        json: The body, if there is no ``data``.
    """
    prepared = requests.PreparedRequest()
    prepared.method, prepared.url = method, url
    prepared.headers = CaseInsensitiveDict()
    for some in (*standing, given):
        check = check_header_validity if some is given else _check_standing
        for name, value in some.items():
            if value is None:
                prepared.headers.pop(name, None)
            else:
                check((name, value))
                prepared.headers[name] = value
    prepared.prepare_cookies({})
    if data or json is not None:
        prepared.prepare_body(data, None, json)
    else:
        prepared.prepare_content_length(None)
    return prepared


class Surroundings:
    """Proxies and certificates of one session.

    Looked up again when anything that decides about them has changed.
    """

    def __init__(self) -> None:
        self._known: tuple[object, dict[str, Any]] | None = None

    def settings(
        self, look_up: Callable[[], Mapping[str, Any]], proxies: Iterable[Mapping[str, str]], *others: object
    ) -> dict[str, Any]:
        """What a request is sent with.

        Args:
            look_up: How requests finds out.
            proxies: Those of the session and of the call.
            others: What else of the session and the call decides.
        """
        asked = (*map(_environ.get, _VARIABLES), *others, *(tuple(some.items()) for some in proxies))
        known = self._known
        if known is None or known[0] != asked:
            self._known = known = (asked, dict(look_up()))
        return {**known[1], "proxies": dict(known[1]["proxies"])}

    def forget(self) -> None:
        """Look up again at the next request: on some systems proxies are no variables."""
        self._known = None

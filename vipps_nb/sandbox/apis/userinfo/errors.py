"""What the Userinfo API says no to: a problem whose status is text."""

from __future__ import annotations

from http import HTTPStatus

from vipps_nb.sandbox.server.problems import Body, Dialect, ErrorBody, Refusal, Uri, status_page

CHALLENGE = 'Bearer realm="Vipps Userinfo"'


class TokenRefused(Refusal):
    """No token, or one that does not open this door."""

    status = HTTPStatus.UNAUTHORIZED
    title = "Unauthorized"


class UnknownSub(Refusal):
    """The sales unit has met nobody by this name."""

    status = HTTPStatus.NOT_FOUND
    title = "Not Found"


class Reason(ErrorBody):
    """What is wrong with one field."""

    reason: str


class UserinfoError(ErrorBody):
    """A problem whose status is text, and whose details are called ``extraInfo``."""

    type: Uri
    title: str
    status: str
    instance: str
    detail: str | None = None
    extra_info: dict[str, Reason] | None = None


def _say(refusal: Refusal, trace_id: str) -> Body:
    content = UserinfoError(
        type=status_page(refusal),
        title=refusal.title,
        status=str(int(refusal.status)),
        instance=trace_id,
        detail=refusal.detail or None,
        extra_info={name: Reason(reason=reason) for name, reason in refusal.fields} or None,
    )
    headers = dict(refusal.headers)
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        # RFC 6750, 3; the library of an OpenID client looks for it before it looks at the body.
        headers.setdefault("WWW-Authenticate", f'{CHALLENGE}, error="invalid_token"')
    return Body(content, headers=headers)


USERINFO = Dialect(_say, UserinfoError)

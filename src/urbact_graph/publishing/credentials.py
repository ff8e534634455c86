"""Who a store is asked as: nobody, a user by Basic or Digest authentication, a bearer of a token.

Which of the first three a store gets is what it asks for, unless the settings say it, so that a
password is not sent in readable form to a store that asks for a digest of it.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from email.message import Message
from typing import NamedTuple
from urllib.request import (
    HTTPDigestAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    Request,
    parse_http_list,
    parse_keqv_list,
)

from typing_extensions import override

from urbact_graph.publishing.refusals import StoreError
from urbact_graph.settings import Settings

_USER, _PASSWORD, _TOKEN, _SCHEME = (
    f"URBACT_GRAPH_PUBLISH_{name}" for name in ("USER", "PASSWORD", "TOKEN", "AUTHENTICATION")
)
_HIDDEN = "…"
# How a challenge begins in a list of them (RFC 9110, section 11.6.1).
_CHALLENGE = re.compile(r"([A-Za-z0-9!#$%&'*+.^_`|~-]+)(?:[ \t]+(.*))?", re.DOTALL)
_ALGORITHMS = {
    "MD5": "md5",
    "SHA": "sha1",
    "SHA-256": "sha256",
    "SHA-512-256": "sha512_256",
}


class Challenge(NamedTuple):
    """A way in which a server wants to be asked; ``scheme`` is in lower case."""

    scheme: str
    parameters: Mapping[str, str]


class _Digest(HTTPDigestAuthHandler):
    """The digests of the standard library, also of names beyond ASCII and by SHA-256 (RFC 7616).

    Texts are UTF-8, a character for each byte, as headers have them.
    """

    @override
    def get_algorithm_impls(
        self, algorithm: str
    ) -> tuple[Callable[[str], str], Callable[[str, str], str]]:
        name = _ALGORITHMS[algorithm.upper()]

        def digest(text: str) -> str:
            return hashlib.new(name, text.encode("latin-1")).hexdigest()

        return digest, lambda secret, data: digest(f"{secret}:{data}")


class _OnePassword(HTTPPasswordMgrWithDefaultRealm):
    """The same password everywhere; which addresses are asked is decided elsewhere."""

    def __init__(self, user: str, password: str) -> None:
        super().__init__()
        self._pair = user.encode().decode("latin-1"), password.encode().decode("latin-1")

    @override
    def find_user_password(self, realm: str | None, authuri: str) -> tuple[str | None, str | None]:
        return self._pair


class Credentials:
    """The credentials that the settings name; they are sent to the addresses given, and not shown.

    Raises:
        StoreError: they do not fit together, or cannot be sent.
    """

    def __init__(self, settings: Settings) -> None:
        def text(name: str) -> str:
            secret = getattr(settings, name)
            return secret.get_secret_value() if secret else ""

        self._user = settings.publish_user or ""
        self._password, self._token = text("publish_password"), text("publish_token")
        self._wanted = settings.publish_authentication or ""
        self._check()
        # What each address has asked for, by the address without its query.
        self._asked: dict[str, tuple[Challenge, _Digest | None]] = {}

    @property
    def are_readable(self) -> bool:
        """Whether they may be sent in a form that who reads the request can use."""
        return bool(self._token or self._user) and self._wanted not in ("none", "digest")

    def _check(self) -> None:
        is_named = bool(self._user), bool(self._password)
        if self._wanted == "none":
            self._user = self._password = self._token = ""
            return
        if is_named[0] != is_named[1]:
            lacking = _PASSWORD if is_named[0] else _USER
            raise StoreError(f"{lacking} is not set; set it too, or neither of the two.")
        if self._token and self._user and not self._wanted:
            raise StoreError(
                f"{_USER} and {_TOKEN} are both set; take one out, or say by {_SCHEME} which "
                "counts: basic, digest or bearer."
            )
        needed = {"basic": _USER, "digest": _USER, "bearer": _TOKEN}.get(self._wanted)
        if needed and not (self._token if needed == _TOKEN else self._user):
            raise StoreError(f"{_SCHEME} is {self._wanted}, which needs {needed}; set it too.")
        named = ((_USER, self._user), (_PASSWORD, self._password), (_TOKEN, self._token))
        for name, value in named:
            # The value itself is never repeated.
            if not value.isprintable() or (name == _TOKEN and not value.isascii()):
                raise StoreError(
                    f"{name} has a character that cannot be sent, perhaps a line break at its "
                    "end; take it out."
                )
        if set(self._user) & set(':"\\'):
            raise StoreError(
                f"{_USER} has a colon, a quotation mark or a backslash, which the name of a user "
                "cannot have here (RFC 7617, section 2); correct it."
            )

    def authorize(self, request: Request) -> None:
        """Add the credentials to ``request``, as far as is known what its address wants."""
        challenge, digest = self._asked.get(_place(request.full_url), (None, None))
        value: str | None = None
        if self._token and self._wanted in ("", "bearer"):
            value = f"Bearer {self._token}"
        elif digest is not None and challenge is not None:
            digested = digest.get_authorization(request, challenge.parameters)
            value = f"Digest {digested}" if digested else None
        elif self._wanted == "basic" or challenge is not None:
            pair = f"{self._user}:{self._password}".encode()
            value = f"Basic {base64.b64encode(pair).decode()}"
        if value:
            # Not with a request that is redirected.
            request.add_unredirected_header("Authorization", value)

    def learn(self, address: str, headers: Message) -> bool:
        """Note what ``address`` wants by its answer 401; return whether it can be had."""
        offered = {challenge.scheme: challenge for challenge in reversed([*challenges(headers)])}
        order = (self._wanted,) if self._wanted else ("digest", "basic")
        for scheme in order if self._user else ():
            challenge = offered.get(scheme)
            if challenge is None:
                continue
            digest = self._digest(challenge) if scheme == "digest" else None
            if scheme == "digest" and digest is None:
                continue
            self._asked[_place(address)] = challenge, digest
            return True
        return False

    def _digest(self, challenge: Challenge) -> _Digest | None:
        """Return what makes digests for ``challenge``; None if it is of an unknown kind."""
        given = challenge.parameters
        kinds = [kind.strip() for kind in given.get("qop", "auth").split(",")]
        is_known = given.get("algorithm", "MD5").upper() in _ALGORITHMS and "auth" in kinds
        if not is_known or not {"realm", "nonce"} <= given.keys():
            return None
        return _Digest(_OnePassword(self._user, self._password))

    def remedy(self, headers: Message) -> str:
        """Return what to do about an answer 401, as a clause."""
        schemes = [challenge.scheme for challenge in challenges(headers)]
        wanted = ", ".join(scheme.capitalize() for scheme in dict.fromkeys(schemes))
        if not (self._user or self._token):
            names = _TOKEN if schemes == ["bearer"] else f"{_USER} and {_PASSWORD}"
            asked = f"it asks for {wanted} authentication" if wanted else "it asks for credentials"
            return f"{asked}: set {names}"
        used = {"digest", "basic"} if self._user else {"bearer"}
        if self._wanted:
            used = {self._wanted}
        if wanted and not used & set(schemes):
            other = _TOKEN if self._user else f"{_USER} and {_PASSWORD}"
            return f"it asks for {wanted} authentication: set {other}, or correct {_SCHEME}"
        names = f"{_USER} and {_PASSWORD}" if self._user else _TOKEN
        return f"it does not take the credentials: correct {names}"

    def hide(self, text: str) -> str:
        """Return ``text`` without the credentials, in whatever form they are sent."""
        pair = base64.b64encode(f"{self._user}:{self._password}".encode()).decode()
        for secret in (self._password, self._token, pair if self._user else ""):
            if secret:
                text = text.replace(secret, _HIDDEN)
        return text


def challenges(headers: Message) -> Iterator[Challenge]:
    """Yield the challenges of an answer 401, of which a header may list several."""
    scheme, given = "", [""]
    items = [item for value in headers.get_all("WWW-Authenticate", []) for item in _items(value)]
    for item in [*items, ("", None)]:
        if item[0] is None:
            given.append(item[1] or "")
            continue
        if scheme:
            yield Challenge(scheme, _parameters(given))
        scheme, given = item[0].lower(), [item[1] or ""]


def _items(value: str) -> Iterator[tuple[str | None, str | None]]:
    """Yield the parts of a list, each with the scheme that it begins, None if it begins none."""
    for part in parse_http_list(value):
        match = _CHALLENGE.fullmatch(part)
        if match and "=" not in match[1]:
            yield match[1], match[2]
        else:
            yield None, part


def _parameters(given: list[str]) -> dict[str, str]:
    pairs = [pair for pair in given if "=" in pair]
    found: dict[str, str] = parse_keqv_list(pairs)
    return {name.lower(): value for name, value in found.items()}


def _place(address: str) -> str:
    return address.partition("?")[0]

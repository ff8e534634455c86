"""Who a store is asked as: nobody, a user by Basic or Digest authentication, a bearer of a token.

Which of the first three a store gets is what it asks for, unless the settings say it, so that a
password is not sent in readable form to a store that asks for a digest of it.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.request import (
    HTTPDigestAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    Request,
    parse_http_list,
)

from typing_extensions import override

from urbact_graph.publishing.addresses import is_exposed, origin
from urbact_graph.publishing.refusals import StoreError
from urbact_graph.settings import Settings

_USER, _PASSWORD, _TOKEN, _SCHEME = (
    f"URBACT_GRAPH_PUBLISH_{name}" for name in ("USER", "PASSWORD", "TOKEN", "AUTHENTICATION")
)
NAMES = f"{_USER} and {_PASSWORD}, or {_TOKEN}"
_HIDDEN = "…"
_ALGORITHMS = {
    "MD5": "md5",
    "SHA": "sha1",
    "SHA-256": "sha256",
    "SHA-512-256": "sha512_256",
}


class Challenge(NamedTuple):
    """A way in which a server wants to be asked; ``scheme`` is in lower case."""

    scheme: str
    parameters: dict[str, str]


class _Digest(HTTPDigestAuthHandler):
    """The digests of the standard library, also of names beyond ASCII and by SHA-256 (RFC 7616).

    Texts are UTF-8, a character for each byte, as headers have them.
    """

    def __init__(self, challenge: Challenge, address: str, user: str, password: str) -> None:
        passwords = HTTPPasswordMgrWithDefaultRealm()
        texts = (text.encode().decode("latin-1") for text in (user, password))
        passwords.add_password(None, address, *texts)
        super().__init__(passwords)
        # It is one of those that the server takes.
        self._parameters = {**challenge.parameters}
        if "qop" in self._parameters:
            self._parameters["qop"] = "auth"

    def header(self, method: str, address: str) -> str:
        """Return the value of the header for a request."""
        request = Request(address, method=method)  # noqa: S310 - it is not sent
        return f"Digest {self.get_authorization(request, self._parameters)}"

    @override
    def get_algorithm_impls(
        self, algorithm: str
    ) -> tuple[Callable[[str], str], Callable[[str, str], str]]:
        name = _ALGORITHMS[algorithm.upper()]

        def digest(text: str) -> str:
            return hashlib.new(name, text.encode("latin-1")).hexdigest()

        return digest, lambda secret, data: digest(f"{secret}:{data}")


class Credentials:
    """The credentials that the settings name, for the store at ``address``.

    Other servers get them only if they ask for them. They are not shown.

    Raises:
        StoreError: they do not fit together, or cannot be sent.
    """

    def __init__(self, settings: Settings, address: str) -> None:
        def text(name: str) -> str:
            secret = getattr(settings, name)
            return secret.get_secret_value() if secret else ""

        self._user = settings.publish_user or ""
        self._password, self._token = text("publish_password"), text("publish_token")
        self._wanted = settings.publish_authentication or ""
        self._home = origin(address)
        self._check()
        if self._wanted == "none":
            self._user = self._password = self._token = ""
        elif not self._wanted and self._token:
            self._wanted = "bearer"
        # What each address has asked for, by the address without its query: what makes the header.
        self._asked: dict[str, Callable[[str, str], str]] = {}

    @property
    def are_named(self) -> bool:
        """Whether there are any."""
        return bool(self._token or self._user)

    def are_exposed(self, addresses: Iterable[str]) -> bool:
        """Tell whether who reads the requests to ``addresses`` on their way could use them."""
        is_readable = self.are_named and self._wanted != "digest"
        return is_readable and any(map(is_exposed, addresses))

    def _check(self) -> None:
        if self._wanted == "none":
            return
        if bool(self._user) != bool(self._password):
            lacking = _PASSWORD if self._user else _USER
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

    def header(self, method: str, address: str) -> dict[str, str]:
        """Return the header for a request, as far as is known what its address wants."""
        make = self._asked.get(_place(address))
        if make is None and origin(address) == self._home:
            make = {"basic": self._basic, "bearer": self._bearer}.get(self._wanted)
        return {"Authorization": make(method, address)} if make else {}

    def learn(self, address: str, headers: Mapping[str, str]) -> bool:
        """Note what ``address`` wants by its answer 401; return whether that is worth a try."""
        order = (self._wanted,) if self._wanted else ("digest", "basic")
        found = [*challenges(headers)]
        place = _place(address)
        for challenge in (one for scheme in order for one in found if one.scheme == scheme):
            if make := self._answering(challenge, place):
                self._asked[place] = make
                return True
        return False

    def _answering(self, challenge: Challenge, place: str) -> Callable[[str, str], str] | None:
        """Return what makes the header that ``challenge`` asks for; None if nothing can."""
        if challenge.scheme == "bearer":
            return self._bearer if self._token else None
        if not self._user:
            return None
        if challenge.scheme == "basic":
            return self._basic
        if not _is_known(challenge):
            return None
        return _Digest(challenge, place, self._user, self._password).header

    def _basic(self, *_: str) -> str:
        return f"Basic {_encoded(self._user, self._password)}"

    def _bearer(self, *_: str) -> str:
        return f"Bearer {self._token}"

    def remedy(self, headers: Mapping[str, str]) -> str:
        """Return what to do about an answer 401 as a clause."""
        schemes = [challenge.scheme for challenge in challenges(headers)]
        wanted = ", ".join(scheme.capitalize() for scheme in dict.fromkeys(schemes))
        pair = f"{_USER} and {_PASSWORD}"
        if not self.are_named:
            if not wanted:
                return f"it asks for credentials: set {NAMES}"
            names = _TOKEN if schemes == ["bearer"] else pair
            return f"it asks for {wanted} authentication: set {names}"
        used = {self._wanted} if self._wanted else {"digest", "basic"}
        if wanted and not used & set(schemes):
            other = _TOKEN if self._user else pair
            return f"it asks for {wanted} authentication: set {other}, or correct {_SCHEME}"
        names = _TOKEN if self._wanted == "bearer" else pair
        return f"it does not take the credentials: correct {names}"

    def hide(self, text: str) -> str:
        """Return ``text`` without the credentials, in whatever form they are sent."""
        pair = _encoded(self._user, self._password) if self._user else ""
        for secret in (pair, self._password, self._token):
            if secret:
                text = text.replace(secret, _HIDDEN)
        return text


def challenges(headers: Mapping[str, str]) -> Iterator[Challenge]:
    """Yield the challenges of an answer 401, of which there may be several (RFC 9110, 11.6.1)."""
    current = None
    for part in filter(None, parse_http_list(headers.get("WWW-Authenticate", ""))):
        name, _, rest = part.partition(" ")
        if "=" not in name:
            if current:
                yield current
            current, part = Challenge(name.lower(), {}), rest  # noqa: PLW2901 - behind the scheme
        key, mark, value = part.strip().partition("=")
        if current and mark:
            current.parameters[key.strip().lower()] = value.strip().strip('"')
    if current:
        yield current


def _is_known(challenge: Challenge) -> bool:
    """Tell whether digests can be made for ``challenge``."""
    given = challenge.parameters
    kinds = [kind.strip() for kind in given.get("qop", "auth").split(",")]
    is_known = given.get("algorithm", "MD5").upper() in _ALGORITHMS
    return is_known and "auth" in kinds and {"realm", "nonce"} <= given.keys()


def _encoded(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def _place(address: str) -> str:
    return address.partition("?")[0]

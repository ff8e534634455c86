"""Content negotiation: which format an Accept header asks for (RFC 9110, section 12.5.1)."""

from functools import lru_cache

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from urbact_graph.problems import MALFORMED_REQUEST, NOT_ACCEPTABLE, ProblemError
from urbact_graph.rdf.formats import FORMATS, Format, Kind, format_named, formats

# Clients send a few hundred characters; a longer header would take long to read, and is ignored.
_MAX_HEADER_LENGTH = 1_000
_COMMAND_LINE_PROGRAMS = ("curl/", "wget/", "httpie/")


class Acceptance:
    """A client's Accept header: full type lists, wildcards, weights, and problems by ``q=0``.

    The weight of a media type is that of the most specific range that matches it. Parameters of a
    range (a charset, a JSON-LD profile) do not narrow it, as each format comes in one shape only.
    A header of more than 1,000 characters counts as none.
    """

    def __init__(self, header: str | None) -> None:
        if header and len(header) > _MAX_HEADER_LENGTH:
            header = None
        ranges = parse_accept_header(header or "*/*")
        self._ranges = MIMEAccept([(value.split(";")[0].strip(), q) for value, q in ranges])

    @property
    def is_particular(self) -> bool:
        """Whether any type is asked for by its name."""
        return any("*" not in value for value, _ in self._ranges)

    def quality(self, media_type: str) -> float:
        """Return the weight of ``media_type``; 0 means refused."""
        return float(self._ranges.quality(media_type))

    def names(self, media_type: str) -> bool:
        """Tell whether ``media_type`` is asked for by its own name, not by a wildcard."""
        return any(value == media_type and quality > 0 for value, quality in self._ranges)

    def format_quality(self, form: Format) -> float:
        """Return the weight of ``form``; an alias counts only where it is named."""
        aliases = (self.quality(alias) for alias in form.aliases if self.names(alias))
        return max(self.quality(form.media_type), *aliases, 0.0)

    def format(self, kind: Kind) -> Format | None:
        """Return the best accepted format of ``kind``, None if all are refused."""
        # max() keeps the first of equals, so that ties fall to our own order.
        best = max(formats(kind), key=self.format_quality)
        return best if self.format_quality(best) > 0 else None


Choice = tuple[Format | None, Format | None]


def chosen_formats(accept: str | None, wanted: tuple[str, ...]) -> Choice:
    """Return the results format and the graph format for a request.

    The first known of ``wanted``, the values of ``format`` parameters, overrides the Accept
    header, as browsers and simple scripts cannot set that; where none is known, a header that
    names types decides.

    Raises:
        ProblemError: no format that is wanted is known, and no type is accepted by name; or none
            of ours is accepted.
    """
    # Clients are few in kind, so that most choices have been made before.
    is_short = len(accept or "") + sum(map(len, wanted)) <= _MAX_HEADER_LENGTH
    return _choose(accept, wanted) if is_short else _choose.__wrapped__(accept, wanted)


@lru_cache(maxsize=1_024)
def _choose(accept: str | None, wanted: tuple[str, ...]) -> Choice:
    for name in wanted:
        chosen = format_named(name, "results"), format_named(name, "graph")
        if any(chosen):
            return chosen
    acceptance = Acceptance(accept)
    if wanted and not acceptance.is_particular:
        known = ", ".join(dict.fromkeys(form.name for form in FORMATS))
        raise ProblemError(
            MALFORMED_REQUEST, f"The format '{wanted[0]}' is unknown; the formats are {known}."
        )
    accepted = acceptance.format("results"), acceptance.format("graph")
    if not any(accepted):
        types = ", ".join(form.media_type for form in FORMATS)
        raise ProblemError(NOT_ACCEPTABLE, f"Answers come as {types}; accept one of these.")
    return accepted


def accepts_gzip(header: str | None) -> bool:
    """Tell whether an Accept-Encoding header prefers gzip (RFC 9110, section 12.5.3)."""
    return bool(header) and len(header or "") <= _MAX_HEADER_LENGTH and _prefers_gzip(header)


@lru_cache(maxsize=1_024)
def _prefers_gzip(header: str | None) -> bool:
    qualities = {name.lower(): quality for name, quality in parse_accept_header(header)}
    gzip = qualities.get("gzip", qualities.get("*", 0))
    return gzip > 0 and gzip >= qualities.get("identity", 0)


def is_command_line_program(user_agent: str | None) -> bool:
    """Tell whether a client accepts anything and prints what it gets to a terminal."""
    return (user_agent or "").lower().startswith(_COMMAND_LINE_PROGRAMS)


def prefers_text(accept: str | None, user_agent: str | None) -> bool:
    """Tell whether a client should get plain text where it could also get JSON."""
    return is_command_line_program(user_agent) or Acceptance(accept).names("text/plain")

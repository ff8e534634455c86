"""Content negotiation: the format that an Accept header selects (RFC 9110, section 12.5.1)."""

from collections.abc import Iterable
from functools import lru_cache

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from urbact_graph.problems import MALFORMED_REQUEST, NOT_ACCEPTABLE, ProblemError
from urbact_graph.rdf.formats import FORMATS, Format, format_named, formats

HTML_TYPE = "text/html"
# Clients send a few hundred characters; a longer header would take long to parse, and is ignored.
_MAX_HEADER_LENGTH = 1_000
_COMMAND_LINE_PROGRAMS = ("curl/", "wget/", "httpie/")


class Acceptance:
    """A client's Accept header: a list of media ranges with wildcards and weights.

    The weight of a media type is that of the most specific range that matches it; 0 means refused.
    Parameters of a range (a charset, a JSON-LD profile) do not narrow it, as there is one variant
    of each format. A header of more than 1,000 characters counts as none.
    """

    def __init__(self, header: str | None) -> None:
        if header and len(header) > _MAX_HEADER_LENGTH:
            header = None
        ranges = parse_accept_header(header or "*/*")
        self._ranges = MIMEAccept([(value.split(";")[0].strip(), q) for value, q in ranges])

    @property
    def is_particular(self) -> bool:
        """Whether the header names any type, rather than only wildcards."""
        return any("*" not in value for value, _ in self._ranges)

    def quality(self, media_type: str) -> float:
        """Return the weight of ``media_type``; 0 means refused."""
        return float(self._ranges.quality(media_type))

    def names(self, media_type: str) -> bool:
        """Tell whether ``media_type`` is accepted by its name, not only by a wildcard."""
        return any(value == media_type and quality > 0 for value, quality in self._ranges)

    def prefers_html(self, forms: Iterable[Format]) -> bool:
        """Tell whether HTML is accepted by its name, and at least as much as each of ``forms``."""
        best = max(map(self.format_quality, forms))
        return self.names(HTML_TYPE) and self.quality(HTML_TYPE) >= best

    def format_quality(self, form: Format) -> float:
        """Return the weight of ``form``; an alias counts only if the header names it."""
        aliases = (self.quality(alias) for alias in form.aliases if self.names(alias))
        return max(self.quality(form.media_type), *aliases, 0.0)

    def best(self, forms: Iterable[Format]) -> Format | None:
        """Return the one of ``forms`` with the largest weight, None if all are refused."""
        # Of equals max() keeps the first, so that the order of the table decides.
        best = max(forms, key=self.format_quality)
        return best if self.format_quality(best) > 0 else None


def chosen_formats(
    accept: str | None, wanted: tuple[str, ...]
) -> tuple[Format | None, Format | None]:
    """Return the results format and the graph format for a request.

    ``wanted`` are the values of ``format`` parameters. The first that is known overrides the
    Accept header, which browsers and simple scripts cannot set. If none is known, a header that
    names types decides.

    Raises:
        ProblemError: no value of ``wanted`` is known, and the header names no type; or the header
            accepts none of the formats.
    """
    # Most clients send one of a few headers, so that most choices have been made before.
    is_short = len(accept or "") + sum(map(len, wanted)) <= _MAX_HEADER_LENGTH
    return _choose(accept, wanted) if is_short else _choose.__wrapped__(accept, wanted)


@lru_cache(maxsize=1_024)
def _choose(accept: str | None, wanted: tuple[str, ...]) -> tuple[Format | None, Format | None]:
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
    accepted = acceptance.best(formats("results")), acceptance.best(formats("graph"))
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
    """Tell whether a client is a program that accepts everything and prints to a terminal."""
    return (user_agent or "").lower().startswith(_COMMAND_LINE_PROGRAMS)


def prefers_text(accept: str | None, user_agent: str | None) -> bool:
    """Tell whether a client should get plain text rather than JSON."""
    return is_command_line_program(user_agent) or Acceptance(accept).names("text/plain")

"""Content negotiation: the format that an Accept header selects (RFC 9110, section 12.5.1)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain

from werkzeug.http import parse_accept_header

from urbact_graph.problems import MALFORMED_REQUEST, NOT_ACCEPTABLE, ProblemError
from urbact_graph.rdf.formats import FORMATS, Format, format_named, formats

HTML_TYPE = "text/html"
_XHTML_TYPE = "application/xhtml+xml"
# Clients send a few hundred characters; a longer header would take long to parse, and is ignored.
_MAX_HEADER_LENGTH = 1_000
_COMMAND_LINE_PROGRAMS = ("curl/", "wget/", "httpie/")
# A part ends at a comma or semicolon outside quotes. The comma in "q=0,5" is that of a fraction, as
# many languages write it.
_PARTS = re.compile(r'((?:"(?:[^"\\]|\\.)*+"|(?<=[qQ]=[01]),(?=\d)|[^,;])*+)([,;]|\Z)', re.DOTALL)
_RANGE = re.compile(r"(?:\*/\*|[!#$%&'+.^_`|~\w-]+/(?:\*|[!#$%&'+.^_`|~\w-]+))", re.ASCII)
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_WEIGHT = re.compile(r"\d+\.?\d*|\.\d+", re.ASCII)


class Acceptance:
    """A client's Accept header: a list of media ranges with wildcards and weights.

    The weight of a media type is that of the most specific range that matches it; 0 means refused.
    Parameters of a range (a charset, a JSON-LD profile) do not narrow it, as there is one variant
    of each format. What cannot be read refuses nothing: a range that is none is left out (``*``
    alone, which old clients send, is ``*/*``), a weight that is none is 1, and a header without
    any range, or of more than 1,000 characters, counts as none.
    """

    def __init__(self, header: str | None) -> None:
        if len(header or "") > _MAX_HEADER_LENGTH:
            header = None
        self._ranges: dict[str, float] = {}
        for media_range, weight in _ranges(header or ""):
            self._ranges[media_range] = max(weight, self._ranges.get(media_range, 0.0))
        if not self._ranges:
            self._ranges["*/*"] = 1.0
        self._places = {media_range: place for place, media_range in enumerate(self._ranges)}

    @property
    def is_particular(self) -> bool:
        """Whether the header names any type, rather than only wildcards."""
        return any("*" not in media_range for media_range in self._ranges)

    @property
    def wants_page(self) -> bool:
        """Whether the answer to a query is to be a page.

        That is so for browsers, which name HTML and XHTML, and for who accepts nothing else. Java
        programs name HTML too, and accept all else less, though they can show none.
        """
        others = max(map(self.format_quality, FORMATS))
        is_browser = self.names(HTML_TYPE) and self.names(_XHTML_TYPE)
        html = self.quality(HTML_TYPE)
        return html > 0 and (others == 0 or (is_browser and html >= others))

    def quality(self, media_type: str) -> float:
        """Return the weight of ``media_type``; 0 means refused."""
        for media_range in _covering(media_type):
            if media_range in self._ranges:
                return self._ranges[media_range]
        return 0.0

    def names(self, media_type: str) -> bool:
        """Tell whether ``media_type`` is accepted by its name, not only by a wildcard."""
        return self._ranges.get(media_type, 0) > 0

    def prefers_html(self, forms: Iterable[Format]) -> bool:
        """Tell whether HTML is accepted by its name, and at least as much as each of ``forms``."""
        best = max(map(self.format_quality, forms))
        return self.names(HTML_TYPE) and self.quality(HTML_TYPE) >= best

    def prefers_page(self, forms: Iterable[Format]) -> bool:
        """Tell whether a page that stands for any of ``forms`` is the best response.

        Besides clients that prefer HTML by its name, that is so for those that accept it and name
        no format of graphs: download programs, makers of previews, people's tools.
        """
        named = chain.from_iterable((form.media_type, *form.aliases) for form in formats("graph"))
        if any(map(self.names, named)):
            return self.prefers_html(forms)
        quality = self.quality(HTML_TYPE)
        return quality > 0 and quality >= max(map(self.format_quality, forms))

    def format_quality(self, form: Format) -> float:
        """Return the weight of ``form``; an alias counts only if the header names it."""
        return self._rank(form)[0]

    def best(self, forms: Iterable[Format]) -> Format | None:
        """Return the one of ``forms`` with the largest weight, None if all are refused.

        Of equals it is the one that the header names most closely, and first.
        """
        # Of equals max() keeps the first, so that the order of the table decides.
        best = max(forms, key=self._rank)
        return best if self.format_quality(best) > 0 else None

    def _rank(self, form: Format) -> tuple[float, int, int]:
        """Return the weight of ``form``, how closely the header names it, and how early."""
        covering = [text for text in _covering(form.media_type) if text in self._ranges][:1]
        named = [alias for alias in form.aliases if self.names(alias)]
        ranks = [
            (self._ranges[text], -text.count("*"), -self._places[text])
            for text in (*covering, *named)
        ]
        return max(ranks, default=(0.0, 0, 0))


def _covering(media_type: str) -> tuple[str, str, str]:
    """Return the ranges that ``media_type`` is in, the most specific first."""
    return media_type, f"{media_type.partition('/')[0]}/*", "*/*"


def _ranges(header: str) -> Iterator[tuple[str, float]]:
    """Yield the media ranges of an Accept header, in lower case, with their weights."""
    for media_range, *parameters in _elements(header):
        name = "*/*" if media_range == "*" else media_range.lower()
        if _RANGE.fullmatch(name):
            yield name, _weight(parameters)


def _elements(header: str) -> Iterator[list[str]]:
    """Yield the elements of a list, each as its parts between semicolons."""
    if _ESCAPED.sub("", header).count('"') % 2:
        header = header.replace('"', "")
    parts: list[str] = []
    for match in _PARTS.finditer(header):
        parts.append(match[1].strip())
        if match[2] != ";":
            yield parts
            parts = []


def _weight(parameters: Iterable[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            text = value.strip(' \t"').replace(",", ".")
            return min(float(text), 1.0) if _WEIGHT.fullmatch(text) else 1.0
    return 1.0


def chosen_formats(
    accept: str | None, wanted: tuple[str, ...]
) -> tuple[Format | None, Format | None]:
    """Return the results format and the graph format for a request.

    ``wanted`` are the values of ``format`` parameters. Those that are known override the Accept
    header, which browsers and simple scripts cannot set; for an answer of the other kind, and where
    none is known, the header decides.

    Raises:
        ProblemError: ``wanted`` has a value twice, or names several formats; or no value of it is
            known, and the header names no type; or the header accepts none of the formats.
    """
    # Most clients send one of a few headers, so that most choices have been made before.
    is_short = len(accept or "") + sum(map(len, wanted)) <= _MAX_HEADER_LENGTH
    return _choose(accept, wanted) if is_short else _choose.__wrapped__(accept, wanted)


@lru_cache(maxsize=1_024)
def _choose(accept: str | None, wanted: tuple[str, ...]) -> tuple[Format | None, Format | None]:
    acceptance = Acceptance(accept)
    accepted = acceptance.best(formats("results")), acceptance.best(formats("graph"))
    results, graph = _named(wanted)
    if results or graph:
        # A program that names a format of one kind, and accepts any, gets an answer of the other
        # kind all the same.
        return results or accepted[0], graph or accepted[1]
    if wanted and not acceptance.is_particular:
        known = ", ".join(dict.fromkeys(form.name for form in FORMATS))
        raise ProblemError(
            MALFORMED_REQUEST, f"The format '{wanted[0]}' is unknown; the formats are {known}."
        )
    if not any(accepted):
        types = ", ".join(form.media_type for form in FORMATS)
        raise ProblemError(NOT_ACCEPTABLE, f"Answers come as {types}; accept one of these.")
    return accepted


def _named(wanted: Sequence[str]) -> tuple[Format | None, Format | None]:
    """Return the formats that ``wanted`` names, which may be several names of one format."""
    found = [(format_named(name, "results"), format_named(name, "graph")) for name in wanted]
    known = [pair for pair in found if any(pair)] or [(None, None)]
    of_results, of_graphs = zip(*known, strict=True)
    # All of one kind name the same format: json and application/ld+json are names of JSON-LD.
    is_one = len(known) == 1 or any(
        len(set(forms)) == 1 and all(forms) for forms in (of_results, of_graphs)
    )
    if not is_one or len({name.lower() for name in wanted}) < len(wanted):
        raise ProblemError(
            MALFORMED_REQUEST,
            f"The request has {len(wanted)} 'format' parameters that are not several names of one "
            "format; send one.",
        )
    return next(filter(None, of_results), None), next(filter(None, of_graphs), None)


def wants_page(accept: str | None) -> bool:
    """Tell whether a client that sends this Accept header wants to read the answer to a query."""
    is_short = len(accept or "") <= _MAX_HEADER_LENGTH
    return is_short and _wants_page(accept)


@lru_cache(maxsize=1_024)
def _wants_page(accept: str | None) -> bool:
    return Acceptance(accept).wants_page


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

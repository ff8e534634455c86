"""Content negotiation: what clients accept, and which format that gives them."""

import pytest

from tests.support.tables import for_each
from urbact_graph.problems import MALFORMED_REQUEST, NOT_ACCEPTABLE, ProblemError
from urbact_graph.rdf.formats import FORMATS
from urbact_graph.web.documents.document import chosen_suffix, format_of, media_type_of
from urbact_graph.web.negotiation import (
    Acceptance,
    accepts_gzip,
    chosen_formats,
    prefers_text,
)

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
FILLER = ", text/x-" + "a" * 1_000


@pytest.mark.parametrize(
    ("accept", "results", "graph"),
    [
        (None, "json", "ttl"),
        ("", "json", "ttl"),
        ("*/*", "json", "ttl"),
        ("application/*", "json", "nt"),
        ("text/*", "csv", "ttl"),
        ("text/csv", "csv", None),
        ("TEXT/CSV", "csv", None),
        ("text/csv;charset=utf-8", "csv", None),
        ("text/csv;q=0.5, text/tab-separated-values", "tsv", None),
        ("text/csv;q=0.5, */*;q=0.4", "csv", "ttl"),
        ("text/csv;q=0.5, */*;q=0.6", "json", "ttl"),
        ("application/sparql-results+json;q=0, */*", "xml", "ttl"),
        ("application/json, text/csv;q=0.9", "json", "jsonld"),
        ("image/png, application/sparql-results+xml;q=0.1", "xml", None),
        ("text/html, application/xhtml+xml, */*;q=0.1", "json", "ttl"),
        ("text/turtle, text/csv;q=0.2", "csv", "ttl"),
        ("application/xml", "xml", "rdf"),
        ("text/plain", None, "nt"),
        ("text/n3", None, "ttl"),
        ('application/ld+json;profile="x"', None, "jsonld"),
        (BROWSER, "xml", "rdf"),
        # Of equals the one that is named counts, and of those the first.
        ("*/*, text/csv", "csv", "ttl"),
        ("text/*, application/*, */*", "csv", "ttl"),
        ("application/rdf+xml, text/turtle", None, "rdf"),
        ("application/json, text/plain, */*", "json", "jsonld"),
        # A header of more than 1,000 characters counts as none.
        ("text/csv" + FILLER, "json", "ttl"),
    ],
)
def test_the_accept_header_chooses_a_format_of_each_kind(
    accept: str | None, results: str | None, graph: str | None
) -> None:
    chosen = chosen_formats(accept, ())
    assert tuple(form and form.name for form in chosen) == (results, graph)


@for_each(
    ("accept", "ranges"),
    [
        # A weight that is none is 1, and never more.
        ("text/csv;q=abc", {"text/csv": 1}),
        ("text/csv;q=", {"text/csv": 1}),
        ("text/csv;q", {"text/csv": 1}),
        ("text/csv;q=1.5", {"text/csv": 1}),
        ("text/csv;q=100", {"text/csv": 1}),
        ("text/csv;q=-1", {"text/csv": 1}),
        ("text/csv;q=nan", {"text/csv": 1}),
        ("text/csv;q=inf", {"text/csv": 1}),
        ("text/csv;q=1e-3", {"text/csv": 1}),
        ("text/csv;q=0.5.5", {"text/csv": 1}),
        # Weights in other spellings.
        ("text/csv;q=.2", {"text/csv": 0.2}),
        ("text/csv;q=1.", {"text/csv": 1}),
        ("text/csv;q=0.123456", {"text/csv": 0.123456}),
        ("text/csv;q=00.5", {"text/csv": 0.5}),
        ("text/csv ; Q = 0.5", {"text/csv": 0.5}),
        ('text/csv;q="0.5"', {"text/csv": 0.5}),
        ("text/csv;q=0,5, a/b", {"text/csv": 0.5, "a/b": 1}),
        ("text/csv;level=1;q=0.5;x=y", {"text/csv": 0.5}),
        ("text/csv;q=0.5;q=0.1", {"text/csv": 0.5}),
        ("text/csv;q=0, text/csv;q=0.3", {"text/csv": 0.3}),
        # What is no range is left out.
        ("csv, text/csv", {"text/csv": 1}),
        ("text/, /csv, /, text/csv", {"text/csv": 1}),
        ("*/csv, text/csv", {"text/csv": 1}),
        ("text/csv/x, text/csv", {"text/csv": 1}),
        ("text csv, text/csv", {"text/csv": 1}),
        ("\u00e9/\u00fc, text/csv", {"text/csv": 1}),
        (", ,;,;;,text/csv,,", {"text/csv": 1}),
        ("text/csv;", {"text/csv": 1}),
        ("text/csv;;;q=0.5", {"text/csv": 0.5}),
        # Quotes hold commas and semicolons; one alone begins nothing.
        ('text/csv;a="x,y;q=0";q=0.5, a/b', {"text/csv": 0.5, "a/b": 1}),
        ('text/csv;a="x\\",y";q=0.5, a/b', {"text/csv": 0.5, "a/b": 1}),
        ('text/csv;a="x, a/b', {"text/csv": 1, "a/b": 1}),
        # Old clients.
        ("*", {"*/*": 1}),
        ("text/html, image/gif, *; q=.2, */*; q=.2", {"text/html": 1, "image/gif": 1, "*/*": 0.2}),
        ("TEXT/*", {"text/*": 1}),
        ("Text/Csv", {"text/csv": 1}),
        # A header without any range is none.
        ("csv", {"*/*": 1}),
        (";q=0", {"*/*": 1}),
        ('"', {"*/*": 1}),
        (" ", {"*/*": 1}),
    ],
)
def test_what_cannot_be_read_refuses_nothing(accept: str, ranges: dict[str, float]) -> None:
    acceptance = Acceptance(accept)
    for media_range, weight in ranges.items():
        assert acceptance.quality(media_range) == pytest.approx(weight)
    assert acceptance.quality("x/y") == ranges.get("*/*", 0)
    assert acceptance.is_particular is any("*" not in name for name in ranges)


@pytest.mark.parametrize("accept", ["image/png", "*/*;q=0", "text/csv;q=0", "application/pdf, a/b"])
def test_without_an_acceptable_format_all_formats_are_named(accept: str) -> None:
    with pytest.raises(ProblemError) as raised:
        chosen_formats(accept, ())
    assert raised.value.problem == NOT_ACCEPTABLE
    for form in FORMATS:
        assert form.media_type in raised.value.detail


@pytest.mark.parametrize(
    ("accept", "wanted", "results", "graph"),
    [
        ("text/csv", ("csv",), "csv", None),
        ("text/turtle", ("ttl",), None, "ttl"),
        ("text/csv", ("json",), "json", "jsonld"),
        ("text/csv", ("xml",), "xml", "rdf"),
        ("text/csv", ("CSV",), "csv", None),
        ("text/turtle", ("application/ld+json",), None, "jsonld"),
        ("text/turtle", ("text/turtle; charset=utf-8",), None, "ttl"),
        # Where the answer cannot have this format, the header decides.
        ("*/*", ("csv",), "csv", "ttl"),
        ("text/turtle", ("csv",), "csv", "ttl"),
        ("*/*", ("ttl",), "json", "ttl"),
        ("text/csv;q=0.1, */*;q=0", ("n3",), "csv", "ttl"),
        (None, ("application/ld+json",), "json", "jsonld"),
        # Several names of one format, as SPARQLWrapper sends them.
        ("text/csv", ("rdf+xml", "application/rdf+xml"), "csv", "rdf"),
        ("*/*", ("json-ld", "application/ld+json,application/x-json+ld"), "json", "jsonld"),
        ("*/*", ("tsv", "text/tab-separated-values"), "tsv", "ttl"),
        ("*/*", ("xml", "rdf"), "xml", "rdf"),
        # What is unknown beside it is left out.
        ("*/*", ("csv", "nonsense"), "csv", "ttl"),
        # A header that names types decides where none is known.
        ("application/n-triples", ("nonsense",), None, "nt"),
    ],
)
def test_a_format_parameter_overrides_the_header(
    accept: str, wanted: tuple[str, ...], results: str | None, graph: str | None
) -> None:
    chosen = chosen_formats(accept, wanted)
    assert tuple(form and form.name for form in chosen) == (results, graph)


@pytest.mark.parametrize(
    "wanted", [("csv", "json"), ("csv", "csv"), ("csv", "CSV"), ("csv", "ttl"), ("pdf", "pdf")]
)
@pytest.mark.parametrize("accept", ["*/*", "text/csv"])
def test_several_formats_are_a_problem(accept: str, wanted: tuple[str, ...]) -> None:
    with pytest.raises(ProblemError) as raised:
        chosen_formats(accept, wanted)
    assert raised.value.problem == MALFORMED_REQUEST
    assert "2 'format' parameters" in raised.value.detail


@pytest.mark.parametrize("accept", [None, "*/*", "text/*"])
def test_an_unknown_format_is_a_problem_that_lists_the_known_ones(accept: str | None) -> None:
    with pytest.raises(ProblemError) as raised:
        chosen_formats(accept, ("pdf",))
    assert raised.value.problem == MALFORMED_REQUEST
    assert raised.value.detail == (
        "The format 'pdf' is unknown; the formats are json, xml, csv, tsv, ttl, nt, nq, trig, "
        "rdf, jsonld."
    )


def test_long_formats_are_read_too() -> None:
    assert chosen_formats("text/csv", ("x" * 2_000,))[0] is not None


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        # Who names no format of RDF is led to the page.
        (None, "html"),
        ("*/*", "html"),
        ("text/*", "html"),
        ("image/png, */*;q=0.1", "html"),
        ("text/csv, */*;q=0.1", "html"),
        ("text/html;q=0.1", "html"),
        ("text/turtle;q=0, */*", "html"),
        ("text/turtle, */*;q=0.1", "ttl"),
        ("text/n3;q=0.1, */*;q=0.1", "ttl"),
        ("application/trig, */*;q=0.1", "ttl"),
        ("text/html;q=0, */*", "ttl"),
        (BROWSER, "html"),
        ("text/html;q=0.5, text/turtle", "ttl"),
        ("text/html, text/turtle", "html"),
        ("application/ld+json", "jsonld"),
        ("application/json", "jsonld"),
        ("application/n-triples", "nt"),
        ("application/rdf+xml", "rdf"),
        ("application/xml", "rdf"),
        ("application/rdf+xml;q=0.4, application/n-triples;q=0.7", "nt"),
        ("text/turtle;q=0, application/*;q=0, text/html", "html"),
        ("text/turtle;q=0, application/*;q=0, text/*", "html"),
    ],
)
def test_a_document_comes_as_the_client_accepts_it(accept: str | None, suffix: str) -> None:
    assert chosen_suffix(accept) == suffix


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [(None, "ttl"), ("*/*", "ttl"), ("text/*", "ttl"), (BROWSER, "html"), ("text/html", "html")],
)
def test_a_document_for_programs_is_a_page_for_those_that_name_it(
    accept: str | None, suffix: str
) -> None:
    assert chosen_suffix(accept, is_for_programs=True) == suffix


def test_a_document_that_is_not_acceptable_names_its_formats() -> None:
    with pytest.raises(ProblemError) as raised:
        chosen_suffix("image/png")
    assert raised.value.problem == NOT_ACCEPTABLE
    for media_type in ("text/html", "text/turtle", "application/ld+json", "application/rdf+xml"):
        assert media_type in raised.value.detail


def test_a_suffix_stands_for_one_media_type() -> None:
    assert media_type_of("html") == "text/html"
    assert media_type_of("ttl") == "text/turtle"
    with pytest.raises(ValueError, match="csv"):
        format_of("csv")


@pytest.mark.parametrize(
    ("header", "is_accepted"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("gzip, deflate, br", True),
        ("br;q=1.0, gzip;q=0.5", True),
        ("*", True),
        ("*;q=0.1", True),
        ("gzip;q=1, identity;q=1", True),
        ("identity;q=0.5, gzip", True),
        (None, False),
        ("", False),
        ("identity", False),
        ("br, zstd", False),
        ("gzip;q=0", False),
        ("gzip;q=0, *", False),
        ("*;q=0", False),
        ("gzip;q=0.5, identity", False),
        ("gzip;q=0.5, identity;q=0.6", False),
        ("x-gunzip", False),
        ("gzip" + "," * 5_000, False),
    ],
)
def test_gzip_is_for_clients_that_prefer_it(header: str | None, is_accepted: bool) -> None:
    assert accepts_gzip(header) is is_accepted


@pytest.mark.parametrize(
    ("accept", "agent", "is_text"),
    [
        ("*/*", "curl/8.5.0", True),
        ("*/*", "Wget/1.21", True),
        ("application/json", "HTTPie/3.2", True),
        ("text/plain", "python", True),
        ("text/plain;q=0, */*", "python", False),
        ("*/*", "python", False),
        (None, None, False),
    ],
)
def test_text_is_for_terminals_and_for_clients_that_name_it(
    accept: str | None, agent: str | None, is_text: bool
) -> None:
    assert prefers_text(accept, agent) is is_text


def test_wildcards_name_nothing() -> None:
    acceptance = Acceptance("text/*, */*;q=0.1")
    assert not acceptance.is_particular
    assert not acceptance.names("text/html")
    assert acceptance.quality("text/html") == 1
    assert acceptance.quality("image/png") == pytest.approx(0.1)
    assert not Acceptance("text/html;q=0").names("text/html")

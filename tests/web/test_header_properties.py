"""What holds for every header and parameter, whatever it says: tried on many examples."""

import re
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote_plus

import pytest
from flask.testing import FlaskClient
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.stubs import QUERY, StubEngine
from urbact_graph.problems import ProblemError
from urbact_graph.rdf.formats import FORMATS, formats
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app
from urbact_graph.web.conditional import Conditions
from urbact_graph.web.documents.document import chosen_suffix, format_of, media_type_of
from urbact_graph.web.negotiation import Acceptance, accepts_gzip, chosen_formats

TYPES = [
    *(form.media_type for form in FORMATS),
    *(alias for form in FORMATS for alias in form.aliases),
    *("text/html", "application/xhtml+xml", "image/png", "*/*", "text/*", "application/*"),
]
WEIGHTS = st.one_of(
    st.just(""),
    st.floats(0, 1).map(lambda q: f";q={q:.3f}"),
    st.sampled_from([";q=0", "; Q = 1", ";q=.5", ";q=abc", ";q=", ";q=-1", ';a="x,y";q=0.5']),
)
# What a WSGI server passes on: any characters of one byte but those that end a line.
TEXT = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=60)
PIECES = st.sampled_from([*'*/,;="\\ q0.5', "text", "csv", "W/", "bytes=", "-", "é"])
ODD = st.one_of(TEXT, st.lists(PIECES, max_size=30).map("".join))
RANGES = st.lists(st.tuples(st.sampled_from(TYPES), WEIGHTS).map("".join), max_size=8)
PROPER = RANGES.map(", ".join)
ACCEPT = st.one_of(PROPER, ODD, st.tuples(PROPER, ODD).map(", ".join))
Result = TypeVar("Result")
NUMBERS = st.one_of(st.integers(0, 30), st.integers(0, 10**40)).map(str)


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """Serve an engine without processes, which answers each query with some bytes."""
    return create_app(Settings.load(), StubEngine()).test_client()


def tried(call: Callable[[], Result]) -> tuple[Result | None, str]:
    """Return the result of ``call``, or else the name of its problem."""
    try:
        return call(), ""
    except ProblemError as error:
        return None, error.problem.name


# ---- Accept ------------------------------------------------------------------------------------


@given(ACCEPT)
@example("text/csv;q=0,5")
@example('"' * 500)
def test_what_is_chosen_was_accepted(accept: str) -> None:
    acceptance = Acceptance(accept)
    chosen, problem = tried(lambda: chosen_formats(accept, ()))
    if chosen is None:
        assert problem == "not-acceptable"
        assert not any(map(acceptance.format_quality, FORMATS))
        return
    results, graph = chosen
    for form, kind in ((results, formats("results")), (graph, formats("graph"))):
        best = max(map(acceptance.format_quality, kind))
        assert (form is None) is (best == 0)
        if form:
            assert acceptance.format_quality(form) == best


@given(ACCEPT)
def test_a_document_comes_in_a_format_that_was_accepted(accept: str) -> None:
    acceptance = Acceptance(accept)
    chosen = [tried(lambda: chosen_suffix(accept))]
    chosen.append(tried(lambda: chosen_suffix(accept, is_for_programs=True)))
    for suffix, problem in chosen:
        if suffix is None:
            assert problem == "not-acceptable"
            assert acceptance.quality("text/html") == 0
        elif suffix == "html":
            assert acceptance.quality(media_type_of(suffix)) > 0
        else:
            assert acceptance.format_quality(format_of(suffix)) > 0


@given(ODD)
def test_a_header_is_refused_only_if_it_refuses(accept: str) -> None:
    # Without a type that can be read, nothing is asked for.
    if not re.search(r"\w/[\w*]", accept) and not re.search(r"\*", accept):
        assert chosen_formats(accept, ()) == chosen_formats(None, ())


@given(PROPER, st.sampled_from(TYPES))
def test_case_and_space_mean_nothing(accept: str, media_type: str) -> None:
    spelt = accept.upper().replace(", ", " ,\t,").replace(";Q=", " ; q=")
    assert Acceptance(spelt).quality(media_type) == Acceptance(accept).quality(media_type)


@given(ACCEPT, st.sampled_from(TYPES))
def test_weights_are_between_0_and_1(accept: str, media_type: str) -> None:
    assert 0 <= Acceptance(accept).quality(media_type) <= 1


# ---- Range and conditions ------------------------------------------------------------------------


@given(NUMBERS, NUMBERS, st.integers(0, 25))
def test_a_range_gives_the_bytes_that_it_names(first: str, last: str, size: int) -> None:
    content = bytes(range(size))
    given_range = Conditions(None, None, None, None, None, f"bytes={first}-{last}")
    start, end = int(first), int(last) + 1
    part, problem = tried(lambda: given_range.part("tag", None, size))
    if problem:
        assert problem == "range-not-satisfiable"
        assert start >= size
    elif end <= start:
        assert part is None
    else:
        assert part is not None
        assert content[slice(*part)] == content[min(start, size) : min(end, size)]


@given(st.one_of(ODD, st.lists(NUMBERS, max_size=3).map(lambda some: "bytes=" + "-".join(some))))
def test_a_part_is_always_a_part(header: str) -> None:
    asked = Conditions(None, None, None, None, None, header)
    part, problem = tried(lambda: asked.part("tag", None, 20))
    assert problem in ("", "range-not-satisfiable")
    assert part is None or 0 <= part[0] < part[1] <= 20


@given(ODD)
def test_no_list_of_tags_matches_a_tag_that_it_does_not_hold(header: str) -> None:
    conditions = Conditions(header, None, header, None, None, None)
    if "secret" not in header:
        assert not conditions.matches("secret")
        assert conditions.known("secret") is None


CONDITIONAL = ("If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "If-Range")
NAMES = st.sampled_from([*CONDITIONAL, "Range", "Accept", "Accept-Encoding", "User-Agent"])
HEADERS = st.dictionaries(NAMES, st.one_of(ODD, ACCEPT, NUMBERS), max_size=6)


@given(HEADERS, st.sampled_from(["GET", "HEAD"]))
@example({"Range": "bytes=0-99999999999999999999999999"}, "GET")
def test_no_header_breaks_an_answer(
    client: FlaskClient, headers: dict[str, str], method: str
) -> None:
    path = f"/sparql?format=json&query={quote_plus(QUERY)}"
    response = client.open(path, method=method, headers=headers)
    assert response.status_code in (200, 206, 304, 400, 406, 412, 416)
    if response.status_code == 206:
        whole = client.get(path).data
        stated = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", response.headers["Content-Range"])
        assert stated
        first, last, size = map(int, stated.groups())
        assert (response.data, size) == (whole[first : last + 1], len(whole))


# ---- Parameters ----------------------------------------------------------------------------------

PARAMETERS = st.sampled_from(
    ["query", "format", "timeout", "default-graph-uri", "named-graph-uri", "output", "x", ""]
)
VALUES = st.one_of(
    ODD,
    st.text(max_size=20),
    NUMBERS,
    st.sampled_from([QUERY, "html", "n3", "ttl", "csv", "x:a", "1e3", "-1", "nan", "0.5"]),
)
SINGLE = ("query", "timeout")


@given(st.lists(st.tuples(PARAMETERS, VALUES), max_size=6), st.sampled_from(["GET", "POST"]))
def test_no_parameter_breaks_an_answer(
    client: FlaskClient, parameters: list[tuple[str, str]], method: str
) -> None:
    encoded = "&".join(f"{name}={quote_plus(value)}" for name, value in parameters)
    if method == "GET":
        response = client.get(f"/sparql?{encoded}")
    else:
        form = "application/x-www-form-urlencoded"
        response = client.post("/sparql", data=encoded, content_type=form)
    assert response.status_code in (200, 400, 406), response.text
    given_names = [name for name, _ in parameters]
    if any(given_names.count(name) > 1 for name in SINGLE) and response.status_code == 200:
        pytest.fail("a single parameter was given twice, silently")


@given(st.binary(max_size=60), st.sampled_from(["query=", "", "format=csv&query="]))
def test_no_bytes_break_an_answer(client: FlaskClient, body: bytes, start: str) -> None:
    form = "application/x-www-form-urlencoded"
    for method in ("POST", "QUERY"):
        for content_type in (form, "application/sparql-query", "text/plain", ""):
            response = client.open(
                "/sparql", method=method, data=start.encode() + body, content_type=content_type
            )
            assert response.status_code in (200, 400, 403, 406, 415)


@given(st.one_of(ODD, st.sampled_from(["gzip", "gzip;q=0", "*"])))
def test_an_encoding_is_one_or_none(header: str) -> None:
    assert accepts_gzip(header) in (True, False)

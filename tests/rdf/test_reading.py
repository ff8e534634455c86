"""Why a file of RDF cannot be read: what it is instead, and where the mistake stands."""

import gzip

import pytest
from pyoxigraph import RdfFormat, parse

from urbact_graph.rdf.reading import (
    disguise,
    mistake_in,
    parse_lines,
    without_mark,
    xml_mistake,
)

TTL, NT, XML, JSON = (
    RdfFormat.TURTLE,
    RdfFormat.N_TRIPLES,
    RdfFormat.RDF_XML,
    RdfFormat.JSON_LD,
)
FACT = "<http://e/a> <http://e/b> <http://e/c> .\n"
PREFIXED = "@prefix e: <http://e/> .\ne:a e:b e:c .\n"
RDF_XML = (
    '<?xml version="1.0"?>\n'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">\n'
    '<rdf:Description rdf:about="http://e/a">\n'
    "%s\n</rdf:Description>\n</rdf:RDF>\n"
)
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"


@pytest.mark.parametrize(
    ("content", "form", "expected"),
    [
        (gzip.compress(FACT.encode(), mtime=0), TTL, "compressed (gzip)"),
        (b"PK\x03\x04\x14\x00", NT, "compressed (ZIP)"),
        (b"BZh91AY", NT, "compressed (bzip2)"),
        (b"\xfd7zXZ\x00\x00", TTL, "compressed (xz)"),
        (b"\x28\xb5\x2f\xfd\x04", TTL, "compressed (Zstandard)"),
        (PREFIXED.encode("utf-16"), TTL, "it is UTF-16;"),
        (PREFIXED.encode("utf-16-le"), TTL, "UTF-16 or no text"),
        (PREFIXED.encode("utf-16-be"), TTL, "UTF-16 or no text"),
        (PREFIXED.encode("utf-32"), TTL, "it is UTF-32;"),
        (b"<!DOCTYPE html>\n<html></html>", TTL, "an HTML page"),
        (b"\n <HTML lang='en'>", NT, "an HTML page"),
        (b"<!doctype html><title>404</title>", XML, "an HTML page"),
        (b"\xef\xbb\xbf<!DOCTYPE html>", TTL, "an HTML page"),
        (POINTER, TTL, "Git LFS"),
        (POINTER, NT, "Git LFS"),
        (POINTER, XML, "Git LFS"),
        (PREFIXED.encode(), NT, "it is Turtle, not N-Triples"),
        (f"# A comment.\nPREFIX e: <http://e/>\n{FACT}".encode(), NT, "it is Turtle"),
        ((RDF_XML % "").encode(), TTL, "it is RDF/XML, not Turtle"),
        (b'{"@id": "http://e/a"}', TTL, "it is JSON, not Turtle"),
        (b'[{"@id": "http://e/a"}]', NT, "it is JSON, not N-Triples"),
        (PREFIXED.encode(), JSON, "it is Turtle, not JSON-LD"),
        (b"<?xml version='1.0'?>\n<svg/>", TTL, "it is XML, not Turtle"),
    ],
)
def test_a_file_that_is_something_else_is_recognised(
    content: bytes, form: RdfFormat, expected: str
) -> None:
    with pytest.raises(SyntaxError) as caught:
        list(parse(content, format=form))
    line, reason = mistake_in(content, form, caught.value)
    assert line is None
    assert expected in reason
    # What to do about it.
    assert "; " in reason


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (FACT, TTL),
        (PREFIXED, TTL),
        ("[] <http://e/b> 1 .", TTL),
        ("[ <http://e/b> 1 ] .", TTL),
        ("{ <http://e/a> <http://e/b> 1 }", RdfFormat.TRIG),
        (RDF_XML % "<e:b>1</e:b>", XML),
        ("<!-- A comment. -->\n<rdf:RDF/>", XML),
        ('{"@id": "http://e/a"}', JSON),
        ("[]", JSON),
        ("", TTL),
    ],
)
def test_a_file_that_is_what_it_is_called_is_not_suspected(content: str, form: RdfFormat) -> None:
    assert disguise(content.encode(), form) == ""


@pytest.mark.parametrize(
    ("content", "form", "line", "reason"),
    [
        ("\n<a> <http://e/b> 1 .", TTL, 2, "an IRI is relative"),
        ("\n\n<http://e/a b> <http://e/b> 1 .", TTL, 3, "Invalid IRI code point"),
        (f"{FACT}{FACT}<http://e/a> .\n", NT, 3, "predicate"),
        # RDF/XML: of the parser's reasons none has a line.
        (RDF_XML % "<x:b/>", XML, 4, "Unknown prefix x:"),
        (RDF_XML % '<e:b\n  rdf:resource="http://e/x y"/>', XML, 5, "not valid ('http://e/x y'"),
        (RDF_XML % "<e:b>\n</e:c>", XML, 5, "mismatched tag"),
        (RDF_XML % "<e:b>&nbsp;</e:b>", XML, 4, "undefined entity"),
        ((RDF_XML % "<e:b/>")[:-20], XML, 5, "not well-formed XML"),
        (RDF_XML.partition("%")[0], XML, 4, "no element found"),
        ("hello", XML, 1, "not well-formed XML"),
        # Contexts elsewhere.
        (
            '{"@id": "http://e/a",\n "@context": "https://schema.org/",\n "name": "A"}',
            JSON,
            2,
            "the context <https://schema.org/> is not fetched; put it into the file",
        ),
        (
            '{\n\n"@context": ["https://e.org/c.jsonld", {"b": "http://e/b"}],\n "b": "A"}',
            JSON,
            3,
            "the context <https://e.org/c.jsonld> is not fetched",
        ),
        (
            '{"@context": {"@version": 1.1,\n"@import": "https://e.org/c"},\n "name": "A"}',
            JSON,
            2,
            "the context <https://e.org/c> is not fetched",
        ),
        (
            '{"@context": {"p": {"@id": "http://e/p",\n"@context": "https://e.org/p"}},\n'
            ' "p": {"name": "A"}}',
            JSON,
            2,
            "the context <https://e.org/p> is not fetched",
        ),
        ('{"@id": ', JSON, 1, "Unexpected end of file"),
    ],
)
def test_a_mistake_has_its_line_and_reason(
    content: str, form: RdfFormat, line: int, reason: str
) -> None:
    try:
        list(parse(content.encode(), format=form))
        error: Exception = SyntaxError()
    except SyntaxError as raised:
        error = raised
    found_line, found = mistake_in(content.encode(), form, error)
    assert found_line == line
    assert reason in found
    assert not found.endswith(".")


def test_xml_that_was_cut_off_is_found_although_the_parser_takes_it() -> None:
    whole = (RDF_XML % "<e:b>1</e:b>").encode()
    assert xml_mistake(whole) is None
    cut = whole[: whole.index(b"</rdf:RDF>")]
    assert len(list(parse(cut, format=XML))) == 1
    assert xml_mistake(cut) == (6, "it is not well-formed XML (no element found)")
    assert xml_mistake(b"") == (1, "it is not well-formed XML (no element found)")


def test_each_quad_has_the_line_on_which_it_ends() -> None:
    content = (
        '@prefix e: <http://e/> .\n\ne:a e:b 1 ;\n  e:c """two\nlines"""@en ;\n\n  e:d e:x,\n'
        "   e:y .\ne:z e:b 2 .\n"
    )
    lines = [line for line, _ in parse_lines(content.encode(), TTL)]
    assert lines == [3, 5, 7, 8, 9]


def test_a_byte_order_mark_is_no_content() -> None:
    assert without_mark(b"\xef\xbb\xbf" + FACT.encode()) == FACT.encode()
    assert without_mark(FACT.encode()) == FACT.encode()

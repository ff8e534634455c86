"""The report as tables: in the terminal and in Markdown."""

import io
from dataclasses import replace

import pytest
from pyoxigraph import Literal, NamedNode
from rich.console import Console

from tests.validation.test_report import BASE, ORDERED, result
from urbact_graph.errors import SourceError
from urbact_graph.rdf.terms import typed
from urbact_graph.validation.report import Report, Severity
from urbact_graph.validation.table import markdown_table, print_table, update_document

DATE = typed("2022-12-31", "http://www.w3.org/2001/XMLSchema#date")
REPORT = Report.of(
    [
        result(value=DATE, file="data/networks/a.ttl"),
        result(entity="network/" + "b" * 70, file="data/networks/b.ttl"),
        *ORDERED[4:],
    ],
    rules=155,
    triples=1000,
)


def printed(report: Report, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width)
    print_table(report, console, BASE)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [60, 80, 160])
def test_the_table_shows_all_that_a_curator_needs(width: int) -> None:
    text = printed(REPORT, width)
    assert max(len(line) for line in text.splitlines()) <= width
    joined = "".join(text.split())
    for each in REPORT.results:
        for shown in (each.rule_name, each.message, f"Remedy: {each.remedy}", each.file):
            assert shown.replace(" ", "") in joined
        assert each.entity.removeprefix(BASE) in joined
    assert '"2022-12-31"^^xsd:date' in joined
    assert "urb:end" in joined
    assert text.index("VIOLATION") < text.index("WARNING") < text.index("INFO")


def test_the_last_line_counts() -> None:
    assert printed(REPORT).splitlines()[-1] == (
        "Does not conform: 2 violations, 1 warning, 1 info (155 rules)."
    )


def test_a_report_without_results_is_one_line() -> None:
    text = printed(Report((), 155, 1000))
    assert text == "Conforms: 0 violations, 0 warnings, 0 infos (155 rules).\n"


def test_text_in_square_brackets_is_printed_as_it_is() -> None:
    strange = result(value=Literal("[red]x[/red]"))
    assert "[red]x[/red]" in printed(Report.of([strange], 1, 1), 160)


def test_a_rule_about_the_entity_itself_has_a_column_of_values() -> None:
    strange = replace(result(value=NamedNode("https://example.org/x")), path=None)
    assert "Value" in printed(Report.of([strange], 1, 1))
    assert "| Entity | Value | Data file |" in markdown_table(Report.of([strange], 1, 1), BASE)


def test_markdown_lists_violations_and_warnings_and_counts_infos() -> None:
    text = markdown_table(REPORT, BASE)
    assert text.startswith("2 violations, 1 warning, 1 info (155 rules).\n\n")
    assert "**Violation `Network-end`, 2 results.** A message. *Remedy:* A remedy." in text
    assert '| `network/a` | "2022-12-31"^^xsd:date | `data/networks/a.ttl` |' in text
    assert "**Warning `Network-abstract`, 1 result.**" in text
    assert "| `Network-abstract` | A message. | 1 |" in text
    assert "network/z" not in text


def test_a_value_cannot_break_the_markdown_table() -> None:
    strange = Report.of([result(value=Literal("a|b\nc"))], 1, 1)
    assert '| "a\\|b c" |' in markdown_table(strange, BASE)


def test_a_document_is_changed_between_its_markers_alone() -> None:
    begin, end = "<!-- begin: warnings -->", "<!-- end -->"
    document = f"Before.\n{begin}\nold\n{end}\nAfter.\n"
    updated = update_document(document, REPORT, BASE)
    assert updated == f"Before.\n{begin}\n{markdown_table(REPORT, BASE)}{end}\nAfter.\n"
    assert update_document(updated, REPORT, BASE) == updated


@pytest.mark.parametrize("document", ["nothing", "<!-- begin: warnings -->", "<!-- end -->"])
def test_a_document_without_its_markers_is_an_error(document: str) -> None:
    with pytest.raises(SourceError, match="begin: warnings"):
        update_document(document, REPORT, BASE)


def test_severities_have_their_words() -> None:
    one = Report.of([result(severity) for severity in Severity], 1, 1)
    # The same entity, rule and value is one fault, which keeps its most severe result.
    assert printed(one).splitlines()[-1].startswith("Does not conform: 1 violation, 0 warnings")

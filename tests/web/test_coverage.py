"""How complete the graph is, on the page of the validation report and on the home page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.web.serving import BASE, BROWSER, serving_file, text_of
from urbact_graph.web.pages.coverage import Coverage, Share

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from urbact_graph.web.snapshot import Snapshot

# Two kinds of plan evidence, and a class under one of two programmes.
GRAPH = f"""
@base <{BASE}> .
@prefix urb: <{BASE}ontology#> .
@prefix dqv: <http://www.w3.org/ns/dqv#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<call/one> a urb:Call ; rdfs:label "Call one"@en .
<programme/four> a urb:Programme ; rdfs:label "Four"@en .
<ontology> a <http://www.w3.org/2002/07/owl#Ontology> .
urb:PlansMeasure rdfs:isDefinedBy <ontology> ; rdfs:label "Number of plans"@en .
urb:PlanDescribed rdfs:isDefinedBy <ontology> ; rdfs:label "Plan described"@en .
urb:Network rdfs:isDefinedBy <ontology> ; rdfs:label "Network"@en .
<quality/total/one/plans> a dqv:QualityMeasurement ; urb:measuredOn <call/one> ;
  dqv:isMeasurementOf <quality/metric/official-totals> ; urb:measure urb:PlansMeasure ;
  urb:heldCount 1200 ; urb:expectedCount 2000 .
<quality/total/one/plans/described> a dqv:QualityMeasurement ; urb:measuredOn <call/one> ;
  dqv:isMeasurementOf <quality/metric/official-totals> ; urb:measure urb:PlansMeasure ;
  urb:evidence urb:PlanDescribed ; urb:heldCount 7 ; urb:expectedCount 2000 .
<quality/total/one/plans/not-graded> a dqv:QualityMeasurement ; urb:measuredOn <call/one> ;
  dqv:isMeasurementOf <quality/metric/official-totals> ; urb:measure urb:PlansMeasure ;
  urb:heldCount 1193 ; urb:expectedCount 2000 .
<quality/completeness/network/all/start> a dqv:QualityMeasurement ;
  dqv:isMeasurementOf <quality/metric/completeness> ; urb:measuredClass urb:Network ;
  urb:measuredProperty urb:start ; urb:heldCount 3 ; urb:expectedCount 4 .
<quality/completeness/network/four/start> a dqv:QualityMeasurement ;
  dqv:isMeasurementOf <quality/metric/completeness> ; urb:measuredClass urb:Network ;
  urb:measuredOn <programme/four> ; urb:measuredProperty urb:start ;
  urb:heldCount 2 ; urb:expectedCount 2 .
<quality/reviewed/network> a dqv:QualityMeasurement ;
  dqv:isMeasurementOf <quality/metric/reviewed> ; urb:measuredClass urb:Network ;
  urb:heldCount 1 ; urb:expectedCount 4 .
"""


@pytest.mark.parametrize(
    ("held", "expected", "width", "text"),
    [
        (0, 3, 0, "0 %"),
        (1, 3, 33, "33 %"),
        (999, 1000, 99, "99 %"),
        (3, 3, 100, "100 %"),
        # More than a source counts, and nothing to count.
        (5, 4, 100, "125 %"),
        (0, 0, 0, "0 %"),
    ],
)
def test_a_share_has_a_bar_and_a_text(held: int, expected: int, width: int, text: str) -> None:
    share = Share(held, expected)
    assert (share.width, share.text) == (width, text)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("coverage") / "graph.ttl"
    path.write_text(GRAPH, encoding="utf-8")
    return path


@pytest.mark.process
def test_the_measurements_are_arranged_by_what_they_are_about(file: Path) -> None:
    with serving_file(file, base_iri=BASE) as app:
        snapshot = app.served.enter()
        found = Coverage.of(snapshot)
        app.served.leave(snapshot)
    (scope,), (kind,) = found.scopes, found.classes
    (total,) = scope.totals
    assert (scope.label, scope.address) == ("Call one", "call/one.html")
    assert (total.measure, total.share) == ("Number of plans", Share(1200, 2000))
    assert total.parts == (
        ("Plan described", Share(7, 2000)),
        ("Not graded yet", Share(1193, 2000)),
    )
    assert (kind.label, kind.programmes) == ("Network", ("Four",))
    assert kind.properties == (("start", (Share(3, 4), Share(2, 2))),)
    assert found.reviewed == (("Network", Share(1, 4)),)


@pytest.mark.process
def test_the_home_page_says_how_many_plans_of_an_official_total_there_are(file: Path) -> None:
    # A file that is served has its own home page, with the same words.
    with serving_file(file, base_iri=BASE) as app:
        page = text_of(app.test_client().get("/", headers=BROWSER).text)
    assert "1,200 of 2,000 plans of the Call one are here" in page
    assert "(plan described: 7; not graded yet: 1,193)" in page


def test_the_report_shows_how_complete_the_graph_is(
    demo_client: FlaskClient, demo_snapshot: Snapshot
) -> None:
    page = demo_client.get("/validation.html", headers=BROWSER).text
    assert page.count('href="#coverage"') == page.count('id="coverage"') == 1
    shown = page.partition('id="coverage"')[2]
    coverage = Coverage.of(demo_snapshot)
    assert coverage.classes
    assert coverage.reviewed
    counts = [
        f"{share.held:,} of {share.expected:,}"
        for kind in coverage.classes
        for _, shares in kind.properties
        for share in shares[:1]
        if share
    ]
    assert [count for count in counts if f">{count}<" not in shown] == []
    bars = re.findall(r'<svg class="bar"[^>]*><rect width="(\d+)"', shown)
    assert len(bars) >= len(counts)
    assert all(0 <= int(width) <= 100 for width in bars)


@pytest.mark.process
def test_a_graph_of_others_is_not_measured(tmp_path: Path) -> None:
    path = tmp_path / "other.ttl"
    path.write_text("<https://a.example/a> <https://a.example/b> 1 .", encoding="utf-8")
    with serving_file(path) as app:
        snapshot = app.served.enter()
        assert Coverage.of(snapshot) == Coverage()
        app.served.leave(snapshot)
        assert "How complete" not in app.test_client().get("/", headers=BROWSER).text

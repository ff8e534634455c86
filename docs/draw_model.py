"""Draw the model of urbact-graph as docs/model.svg, and with links for the guide of the site.

Run ``python docs/draw_model.py`` after a change of ontology/urbact.ttl. It needs rdflib and the
program ``dot`` of Graphviz. What stands in a box (subclasses, properties with plain values and
with values from a short list) is read from the ontology; only the place of the boxes and the
arrows worth drawing are chosen here, and a name that the ontology lacks is an error.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rdflib import OWL, RDF, RDFS, XSD, Graph, Namespace, URIRef

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rdflib.term import Node

ROOT = Path(__file__).resolve().parents[1]
ONTOLOGY = ROOT / "ontology" / "urbact.ttl"
PICTURE = ROOT / "docs" / "model.svg"
# The same for the site, which puts the path of its root into the links.
LINKED = ROOT / "src" / "urbact_graph" / "web" / "guide" / "model.svg"
TITLE = "The classes of the model, and the properties between them"
SCHEMA = Namespace("https://schema.org/")
DQV = Namespace("http://www.w3.org/ns/dqv#")

INK, GREY, LINE, DERIVED = "#1f2933", "#6b7785", "#8895a3", "#b4531a"
SLATE, BLUE = "#4f5f6f", "#1d5f8a"
NETWORK, CITY = (470, 385), (470, 790)
FONT = "Helvetica,Arial,sans-serif"


class Box(NamedTuple):
    """One box: its name, centre in points from the top left, colour, and public properties."""

    name: str
    place: tuple[int, int]
    colour: str
    public: tuple[str, ...] = ()


class Arrow(NamedTuple):
    """One arrow: what it says, where, and the derived properties that go the other way."""

    source: str
    target: str
    says: tuple[str, ...]
    place: tuple[int, int]
    back: tuple[str, ...] = ()
    derived: bool = False


PLACE_NAMES = (
    "skos:prefLabel, skos:altLabel",
    "wgs:lat, wgs:long, geo:asWKT",
    "owl:sameAs, seat",
    "unlocodeLocation",
)
BOXES = (
    Box("Programme", (300, 92), SLATE, ("skos:prefLabel",)),
    Box("Call", (85, 105), SLATE, ("dct:title",)),
    Box("Network", NETWORK, BLUE, ("skos:prefLabel, dct:title", "dct:abstract, foaf:page")),
    Box("Person", (640, 28), SLATE, ("foaf:name",)),
    Box("Recommendation", (800, 300), "#6a4c93"),
    Box("Document", (850, 450), SLATE, ("dct:title",)),
    Box("Similarity", (720, 450), SLATE),
    Box("Partnership", (205, 600), "#2b7a78"),
    Box("Plan", (790, 635), "#8a5a1d", ("dct:title, dct:abstract", "dct:issued, dct:language")),
    Box("AnnouncedPlan", (665, 880), "#8a5a1d"),
    Box("City", CITY, "#2f7d4f", PLACE_NAMES),
    Box("LocalGroup", (62, 410), SLATE),
    Box("OfficialTotal", (72, 310), SLATE),
    Box("QualityMeasurement", (250, 350), GREY, ("dqv:value",)),
)
# The classes of other vocabularies that properties of the ontology are stated of.
OTHERS = {"QualityMeasurement": DQV.QualityMeasurement}
CONCEPTS = (
    Box("Theme", (810, 75), GREY, ("skos:Concept", "skos:prefLabel", "skos:broader", "basis")),
    Box("Country", (60, 705), GREY, ("skos:Concept", "skos:prefLabel", "skos:notation")),
    Box(
        "Region",
        (150, 845),
        GREY,
        ("skos:Concept", "skos:prefLabel", "skos:notation", "skos:broader", "nutsLevel"),
    ),
)
ARROWS = (
    Arrow("Call", "Programme", ("programme",), (205, 62), ("hasCall",)),
    Arrow("Network", "Programme", ("programme",), (322, 203), ("hasNetwork",)),
    Arrow("Network", "Call", ("call", "statedCall"), (258, 230)),
    Arrow("Network", "Person", ("leadExpert",), (600, 112), ("leadExpertOf",)),
    Arrow("Network", "Theme", ("theme", "declaredTheme"), (680, 180)),
    Arrow("Partnership", "Network", ("network",), (290, 525), ("hasPartnership",)),
    Arrow("Plan", "Network", ("network",), (618, 535), ("hasPlan",)),
    Arrow("AnnouncedPlan", "Network", ("network",), (615, 665), ("hasAnnouncedPlan",)),
    Arrow("Recommendation", "Network", ("network",), (640, 300), ("hasRecommendation",)),
    Arrow("Recommendation", "Theme", ("theme",), (806, 190)),
    Arrow("Recommendation", "Document", ("document",), (840, 385), ("hasRecommendation",)),
    Arrow("Recommendation", "Recommendation", ("similarTo",), (772, 374), derived=True),
    Arrow("Partnership", "City", ("city",), (310, 670), ("hasPartnership",)),
    Arrow("Plan", "City", ("city",), (674, 720), ("hasPlan",)),
    Arrow("AnnouncedPlan", "City", ("city",), (593, 822), ("hasAnnouncedPlan",)),
    Arrow("Network", "City", ("partnerCity", "leadCity"), (470, 628), ("inNetwork",), derived=True),
    Arrow("City", "City", ("sharesNetworkWith",), (470, 928), derived=True),
    Arrow("City", "Country", ("country",), (205, 720)),
    Arrow("City", "Region", ("nuts3", "nuts3In2021"), (272, 812)),
    Arrow("Network", "Country", ("countryOfPartner",), (90, 520), derived=True),
    Arrow("Similarity", "Network", ("similarityOf", "similarityTo"), (622, 425), derived=True),
    Arrow("OfficialTotal", "Call", ("totalOf",), (66, 245)),
    Arrow("OfficialTotal", "Programme", ("totalOf",), (140, 262)),
    Arrow("QualityMeasurement", "Call", ("measuredOn",), (178, 238), derived=True),
)
TYPES: dict[Node, str] = {
    XSD.date: "date",
    XSD.gYearMonth: "date",
    XSD.gYear: "date",
    XSD.integer: "integer",
    XSD.string: "text",
    RDF.langString: "text@en",
    OWL.Class: "class",
    RDF.Property: "property",
    XSD.decimal: "decimal",
}
LEGEND = (
    ("→ stated in the data", INK),
    ("⇢ ⇠ derived when the graph is built", DERIVED),
)
LEGEND_PLACE = (790, 800)
# Every word of the picture that is no name of the ontology; the tests hold the picture to it.
PLAIN_WORDS = (
    frozenset({*TYPES.values(), *(box.name for box in CONCEPTS), "or", "subclasses"})
    | {word for text, _ in LEGEND for word in text.split()}
    | {*OTHERS}
)
# Where the pages of the site are that boxes without a term stand for.
PAGES = {"Theme": "theme.html", "Country": "countries"}


class Model:
    """The ontology, asked by local names."""

    def __init__(self, turtle: str) -> None:
        self.graph = Graph().parse(data=turtle, format="turtle")
        self.namespace = str(next(self.graph.subjects(RDF.type, OWL.Ontology))) + "#"
        # The file's order is made for readers; a graph has none.
        self.order = re.findall(r"^urb:(\w+)$", turtle, flags=re.MULTILINE)

    def term(self, name: str) -> URIRef:
        """Return the IRI of a name; raise KeyError where the ontology lacks it."""
        if name in OTHERS:
            return OTHERS[name]
        term = URIRef(self.namespace + name)
        if (term, RDFS.isDefinedBy, None) not in self.graph:
            raise KeyError(f"the ontology defines no urb:{name}")
        return term

    def names(self, terms: Iterable[Node]) -> list[str]:
        """Return the local names, in the order in which the ontology defines the terms."""
        return sorted({str(term).removeprefix(self.namespace) for term in terms}, key=self.rank)

    def rank(self, name: str) -> int:
        """Return the place of a name in the ontology's file."""
        return self.order.index(name)

    def subclasses(self, name: str) -> list[str]:
        """Return the names of the direct subclasses."""
        return self.names(self.graph.subjects(RDFS.subClassOf, self.term(name)))

    def plain_properties(self, name: str) -> list[tuple[str, str]]:
        """Return the properties listed in a class's box, each with what its values are."""
        domains = (RDFS.domain, SCHEMA.domainIncludes)
        found = [item for link in domains for item in self.graph.subjects(link, self.term(name))]
        rows = [(item, self.value_kind(self.term(item))) for item in self.names(found)]
        return [(item, kind) for item, kind in rows if kind]

    def value_kind(self, item: URIRef) -> str:
        """Say what values a property has; empty where its values are drawn as boxes."""
        values = {*self.graph.objects(item, RDFS.range)}
        values |= {*self.graph.objects(item, SCHEMA.rangeIncludes)}
        plain = {TYPES[value] for value in values if value in TYPES}
        closed = [value for value in values if (None, RDF.type, value) in self.graph]
        return " or ".join(sorted(plain)) or "".join(self.names(closed))


def cell(text: str, colour: str = INK, size: int = 11, *, wide: bool = False) -> str:
    """Return a left-aligned table cell of a box, over both columns where ``wide``."""
    span = ' COLSPAN="2"' if wide else ""
    # The spaces keep a reader's wider font inside the box.
    words = f'<FONT COLOR="{colour}" POINT-SIZE="{size}">&#160;{text}&#160;</FONT>'
    return f'<TD ALIGN="LEFT"{span}>{words}</TD>'


def table(title: str, colour: str, groups: list[list[tuple[str, str]]]) -> str:
    """Return the HTML-like label of a box: a coloured title and groups of rows under it."""
    rows = [
        f'<TR><TD COLSPAN="2" BGCOLOR="{colour}" CELLPADDING="5">'
        f'<FONT COLOR="white" POINT-SIZE="13"><B>{title}</B></FONT></TD></TR>'
    ]
    for group in groups:
        if group and len(rows) > 1:
            rows.append("<HR/>")
        for left, right in group:
            wide = cell(left, GREY if left == "subclasses" else INK, wide=True)
            pair = cell(left) + cell(right, GREY, 10) if right else wide
            rows.append(f"<TR>{pair}</TR>")
    # A loop from a class to itself leaves and enters at the two cells of the last row.
    rows[-1] = rows[-1].replace("<TD", '<TD PORT="left"', 1).replace("<TD A", '<TD PORT="right" A')
    body = "".join(rows)
    return (
        f'<<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1" COLOR="{colour}" '
        f'BGCOLOR="white">{body}</TABLE>>'
    )


def node(name: str, label: str, place: tuple[int, int]) -> str:
    """Return a node at its place; Graphviz counts upwards."""
    return f'"{name}" [label={label}, pos="{place[0]},{-place[1]}"];'


def box(model: Model, item: Box) -> str:
    """Return the node of a class: its properties, then its subclasses."""
    model.term(item.name)
    public = [(name, "") for name in item.public]
    groups = [public + model.plain_properties(item.name)]
    if subclasses := model.subclasses(item.name):
        groups.append([("subclasses", ""), *((name, "") for name in subclasses)])
    return node(item.name, table(item.name, item.colour, groups), item.place)


def concept(item: Box) -> str:
    """Return the node of a kind of skos:Concept, which is no class of the ontology."""
    rows = [(name, "") for name in item.public]
    return node(item.name, table(item.name, item.colour, [rows]), item.place)


def words(rows: list[tuple[str, str]], align: str) -> str:
    """Return a label of coloured lines of text on white."""
    lines = [
        f'<TR><TD ALIGN="{align}"><FONT COLOR="{colour}" POINT-SIZE="10.5">{text}</FONT></TD></TR>'
        for text, colour in rows
    ]
    return (
        '<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1" BGCOLOR="white">'
        f"{''.join(lines)}</TABLE>>"
    )


def arrow(model: Model, item: Arrow) -> list[str]:
    """Return an arrow as two edges with its words between; what is derived is dashed or ⇠."""
    for name in item.says + item.back:
        model.term(name)
    rows = [(name, DERIVED if item.derived else INK) for name in item.says]
    rows += [(f"⇠ {name}", DERIVED) for name in item.back]
    middle = f"{item.source} {item.says[0]} {item.target}"
    look = f'color="{DERIVED}", style=dashed' if item.derived else f'color="{LINE}"'
    first, last = f'"{item.source}"', f'"{item.target}"'
    if item.source == item.target:
        first, last = f"{first}:left:s", f"{last}:right:s"
    return [
        node(middle, words(rows, "CENTER"), item.place),
        f'{first} -> "{middle}" [dir=none, {look}];',
        f'"{middle}" -> {last} [{look}];',
    ]


def dot_source(model: Model) -> str:
    """Return the picture in the language of Graphviz."""
    lines = [
        "digraph model {",
        "graph [bgcolor=white, pad=0.12, splines=line];",
        f'node [shape=plain, fontname="{FONT}"];',
        "edge [arrowsize=0.7, penwidth=1.2];",
    ]
    lines += [box(model, item) for item in BOXES]
    lines += [concept(item) for item in CONCEPTS]
    lines += [line for item in ARROWS for line in arrow(model, item)]
    lines += [node("legend", words(list(LEGEND), "LEFT"), LEGEND_PLACE)]
    return "\n".join([*lines, "}"])


def draw(turtle: str) -> str:
    """Return the picture as SVG, the same bytes for the same Turtle and Graphviz."""
    source = dot_source(Model(turtle))
    command = ["dot", "-Kneato", "-n2", "-Tsvg"]
    done = subprocess.run(
        command,
        input=source,
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    # The comments name the version of Graphviz and would change without the picture changing.
    return re.sub(r"<!--.*?-->\n?", "", done.stdout, flags=re.DOTALL)


def linked(svg: str, model: Model) -> str:
    """Return the picture as an element of a page, with a link at each name of the ontology.

    The style sheet of the site gives it colours. The keyboard passes over the links, of which there
    are hundreds: the page has the same as a table.
    """
    pages = {name: f"ontology.html#{name}" for name in model.order} | PAGES

    def link(match: re.Match[str]) -> str:
        name = match[0]
        if name not in pages:
            return name
        return f'<a href="{{root}}{pages[name]}" tabindex="-1">{name}</a>'

    def text(match: re.Match[str]) -> str:
        return match[1] + re.sub(r"(?<![\w:])\w+(?![\w:])", link, match[2]) + match[3]

    body = svg[svg.index("<g ") :]
    body = re.sub(r"<title>.*?</title>\n| id=\"[^\"]*\"", "", body)
    # The ground is the page's.
    body = re.sub(r"<polygon [^>]*/>\n", "", body, count=1)
    body = re.sub(r"(<text [^>]*>)([^<]*)(</text>)", text, body)
    (size,) = re.findall(r'viewBox="[^"]*"', svg)
    head = f'<svg class="model" {size} role="group" aria-label="{TITLE}">'
    return f"{head}\n{body}"


if __name__ == "__main__":
    turtle = ONTOLOGY.read_text(encoding="utf-8")
    drawn = draw(turtle)
    PICTURE.write_text(drawn, encoding="utf-8")
    LINKED.write_text(linked(drawn, Model(turtle)), encoding="utf-8")

"""The kinds of things in the atlas, with their facts; paths are those of IRIs below the base."""

from collections import Counter
from dataclasses import dataclass, field

# How a plan is known: a source describes it, or says that every partner wrote one, or nobody has
# graded it yet, or it was only announced.
DESCRIBED = "described"
STATED = "stated"
NOT_GRADED = ""
ANNOUNCED = "announced"
# How each is called on pages and in lists.
EVIDENCE_LABELS = {
    DESCRIBED: "A source describes it",
    STATED: "Stated for all partners",
    NOT_GRADED: "Not graded yet",
    ANNOUNCED: "Only announced",
}


@dataclass(frozen=True, slots=True)
class Name:
    """One spelling of a name; ``language`` is empty where none is stated."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Network:
    """A network; ``start`` and ``end`` are as precise as stated, years are 0 where unknown.

    ``kind`` is the local name of its class, ``status`` is "open", "closed" or empty. ``partners``
    are paths of cities, the lead first; ``partner_count`` also counts partners that have no city.
    ``themes`` hold the declared ones too. ``countries`` are codes.
    """

    path: str
    name: str
    title: str = ""
    abstract: str = ""
    kind: str = ""
    kind_label: str = ""
    programme: str = ""
    start: str = ""
    end: str = ""
    start_year: int = 0
    end_year: int = 0
    status: str = ""
    themes: tuple[str, ...] = ()
    declared_themes: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    lead: str = ""
    partner_count: int = 0
    declared_partner_count: int = 0
    countries: tuple[str, ...] = ()
    call: str = ""
    call_is_stated: bool = False
    experts: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    announced_plans: tuple[str, ...] = ()
    recommendations: tuple[str, ...] = ()
    page: str = ""
    reviewed: str = ""

    @property
    def label(self) -> str:
        """Its name."""
        return self.name


@dataclass(frozen=True, slots=True)
class City:
    """A city; ``country`` is a code, ``population`` and the coordinates are None where unknown.

    ``names`` holds every spelling, ``local_name`` the one of the place itself. ``led`` are the
    networks that it leads. ``peers`` counts, by path, the networks that it shared with others.
    """

    path: str
    name: str
    local_name: str = ""
    names: tuple[Name, ...] = ()
    country: str = ""
    lat: float | None = None
    lon: float | None = None
    population: int | None = None
    networks: tuple[str, ...] = ()
    led: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    announced_plans: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    peers: Counter[str] = field(default_factory=Counter)

    @property
    def label(self) -> str:
        """Its name."""
        return self.name


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan, or one that was only announced; ``evidence`` says how it is known.

    ``themes`` are those of its network. ``language`` is the code of what it is written in, ``page``
    where it can be read, ``kind`` the local name of a class of plans.
    """

    path: str
    label: str
    title: str = ""
    abstract: str = ""
    kind: str = ""
    kind_label: str = ""
    evidence: str = NOT_GRADED
    network: str = ""
    city: str = ""
    country: str = ""
    issued: str = ""
    year: int = 0
    page: str = ""
    language: str = ""
    themes: tuple[str, ...] = ()
    reviewed: str = ""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A recommendation; ``addressees`` are local names of individuals, such as CitiesAddressee.

    ``programme`` is that of its network, empty where it has none.
    """

    path: str
    statement: str
    themes: tuple[str, ...] = ()
    addressees: tuple[str, ...] = ()
    addressee_labels: tuple[str, ...] = ()
    network: str = ""
    programme: str = ""
    document: str = ""
    theme_texts: tuple[str, ...] = ()
    reviewed: str = ""

    @property
    def label(self) -> str:
        """Its statement."""
        return self.statement


@dataclass(frozen=True, slots=True)
class Person:
    """A lead expert, with the networks that name the person."""

    path: str
    name: str
    other_names: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The person's name."""
        return self.name


@dataclass(frozen=True, slots=True)
class Call:
    """A call; its dates are as precise as stated, its numbers 0 where none is stated.

    ``kind`` is the local name of the class of networks that it was for, ``networks`` are those that
    came from it.
    """

    path: str
    title: str
    programme: str = ""
    kind: str = ""
    kind_label: str = ""
    opens: str = ""
    closes: str = ""
    approved: str = ""
    networks_approved: int = 0
    partners_approved: int = 0
    budget: str = ""
    note: str = ""
    networks: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Its title."""
        return self.title

    @property
    def year(self) -> int:
        """The first year that is known of it; 0 where none is."""
        dated = self.opens or self.closes or self.approved
        return int(dated[:4]) if dated else 0


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme; ``topic`` is the broader one, empty for a topic.

    What belongs to a theme below a topic does not belong to the topic itself, unless stated.
    """

    path: str
    name: str
    definition: str = ""
    topic: str = ""
    alt_labels: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    recommendations: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Its name."""
        return self.name


@dataclass(frozen=True, slots=True)
class Country:
    """A country with cities or partners; ``code`` is that of ISO 3166, ``iri`` the EU's.

    ``names`` holds those in all languages, the English one first.
    """

    code: str
    name: str
    iri: str
    names: tuple[Name, ...] = ()
    cities: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The path of its page, which is not that of its IRI."""
        return f"countries/{self.code.lower()}"

    @property
    def label(self) -> str:
        """Its name."""
        return self.name


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme; its years are 0 where unknown, ``budget`` and ``erdf`` are in euros, or None."""

    path: str
    name: str
    start: str = ""
    end: str = ""
    start_year: int = 0
    end_year: int = 0
    budget: int | None = None
    erdf: int | None = None
    networks: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Its name."""
        return self.name


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the glossary; ``source`` is the page that it was read from, if that is known."""

    path: str
    name: str
    definition: str = ""
    source: str = ""

    @property
    def label(self) -> str:
        """The term."""
        return self.name


@dataclass(frozen=True, slots=True)
class Document:
    """A document that recommendations were read in."""

    path: str
    title: str
    recommendations: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Its title."""
        return self.title


Thing = (
    Network
    | City
    | Plan
    | Recommendation
    | Person
    | Call
    | Theme
    | Country
    | Programme
    | Term
    | Document
)

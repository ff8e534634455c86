"""The one table of the graph's distributions: its dumps, their formats and file names."""

from dataclasses import dataclass, replace

from pyoxigraph import RdfFormat

NAME = "urbact-graph"
CHECKSUMS_NAME = "SHA256SUMS"
# Of everything that is published (LICENSE-DATA).
LICENCE = "https://creativecommons.org/licenses/by/4.0/"


@dataclass(frozen=True)
class Distribution:
    """A form in which the whole graph, or one table of it, can be downloaded.

    ``key`` names it among the others and in its IRI; ``part`` is the table it holds, empty where
    it holds the whole graph; ``extension`` is that of its file, ``file_type`` its name in the
    file-type authority table of the European Union. With ``gzip`` the file is compressed.
    """

    key: str
    title: str
    extension: str
    media_type: str
    file_type: str
    rdf_format: RdfFormat | None = None
    part: str = ""
    gzip: bool = False

    def file_name(self, version: str = "") -> str:
        """Return the name of its file in the release ``version``; without one, the stable name."""
        parts = (NAME, version, self.part)
        ending = f"{self.extension}.gz" if self.gzip else self.extension
        return f"{'-'.join(part for part in parts if part)}.{ending}"


def _words(name: str) -> str:
    return name.replace("-", " ").capitalize()


# The tables of the main classes; release/layouts.py has their columns.
TABLES = (
    *("networks", "partnerships", "cities", "plans", "announced-plans", "recommendations"),
    *("calls", "programmes", "people", "documents", "themes"),
)

_TABLES = tuple(
    Distribution(f"csv-{name}", f"{_words(name)} (CSV)", "csv", "text/csv", "CSV", part=name)
    for name in TABLES
)
_WHOLE = tuple(
    Distribution(key, title, form.file_extension, form.media_type, file_type, form)
    for key, title, file_type, form in (
        ("turtle", "Turtle", "RDF_TURTLE", RdfFormat.TURTLE),
        ("n-triples", "N-Triples", "RDF_N_TRIPLES", RdfFormat.N_TRIPLES),
        ("n-quads", "N-Quads", "RDF_N_QUADS", RdfFormat.N_QUADS),
        ("json-ld", "JSON-LD", "JSON_LD", RdfFormat.JSON_LD),
        ("rdf-xml", "RDF/XML", "RDF_XML", RdfFormat.RDF_XML),
    )
)
# The description of the tables (CSV on the Web), which is no distribution of the data.
TABLES_METADATA = "csv-metadata.json"

# Keys of the two files beside the distributions.
METADATA_KEY = "csv-metadata"
CHECKSUMS_KEY = "checksums"


@dataclass(frozen=True)
class DumpFile:
    """A file of the dumps; ``key`` is that of its distribution, or one of the two above."""

    key: str
    name: str
    bytes: int
    sha256: str


def _compressed(plain: Distribution) -> Distribution:
    return replace(plain, key=f"{plain.key}-gz", title=f"{plain.title}, compressed", gzip=True)


DISTRIBUTIONS: tuple[Distribution, ...] = tuple(
    form for plain in (*_WHOLE, *_TABLES) for form in (plain, _compressed(plain))
)


def tables_metadata_name(version: str = "") -> str:
    """Return the name of the description of the tables in the release ``version``."""
    return "-".join(part for part in (NAME, version, TABLES_METADATA) if part)


def table_file_name(part: str, version: str = "") -> str:
    """Return the name of the file of the table ``part`` in the release ``version``."""
    return next(form for form in _TABLES if form.part == part).file_name(version)

"""The dumps: each holds exactly the graph, in the same bytes each time, and is whole or absent."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import subprocess
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
import rdflib
from pyoxigraph import RdfFormat, parse

from tests.support.dumping import VERSION
from urbact_graph.description.distributions import DISTRIBUTIONS, Distribution, tables_metadata_name
from urbact_graph.errors import DatasetError
from urbact_graph.release.dumps import copy_dumps, write_dumps

if TYPE_CHECKING:
    from urbact_graph.dataset.building import Build

GRAPHS = [form for form in DISTRIBUTIONS if form.rdf_format and not form.gzip]
RDFLIB = {
    "turtle": "turtle",
    "n-triples": "nt",
    "n-quads": "nquads",
    "json-ld": "json-ld",
    "rdf-xml": "xml",
}
# Texts that some format has its own way to write.
HARD = """\
<https://x.example/a> <https://x.example/p> "a \\"quote\\", a \\\\, <b> & ]]> {c} 'd'" .
<https://x.example/a> <https://x.example/p> "line\\nfeed, carriage\\rreturn,\\ttab" .
<https://x.example/a> <https://x.example/p> " spaces  " .
<https://x.example/a> <https://x.example/p> "" .
<https://x.example/a> <https://x.example/p> "Wrocław 😀"@pl .
<https://x.example/a> <https://x.example/p> "48"^^<http://www.w3.org/2001/XMLSchema#integer> .
<https://x.example/a> <https://x.example/p> "1.50"^^<http://www.w3.org/2001/XMLSchema#decimal> .
<https://x.example/a> <https://x.example/p> "2006"^^<http://www.w3.org/2001/XMLSchema#gYear> .
<https://x.example/a> <https://x.example/p#q> <https://x.example/löbau?a=b&c=d> .
<https://x.example/a> <https://x.example/p1> "x"^^<https://x.example/own> .
"""


@pytest.fixture(scope="session")
def folder(demo_build: Build, base: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the dumps of the demo."""
    place = tmp_path_factory.mktemp("dumps") / "of" / "graph"
    write_dumps(demo_build.dataset, VERSION, base, place)
    return place


@pytest.fixture
def as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have rdflib keep literals as they are written."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    monkeypatch.setattr(rdflib.term, "_NORMALIZE", False, raising=False)


def lines(path: Path, form: RdfFormat) -> set[str]:
    return {f"{quad.triple} ." for quad in parse(path=str(path), format=form)}


def by_rdflib(path: Path, name: str) -> set[str]:
    """Return the triples that rdflib reads, written by pyoxigraph's rules."""
    with warnings.catch_warnings():
        # Its readers use what it has deprecated itself.
        warnings.simplefilter("ignore", DeprecationWarning)
        graph = rdflib.Dataset(default_union=True) if name == "nquads" else rdflib.Graph()
        graph.parse(data=path.read_bytes(), format=name)
        found = rdflib.Graph()
        for triple in graph.triples((None, None, None)):
            found.add(triple)
    # It writes the time of Greenwich in another way.
    text = found.serialize(format="nt").replace('+00:00"^^', 'Z"^^')
    return {f"{quad.triple} ." for quad in parse(text, format=RdfFormat.N_TRIPLES)}


def test_every_file_is_there_with_its_bytes_and_checksum(
    demo_build: Build, base: str, tmp_path: Path
) -> None:
    steps: list[tuple[str, int, int]] = []
    files = write_dumps(
        demo_build.dataset, VERSION, base, tmp_path / "dumps", lambda *step: steps.append(step)
    )
    assert [file.key for file in files] == [
        *(form.key for form in DISTRIBUTIONS),
        "csv-metadata",
        "checksums",
    ]
    assert [file.name for file in files] == [
        *(form.file_name(VERSION) for form in DISTRIBUTIONS),
        tables_metadata_name(VERSION),
        "SHA256SUMS",
    ]
    assert {path.name for path in (tmp_path / "dumps").iterdir()} == {file.name for file in files}
    for file in files:
        content = (tmp_path / "dumps" / file.name).read_bytes()
        assert (file.bytes, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        assert content, file.name
    assert list(tmp_path.iterdir()) == [tmp_path / "dumps"]
    done = [done for _, done, _ in steps]
    assert done == sorted(done)
    assert steps[-1][1:] == (len(files), len(files))


@pytest.mark.process
def test_sha256sum_agrees(folder: Path) -> None:
    check = subprocess.run(
        ["sha256sum", "--strict", "--check", "SHA256SUMS"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert check.returncode == 0, check.stderr
    checked = [line.removesuffix(": OK") for line in check.stdout.splitlines()]
    assert checked == sorted(p.name for p in folder.iterdir() if p.name != "SHA256SUMS")


@pytest.mark.exhaustive
def test_each_format_holds_exactly_the_real_graph(built: Build, base: str, tmp_path: Path) -> None:
    write_dumps(built.dataset, VERSION, base, tmp_path / "dumps")
    expected = set(built.dataset.read_text("utf-8").splitlines())
    for form in GRAPHS:
        path = tmp_path / "dumps" / form.file_name(VERSION)
        assert form.rdf_format is not None
        assert lines(path, form.rdf_format) == expected


@pytest.mark.parametrize("form", GRAPHS, ids=lambda form: form.key)
def test_each_format_holds_exactly_the_graph(
    form: Distribution, folder: Path, demo_build: Build
) -> None:
    expected = set(demo_build.dataset.read_text("utf-8").splitlines())
    assert len(expected) == demo_build.triples
    assert form.rdf_format is not None
    assert lines(folder / form.file_name(VERSION), form.rdf_format) == expected
    if form.key == "n-quads":
        # All triples are in the default graph.
        triples = folder / form.file_name(VERSION).replace(".nq", ".nt")
        assert (folder / form.file_name(VERSION)).read_bytes() == triples.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("key", RDFLIB)
def test_rdflib_reads_the_graph(folder: Path, demo_build: Build, key: str) -> None:
    (form,) = (form for form in GRAPHS if form.key == key)
    expected = set(demo_build.dataset.read_text("utf-8").splitlines())
    assert by_rdflib(folder / form.file_name(VERSION), RDFLIB[form.key]) == expected


def test_compressed_files_hold_the_same(folder: Path) -> None:
    for form in DISTRIBUTIONS:
        if form.gzip:
            packed = (folder / form.file_name(VERSION)).read_bytes()
            plain = (folder / form.file_name(VERSION).removesuffix(".gz")).read_bytes()
            assert gzip.decompress(packed) == plain
            assert len(packed) < len(plain)
            # No time and no name in the header (RFC 1952, section 2.3.1).
            assert packed[3:8] == bytes(5)


@pytest.mark.process
def test_equal_graphs_give_equal_bytes(demo_build: Build, base: str, folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path; "
        "from urbact_graph.release.dumps import write_dumps; "
        "write_dumps(Path(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4]))"
    )
    again = folder.with_name("again")
    # In another process, whose hashes are seeded otherwise.
    subprocess.run(
        [sys.executable, "-c", program, str(demo_build.dataset), VERSION, base, str(again)],
        check=True,
    )
    assert (again / "SHA256SUMS").read_bytes() == (folder / "SHA256SUMS").read_bytes()
    for path in folder.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name


def test_turtle_is_grouped_and_abbreviated(folder: Path, base: str) -> None:
    text = (folder / f"urbact-graph-{VERSION}.ttl").read_text("utf-8")
    assert f"@prefix urb: <{base}ontology#> ." in text
    subjects = [line.split(" ")[0] for line in text.splitlines() if line[:1] in "<abcdefg"]
    assert len(subjects) == len(set(subjects)) > 150
    # The type comes first.
    assert f"\n<{base}network/greenplace> a " in text
    head, _, body = text.partition("\n<")
    for prefix in re.findall("@prefix (.+?) ", head):
        assert re.search(rf"[\s^]{prefix}", body), prefix


def test_json_ld_needs_nothing_from_elsewhere(folder: Path) -> None:
    nodes = json.loads((folder / f"urbact-graph-{VERSION}.jsonld").read_bytes())
    assert isinstance(nodes, list)
    assert all("@context" not in node for node in nodes)
    assert len({node["@id"] for node in nodes}) == len(nodes)


def test_rdf_xml_is_well_formed(folder: Path) -> None:
    root = ElementTree.parse(folder / f"urbact-graph-{VERSION}.rdf").getroot()  # noqa: S314 - ours
    rdf = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
    assert root.tag == f"{rdf}RDF"
    assert all(f"{rdf}about" in node.attrib for node in root)


@pytest.mark.usefixtures("as_written")
@pytest.mark.parametrize("form", GRAPHS, ids=lambda form: form.key)
def test_every_text_survives(form: Distribution, base: str, tmp_path: Path) -> None:
    dataset = tmp_path / "hard.nt"
    dataset.write_text("".join(sorted(HARD.splitlines(keepends=True))), encoding="utf-8")
    write_dumps(dataset, "v", base, tmp_path / "dumps")
    path = tmp_path / "dumps" / form.file_name("v")
    assert form.rdf_format is not None
    expected = lines(dataset, RdfFormat.N_TRIPLES)
    assert len(expected) == HARD.count("\n")
    assert lines(path, form.rdf_format) == expected
    assert by_rdflib(path, RDFLIB[form.key]) == expected


def test_what_xml_cannot_represent_is_reported(base: str, tmp_path: Path) -> None:
    dataset = tmp_path / "bell.nt"
    dataset.write_text('<https://x.example/a> <https://x.example/p> "ding \\u0007" .\n')
    with pytest.raises(DatasetError, match=r"<https://x\.example/a> holds the character U\+0007"):
        write_dumps(dataset, "v", base, tmp_path / "dumps")
    assert not (tmp_path / "dumps").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "No such file"), ("<a> nonsense .\n", "is not N-Triples")],
)
def test_a_dataset_that_cannot_be_read_is_reported(
    content: str | None, words: str, base: str, tmp_path: Path
) -> None:
    dataset = tmp_path / "facts.nt"
    if content:
        dataset.write_text(content)
    with pytest.raises(DatasetError, match=words):
        write_dumps(dataset, "v", base, tmp_path / "deep" / "dumps")
    assert not (tmp_path / "deep").exists()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Write a dataset of one statement."""
    dataset = tmp_path / "small.nt"
    dataset.write_text("<https://x.example/a> <https://x.example/p> <https://x.example/b> .\n")
    return dataset


def test_names_have_the_version(small: Path, base: str, tmp_path: Path) -> None:
    names = [file.name for file in write_dumps(small, "0123456789ab", base, tmp_path / "dumps")]
    assert names[0] == "urbact-graph-0123456789ab.ttl"
    assert names[-2] == "urbact-graph-0123456789ab-csv-metadata.json"


def test_other_files_of_a_folder_are_kept(small: Path, base: str, tmp_path: Path) -> None:
    place = tmp_path / "dumps"
    place.mkdir()
    (place / "notes.txt").write_text("mine")
    (place / "SHA256SUMS").write_text("old")
    write_dumps(small, "one", base, place)
    files = write_dumps(small, "two", base, place)
    assert (place / "notes.txt").read_text() == "mine"
    assert (place / "urbact-graph-one.ttl").exists()
    listed = (place / "SHA256SUMS").read_text().splitlines()
    assert {line.split("  ")[1] for line in listed} == {file.name for file in files[:-1]}
    assert not [path for path in place.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("step", [1, 2, 10, len(DISTRIBUTIONS) + 2])
def test_the_checksums_are_never_those_of_files_to_come(
    small: Path, base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    place = tmp_path / "dumps"
    assert len(write_dumps(small, "v", base, place)) == len(DISTRIBUTIONS) + 2
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    small.write_text(small.read_text().replace("/b>", "/other>"))
    replaced: list[str] = []
    replace = Path.replace

    def failing(file: Path, target: Path) -> Path:
        replaced.append(file.name)
        if len(replaced) == step:
            raise OSError(28, "No space left on device")
        return replace(file, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(DatasetError, match="No space left"):
        write_dumps(small, "v", base, place)
    after = {path.name: path.read_bytes() for path in place.iterdir()}
    assert after.keys() == before.keys()
    assert after["SHA256SUMS"] == before["SHA256SUMS"]
    assert {name for name in after if after[name] != before[name]} <= set(replaced[:-1])


def test_a_folder_that_cannot_be_made_is_reported(small: Path, base: str) -> None:
    with pytest.raises(DatasetError, match=r"small.nt/dumps \(.*name another folder"):
        write_dumps(small, "v", base, small / "dumps")


@pytest.mark.process
@pytest.mark.parametrize("exists", [True, False])
def test_a_disk_that_is_full_leaves_nothing_behind(
    small: Path, base: str, tmp_path: Path, *, exists: bool
) -> None:
    # A limit on the size of files, which is met in the middle as a full disk is.
    program = (
        "import resource, signal, sys; from pathlib import Path; "
        "from urbact_graph.release.dumps import write_dumps; "
        "from urbact_graph.errors import DatasetError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000))\n"
        "try: write_dumps(Path(sys.argv[1]), 'v', sys.argv[2], Path(sys.argv[3]))\n"
        "except DatasetError as error: print(error)"
    )
    place = tmp_path / "place" / "dumps"
    place.parent.mkdir()
    if exists:
        place.mkdir()
        (place / "urbact-graph-v.ttl").write_text("as it was")
    ended = subprocess.run(
        [sys.executable, "-c", program, str(small), base, str(place)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "cannot be written" in ended.stdout
    assert "make room" in ended.stdout
    assert [path.name for path in place.parent.iterdir()] == (["dumps"] if exists else [])
    if exists:
        assert {path.name: path.read_text() for path in place.iterdir()} == {
            "urbact-graph-v.ttl": "as it was"
        }


def test_dumps_are_copied_whole_beside_other_files(small: Path, base: str, tmp_path: Path) -> None:
    files = write_dumps(small, "v", base, tmp_path / "release")
    (tmp_path / "release" / "notes.txt").write_text("no dump")
    place = tmp_path / "deep" / "copy"
    for _ in range(2):
        copy_dumps(tmp_path / "release", files, place)
        assert {path.name for path in place.iterdir()} == {file.name for file in files}
    (place / "mine.txt").write_text("mine")
    (place / files[0].name).write_text("old")
    copy_dumps(tmp_path / "release", files, place)
    assert (place / "mine.txt").read_text() == "mine"
    for file in files:
        content = (tmp_path / "release" / file.name).read_bytes()
        assert (place / file.name).read_bytes() == content


def test_a_copy_that_fails_leaves_nothing_behind(small: Path, base: str, tmp_path: Path) -> None:
    files = write_dumps(small, "v", base, tmp_path / "release")
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetError, match=r"cannot be written to .*file/dumps"):
        copy_dumps(tmp_path / "release", files, tmp_path / "file" / "dumps")
    (tmp_path / "release" / files[-1].name).unlink()
    place = tmp_path / "copy"
    place.mkdir()
    with pytest.raises(DatasetError, match="cannot be written"):
        copy_dumps(tmp_path / "release", files, place)
    assert list(place.iterdir()) == []


def test_the_documentation_lists_every_file() -> None:
    text = (Path(__file__).parents[2] / "docs" / "dumps.md").read_text("utf-8")
    listed = dict(re.findall(r"^\| `(\S+)` \| (\S+) \|", text, re.MULTILINE))
    expected = {form.file_name(): form.media_type for form in DISTRIBUTIONS if not form.gzip}
    expected |= {tables_metadata_name(): "application/csvm+json", "SHA256SUMS": "text/plain"}
    assert listed == expected

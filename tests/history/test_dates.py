"""When each entity's facts last changed, by the history of a working copy."""

from __future__ import annotations

import json
import os
import random
from typing import TYPE_CHECKING, TypeAlias

import pytest
from pyoxigraph import RdfFormat, parse

from tests.support.working_copies import BASE, BEGIN, WorkingCopy, copy, day, needs_git
from urbact_graph.history.dates import (
    RECORD_NAME,
    History,
    history_key,
    read_history,
    record,
)
from urbact_graph.rdf.resources import resource_of
from urbact_graph.sources import GraphSources

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

# What the files of a commit state, by entity.
Stated: TypeAlias = "dict[str, set[str]]"

__all__ = ["copy"]
pytestmark = needs_git


def dates(copy: WorkingCopy) -> dict[str, datetime]:
    """Return the dates by what follows the base."""
    found = read_history(copy.sources).entities
    return {entity.removeprefix(BASE): moment for entity, moment in found.items()}


def modified(copy: WorkingCopy) -> datetime | None:
    return read_history(copy.sources).modified


# Commits -------------------------------------------------------------------------------------


def test_an_entity_has_the_date_of_the_last_commit_that_changed_its_facts(
    copy: WorkingCopy,
) -> None:
    copy.commit(1, a='<a> :name "A" . <b> :name "B" .')
    copy.commit(2, a='<a> :name "A" . <b> :name "B", "Bee" .')
    copy.commit(3)
    assert dates(copy) == {"ontology": day(1), "a": day(1), "b": day(2)}
    assert modified(copy) == day(2)


def test_another_way_to_write_the_same_is_no_change(copy: WorkingCopy) -> None:
    copy.commit(1, a='<a> :name "A" ; :size 1 .')
    copy.commit(2, a=f'# Said otherwise.\n<{BASE}a> :size "1"^^<{XSD}integer> .\n<a> :name "A" .')
    assert dates(copy)["a"] == modified(copy) == day(1)


def test_what_is_as_it_was_once_has_changed_all_the_same(copy: WorkingCopy) -> None:
    for number, name in enumerate("ABA", start=1):
        copy.commit(number, a=f'<a> :name "{name}" .')
    assert dates(copy)["a"] == day(3)


def test_facts_that_move_to_another_file_keep_their_date(copy: WorkingCopy) -> None:
    copy.commit(1, a='<a> :name "A" ; :size 1 .')
    copy.commit(2, a='<a> :name "A" .', b="<a> :size 1 .")
    copy.commit(3, a=None, c='<a> :name "A" .')
    # What is said twice is still one fact.
    copy.commit(4, d='<a> :name "A" .')
    assert dates(copy)["a"] == modified(copy) == day(1)


def test_an_entity_of_two_files_changes_with_either(copy: WorkingCopy) -> None:
    copy.commit(1, a='<a> :name "A" . <b> :name "B" .', b="<a> :size 1 . <b> :size 1 .")
    copy.commit(2, a='<a> :name "Aa" . <b> :name "B" .')
    copy.commit(3, b="<a> :size 1 . <b> :size 2 .")
    assert dates(copy) == {"ontology": day(1), "a": day(2), "b": day(3)}


def test_what_has_a_fragment_belongs_to_its_entity(copy: WorkingCopy) -> None:
    copy.commit(1, a='<a> :name "A" . <a#part> :size 1 .')
    copy.commit(2, a='<a> :name "A" . <a#part> :size 2 .')
    copy.write("ontology/urbact.ttl", '<ontology> :name "Ontology" . <ontology#B> :name "B" .')
    copy.commit(3)
    assert dates(copy) == {"ontology": day(3), "a": day(2)}


def test_what_lies_elsewhere_is_no_entity_but_a_change(copy: WorkingCopy) -> None:
    copy.commit(1, a=':elsewhere :name "E" .')
    copy.commit(2, a=':elsewhere :name "F" .')
    assert dates(copy) == {"ontology": day(1)}
    assert modified(copy) == day(2)


def test_a_rule_and_what_was_taken_out_change_the_graph_alone(copy: WorkingCopy) -> None:
    copy.commit(1, a='<a> :name "A" .', b='<b> :name "B" .')
    copy.commit(2, b=None)
    assert (dates(copy), modified(copy)) == ({"ontology": day(1), "a": day(1)}, day(2))
    copy.write("ontology/rules/10-x.rq", "CONSTRUCT { ?s a ?o } WHERE { ?s a ?o }")
    copy.commit(3)
    assert (dates(copy), modified(copy)) == ({"ontology": day(1), "a": day(1)}, day(3))


def test_files_that_the_graph_is_not_made_of_do_not_count(copy: WorkingCopy) -> None:
    copy.commit(1, a='<a> :name "A" .')
    for name in ("data/notes.md", "ontology/rules/x.ttl", "ontology/old/y.ttl", "shapes/z.ttl"):
        copy.write(name, '<a> :name "Z" .')
    copy.commit(2)
    assert dates(copy) == {"ontology": day(1), "a": day(1)}
    assert modified(copy) == day(1)


def test_a_commit_that_cannot_be_parsed_is_passed_over(copy: WorkingCopy) -> None:
    copy.commit(1, a='<a> :name "A" . <b> :name "B" .')
    copy.commit(2, a="<a> :name ")
    copy.commit(3, a="<a> :name [] .")
    copy.commit(4, a='<a> :name "Aa" . <b> :name "B" .')
    # It was corrected on the fourth day; the other is as it was before.
    assert dates(copy) == {"ontology": day(1), "a": day(4), "b": day(1)}


def test_a_file_that_was_wrong_from_the_start_counts_once_it_is_right(copy: WorkingCopy) -> None:
    copy.commit(1, a="<a> :name ")
    copy.commit(2, a='<a> :name "A" .')
    copy.commit(3, b='<b> :name "B" .')
    assert dates(copy) == {"ontology": day(1), "a": day(2), "b": day(3)}


def test_what_was_done_on_a_branch_counts_when_it_is_merged(copy: WorkingCopy) -> None:
    copy.commit(1, a='<a> :name "A" .', b='<b> :name "B" .')
    copy.git("switch", "-q", "-c", "branch")
    copy.commit(2, a='<a> :name "Aa" .')
    copy.git("switch", "-q", "main")
    copy.commit(3, b='<b> :name "Bb" .')
    copy.git("merge", "-q", "--no-ff", "-m", "Merge", "branch", when=day(4))
    assert dates(copy) == {"ontology": day(1), "a": day(4), "b": day(3)}


def test_facts_that_came_with_a_merge_have_its_date(copy: WorkingCopy) -> None:
    (copy.root / "ontology" / "urbact.ttl").rename(copy.root / "kept")
    copy.git("commit", "-q", "--allow-empty", "-m", "Empty", when=day(1))
    copy.git("switch", "-q", "-c", "branch")
    (copy.root / "kept").rename(copy.root / "ontology" / "urbact.ttl")
    copy.commit(2, a='<a> :name "A" .')
    copy.git("switch", "-q", "main")
    copy.git("merge", "-q", "--no-ff", "-m", "Merge", "branch", when=day(3))
    assert dates(copy) == {"ontology": day(3), "a": day(3)}


def test_with_another_base_the_entities_lie_below_it(copy: WorkingCopy) -> None:
    copy.commit(1, a='<a> :name "A" .')
    base = "https://graph.example/x/"
    found = read_history(GraphSources(copy.root, base))
    assert set(found.entities) == {f"{base}a", f"{base}ontology"}


@pytest.mark.slow
def test_a_long_history_of_all_kinds_of_changes(copy: WorkingCopy) -> None:
    chance = random.Random(7)
    held: dict[str, set[str]] = {name: set() for name in "xyz"}
    stated: dict[str, Stated] = {}
    for number in range(1, 25):
        for _ in range(chance.randint(1, 4)):
            one, other = chance.sample("xyz", 2)
            fact = f"<{chance.choice('abcd')}> :size {chance.randint(1, 3)} ."
            if fact in held[one] and chance.random() < 0.5:
                held[other].add(fact)
            held[one] ^= {fact}
        copy.commit(number, **{name: "\n".join(sorted(facts)) for name, facts in held.items()})
        assert dates(copy) == slow_dates(copy, stated)


def slow_dates(copy: WorkingCopy, known: dict[str, Stated]) -> dict[str, datetime]:
    """Compute the dates from the start: an entity that differs from the day before has that day.

    ``known`` keeps what each commit states.
    """
    found: dict[str, datetime] = {}
    last: Stated = {}
    for number, commit in enumerate(copy.git("rev-list", "--reverse", "HEAD").split(), start=1):
        if commit not in known:
            known[commit] = stated_in(copy, commit)
        stated = known[commit]
        found |= {e: day(number) for e in stated if stated[e] != last.get(e)}
        last = stated
    return {entity: moment for entity, moment in found.items() if entity in last}


def stated_in(copy: WorkingCopy, commit: str) -> Stated:
    stated: Stated = {}
    for name in copy.git("ls-tree", "-r", "--name-only", commit).split():
        if not name.endswith(".ttl"):
            continue
        text = copy.git("show", f"{commit}:{name}")
        for quad in parse(text, format=RdfFormat.TURTLE):
            entity = str(quad.subject.value).removeprefix(BASE).partition("#")[0]
            stated.setdefault(entity, set()).add(str(quad))
    return stated


@pytest.mark.slow
@pytest.mark.graph
def test_the_real_history_dates_every_entity(sources: GraphSources) -> None:
    found = read_history(sources)
    if found.modified is None:
        pytest.skip("the history of these sources is not known")
    described = {
        resource_of(quad.subject.value, BASE)
        for path in (*sources.data_files(), *sources.ontology_files())
        for quad in parse(path=str(path), format=RdfFormat.TURTLE)
    }
    assert set(found.entities) == {entity for entity in described if entity.startswith(BASE)}
    assert max(found.entities.values()) <= found.modified


# What is not committed -----------------------------------------------------------------------


def test_what_is_not_committed_has_the_time_of_its_file(copy: WorkingCopy) -> None:
    copy.commit(1, a='<a> :name "A" . <b> :name "B" .')
    copy.write("data/a.ttl", '<a> :name "Aa" . <b> :name "B" .', day(5))
    copy.write("data/new.ttl", '<c> :name "C" .', day(6))
    assert dates(copy) == {"ontology": day(1), "a": day(5), "b": day(1), "c": day(6)}
    assert modified(copy) == day(6)


def test_a_file_that_was_only_touched_or_laid_out_is_no_change(copy: WorkingCopy) -> None:
    copy.commit(1, a='<a> :name "A" .')
    copy.write("data/a.ttl", '<a>\n  :name "A" .\n', day(5))
    assert dates(copy)["a"] == modified(copy) == day(1)


def test_a_file_taken_away_has_the_time_of_its_folder(copy: WorkingCopy) -> None:
    copy.commit(1, a='<a> :name "A" .', b="<a> :size 1 .")
    copy.write("data/b.ttl", None)
    os.utime(copy.root / "data", (day(7).timestamp(), day(7).timestamp()))
    assert dates(copy) == {"ontology": day(1), "a": day(7)}


def test_an_ignored_file_counts_as_it_is_built_too(copy: WorkingCopy) -> None:
    copy.commit(1)
    (copy.root / ".gitignore").write_text("data/\n")
    copy.write("data/a.ttl", '<a> :name "A" .', day(5))
    assert dates(copy) == {"ontology": day(1), "a": day(5)}


# Where it is not known -----------------------------------------------------------------------


def test_a_folder_below_the_repository_will_do(tmp_path: Path) -> None:
    copy = WorkingCopy(tmp_path / "larger", "parts/graph")
    copy.commit(1, a='<a> :name "A" .')
    (copy.place / "data").mkdir()
    (copy.place / "data" / "other.ttl").write_text("nothing of ours")
    copy.commit(2, b='<b> :name "B" .')
    copy.git("add", "--all", ":/")
    copy.commit(3)
    assert dates(copy) == {"ontology": day(1), "a": day(1), "b": day(2)}
    assert modified(copy) == day(2)


def test_in_the_repository_of_something_else_nothing_is_known(copy: WorkingCopy) -> None:
    (copy.root / "README").write_text("something else")
    copy.git("add", "README")
    copy.git("commit", "-q", "-m", "Begin")
    assert read_history(copy.sources) == History()
    assert history_key(copy.sources) == ""


def test_before_the_first_commit_nothing_is_known(copy: WorkingCopy) -> None:
    assert read_history(copy.sources) == History()


def test_without_a_repository_nothing_is_known(copy: WorkingCopy) -> None:
    copy.commit(1)
    (copy.root / ".git").rename(copy.root / "git")
    assert read_history(copy.sources) == History()
    assert history_key(copy.sources) == ""


def test_without_git_nothing_is_known(copy: WorkingCopy, monkeypatch: pytest.MonkeyPatch) -> None:
    copy.commit(1)
    monkeypatch.setenv("PATH", str(copy.root))
    assert read_history(copy.sources) == History()
    assert history_key(copy.sources) == ""


# Records -------------------------------------------------------------------------------------


@pytest.fixture
def recorded(copy: WorkingCopy) -> GraphSources:
    """Lay out sources without git, with the record of a history."""
    copy.commit(1, a='<a> :name "A" .')
    copy.commit(2, b='<b> :name "B" .')
    content = record(read_history(copy.sources), copy.sources)
    (copy.root / ".git").rename(copy.root / "git")
    (copy.root / RECORD_NAME).write_bytes(content)
    return copy.sources


def test_a_record_gives_the_history_back(recorded: GraphSources) -> None:
    expected = {f"{BASE}ontology": day(1), f"{BASE}a": day(1), f"{BASE}b": day(2)}
    assert read_history(recorded) == History(expected, day(2))
    base = "https://graph.example/x/"
    moved = read_history(GraphSources(recorded.root, base))
    assert moved.entities == {f"{base}{iri.removeprefix(BASE)}": d for iri, d in expected.items()}


def test_a_record_is_sorted_and_relative(recorded: GraphSources) -> None:
    content = (recorded.root / RECORD_NAME).read_bytes()
    said = json.loads(content)
    assert said["modified"] == "2024-03-03T12:00:00Z"
    assert list(said["entities"].items()) == [
        ("a", "2024-03-02T12:00:00Z"),
        ("b", "2024-03-03T12:00:00Z"),
        ("ontology", "2024-03-02T12:00:00Z"),
    ]
    assert record(read_history(recorded), recorded) == content


def test_a_record_of_other_sources_says_nothing(recorded: GraphSources) -> None:
    key = history_key(recorded)
    (recorded.data / "a.ttl").write_text("")
    assert read_history(recorded) == History()
    assert history_key(recorded) == key != ""


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"{}", b'{"sources": 1}'])
def test_a_damaged_record_says_nothing(recorded: GraphSources, content: bytes) -> None:
    (recorded.root / RECORD_NAME).write_bytes(content)
    assert read_history(recorded) == History()


def test_a_record_with_a_date_that_is_none_says_nothing(recorded: GraphSources) -> None:
    path = recorded.root / RECORD_NAME
    path.write_bytes(path.read_bytes().replace(b"2024-03-02T", b"soon"))
    assert read_history(recorded) == History()


def test_git_knows_better_than_a_record(copy: WorkingCopy) -> None:
    copy.commit(1, a='<a> :name "A" .')
    false = History({f"{BASE}a": BEGIN}, BEGIN)
    (copy.root / RECORD_NAME).write_bytes(record(false, copy.sources))
    assert dates(copy)["a"] == day(1)


def test_a_byte_order_mark_changes_no_facts(copy: WorkingCopy) -> None:
    copy.commit(1, a='<a> :name "A" .')
    path = copy.root / "data" / "a.ttl"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    copy.commit(2)
    assert dates(copy)["a"] == day(1)


# What the history depends on -----------------------------------------------------------------


def test_the_key_changes_with_the_history_alone(copy: WorkingCopy) -> None:
    copy.commit(1, a='<a> :name "A" .')
    first = history_key(copy.sources)
    (copy.root / "README").write_text("not of the graph")
    copy.commit(2)
    assert history_key(copy.sources) == first
    copy.write("data/a.ttl", '<a> :name "Aa" .', day(5))
    second = history_key(copy.sources)
    copy.write("data/a.ttl", '<a> :name "Aa" .', day(6))
    third = history_key(copy.sources)
    copy.commit(7)
    fourth = history_key(copy.sources)
    assert len({first, second, third, fourth}) == 4


XSD = "http://www.w3.org/2001/XMLSchema#"

"""Similar networks and recommendations: what counts, how much, and that it is always the same."""

import math
import random
from collections import Counter
from decimal import Decimal

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, Triple
from snowballstemmer.english_stemmer import EnglishStemmer

from urbact_graph.dataset.similarity import Similarity, most_similar, similarities
from urbact_graph.dataset.term_vectors import TermVectors
from urbact_graph.rdf.namespaces import DCT, RDF, RDFS, urb

NO_THEMES = dict.fromkeys("abcdefgh", frozenset[str]())


def linked(texts: dict[str, str], themes: dict[str, frozenset[str]]) -> set[tuple[str, str]]:
    return {(found.one, found.other) for found in most_similar(texts, themes)}


@pytest.mark.parametrize(
    ("one", "other", "is_similar"),
    [
        ("Cycling", "cycle lanes", True),
        ("A café", "the cafes", True),
        ("Zero-carbon housing", "low carbon", True),
        ("Food for the young", "Jobs for the old", False),
        ("Eight of the cities", "Eight of us", False),
        ("Land", "Port", False),
        ("", "", False),
        ("2024", "2024", False),
        # What all texts have does not tell them apart.
        ("Cities and rivers", "Cities and roofs", False),
    ],
)
def test_texts_are_similar_that_share_words_of_a_subject(
    *, one: str, other: str, is_similar: bool
) -> None:
    texts = {"a": one, "b": other, "c": "Cities: something else"}
    found = linked(texts, dict.fromkeys(texts, frozenset()))
    assert (("a", "b") in found) == (("b", "a") in found) == is_similar


def test_texts_count_three_times_as_much_as_themes() -> None:
    texts = {"a": "water", "b": "water", "c": "port", "d": "roof"}
    themes = {
        "a": frozenset({"x", "y"}),
        "b": frozenset[str](),
        "c": frozenset({"x", "z", "w"}),
        "d": frozenset[str](),
    }
    found = list(most_similar(texts, themes))
    assert found == [
        Similarity("a", "b", 0.75, 1),
        # One of four themes.
        Similarity("a", "c", 0.062, 2),
        Similarity("b", "a", 0.75, 1),
        Similarity("c", "a", 0.062, 1),
    ]


def test_what_is_equal_in_all_has_the_score_one() -> None:
    texts = {"a": "water fleas", "b": "Fleas; water", "c": "port"}
    themes = dict.fromkeys("ab", frozenset({"x"})) | {"c": frozenset[str]()}
    assert [found.score for found in most_similar(texts, themes)] == [1, 1]


def test_five_are_the_most_similar_and_equal_scores_go_by_key() -> None:
    texts = dict.fromkeys("hgfedcba", "water") | {"z": "port"}
    themes = dict.fromkeys(texts, frozenset[str]())
    found = [each for each in most_similar(texts, themes) if each.one == "b"]
    assert [(each.other, each.rank) for each in found] == list(
        zip("acdef", range(1, 6), strict=True)
    )


def test_few_things_are_similar_to_few() -> None:
    assert list(most_similar({}, {})) == []
    assert list(most_similar({"a": "water"}, {"a": frozenset({"x"})})) == []


def test_the_cosine_is_that_of_the_weights() -> None:
    vectors = TermVectors({"a": "fish fish roof", "b": "fish tree", "c": "lake"})
    fish, rare = math.log(3 / 2), math.log(3)
    a, b = {"fish": (1 + math.log(2)) * fish, "roof": rare}, {"fish": fish, "tree": rare}
    expected = a["fish"] * b["fish"] / math.hypot(*a.values()) / math.hypot(*b.values())
    assert vectors.cosines("a") == pytest.approx({"a": 1, "b": expected})


def test_the_order_in_which_things_come_changes_nothing() -> None:
    chance = random.Random(1)
    words = ["water", "port", "roof", "fish", "tree", "lake", "food", "work", "home", "road"]
    texts = {str(n): " ".join(chance.choices(words, k=12)) for n in range(60)}
    themes = {key: frozenset(chance.sample("uvwxyz", 2)) for key in texts}
    shuffled = dict(chance.sample(sorted(texts.items()), len(texts)))
    assert list(most_similar(shuffled, themes)) == list(most_similar(texts, themes))


@pytest.fixture(scope="module")
def stated(demo_store: Store, base: str) -> set[Triple]:
    return similarities(demo_store, base)


def test_a_similarity_says_of_what_to_what_it_is(
    stated: set[Triple], demo_store: Store, base: str
) -> None:
    terms = urb(base)
    one, other = (NamedNode(f"{base}network/{name}") for name in ("greenplace", "useact"))
    node = NamedNode(f"{base}similarity/network/greenplace/useact")
    found = {(t.predicate.value, t.object) for t in stated if t.subject == node}
    assert {(RDF.type, NamedNode(terms.Similarity)), (terms.similarityOf, one)} <= found
    assert {(terms.similarityTo, other)} <= found
    assert (RDFS.label, Literal("Similarity of “GreenPlace” to “USEAct”", language="en")) in found
    assert Triple(one, NamedNode(terms.similarTo), other) in stated
    sources = {
        quad.object
        for thing in (one, other)
        for quad in demo_store.quads_for_pattern(thing, NamedNode(DCT.source), None)
    }
    assert {value for name, value in found if name == DCT.source} == sources


def test_recommendations_are_similar_to_recommendations(stated: set[Triple], base: str) -> None:
    similar = NamedNode(urb(base).similarTo)
    pairs = {
        tuple(term.value.removeprefix(base).split("/")[0] for term in (t.subject, t.object))
        for t in stated
        if t.predicate == similar
        if isinstance(t.subject, NamedNode) and isinstance(t.object, NamedNode)
    }
    assert pairs == {("network", "network"), ("recommendation", "recommendation")}


def test_what_has_an_iri_of_another_form_is_left_out(base: str) -> None:
    terms = urb(base)
    iris = (f"{base}network/a", f"{base}b", "https://example.org/network/c")
    lines = (f"<{iri}> a <{terms.Network}> ; <{terms.theme}> <{base}theme/food> ." for iri in iris)
    store = Store()
    store.load("\n".join(lines), format=RdfFormat.TURTLE)
    assert similarities(store, base) == set()


def naive_scores(texts: dict[str, str], themes: dict[str, frozenset[str]], one: str) -> list[float]:
    """Compute the scores of ``one`` to all others, from all pairs, with other means."""
    stem = EnglishStemmer().stemWord
    bags = {key: Counter(map(stem, text.split())) for key, text in texts.items()}
    rarity = {
        term: math.log(len(bags) / sum(term in bag for bag in bags.values()))
        for bag in bags.values()
        for term in bag
    }
    weights = {
        key: {term: (1 + math.log(n)) * rarity[term] for term, n in bag.items()}
        for key, bag in bags.items()
    }
    scores = []
    for other in set(texts) - {one}:
        a, b = weights[one], weights[other]
        cosine = sum(a[term] * b.get(term, 0) for term in a) / (
            math.hypot(*a.values()) * math.hypot(*b.values())
        )
        union = themes[one] | themes[other]
        scores.append(0.75 * cosine + 0.25 * len(themes[one] & themes[other]) / len(union))
    return sorted(scores, reverse=True)


@pytest.mark.slow
def test_the_scores_are_those_of_all_pairs_compared_one_by_one() -> None:
    chance = random.Random(2)
    words = ("water", "port", "roof", "fish", "trees", "lakes", "food", "working", "homes", "rail")
    texts = {str(n): " ".join(chance.choices(words, k=9)) for n in range(40)}
    themes = {key: frozenset(chance.sample("uvwxyz", 2)) for key in texts}
    found = list(most_similar(texts, themes))
    for one in texts:
        scores = [each.score for each in found if each.one == one]
        assert scores == pytest.approx(naive_scores(texts, themes, one)[:5], abs=0.0006)


def test_scores_are_decimals_of_three_digits(stated: set[Triple], base: str) -> None:
    score = urb(base).score
    found = (t.object for t in stated if t.predicate.value == score)
    values = [Decimal(value.value) for value in found if isinstance(value, Literal)]
    assert values
    assert all(0 < value <= 1 and value == round(value, 3) for value in values)

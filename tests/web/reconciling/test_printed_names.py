"""What the answers are worth, measured on names as other sources print them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.web.reconciling.printed import measured, printed_names

if TYPE_CHECKING:
    from pyoxigraph import Store

    from tests.web.reconciling.conftest import Service

PRECISION, RECALL, SHARE = 0.99, 0.95, 0.75
NAMES = printed_names()


def test_the_list_is_long_and_has_every_name_once() -> None:
    asked = Counter((one.name, one.kind, one.country) for one in NAMES)
    assert len(asked) == len(NAMES) >= 300
    assert not [one for one, number in asked.items() if number > 1]


def test_what_the_list_expects_is_there(base: str, store: Store) -> None:
    known = {subject.subject for subject in store.quads_for_pattern(None, None, None)}
    iris = {str(subject).strip("<>") for subject in known}
    for one in NAMES:
        if one.expected and one.kind != "country":
            assert f"{base}{one.expected}" in iris, one


def test_matches_are_right_and_the_right_entity_is_first(service: Service) -> None:
    found = service.match({f"q{place}": one.query() for place, one in enumerate(NAMES)})
    worth = measured(NAMES, [found[f"q{place}"] for place in range(len(NAMES))])
    assert worth.precision >= PRECISION, worth.false_matches
    assert worth.recall >= RECALL, worth.missed
    assert worth.share >= SHARE

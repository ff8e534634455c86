"""What is looked for, read as a list: a kind, a theme, a country or a programme, in any order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from urbact_graph.spelling import folded
from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.lists.listings import LISTINGS
from urbact_graph.web.lists.selection import Selection
from urbact_graph.web.search.adjectives import ADJECTIVES
from urbact_graph.web.search.words import stems

# What people call the kinds that have lists.
_KINDS = {
    "network": "networks",
    "project": "networks",
    "city": "cities",
    "town": "cities",
    "plan": "plans",
    "strategy": "plans",
    "advice": "recommendations",
    "recommend": "recommendations",
    "recommendation": "recommendations",
    "advise": "recommendations",
    "lesson": "recommendations",
}
_STEMS_OF_KINDS = {stems(word)[0]: name for word, name in _KINDS.items()}
_ANY = "networks"
# Words of those who want to take part, which the home page explains.
_TAKING_PART = frozenset(
    stems("call open apply application join participate funding expert become member")
)


@dataclass(frozen=True)
class ChosenList:
    """A list that has what the words say: its title, its address, and how many things it has."""

    title: str
    address: str
    total: int


def lists_of(text: str, atlas: Atlas) -> Iterator[ChosenList]:
    """Yield the lists that all words of ``text`` choose, if there are at least two choices.

    A kind that is not named is that of networks, and that of plans.
    """
    phrases = _phrases(atlas)
    left, kinds, chosen = stems(text), list[str](), list[tuple[str, str]]()
    longest = max((len(words) for words in phrases), default=1)
    while left:
        for size in range(min(longest, len(left)), 0, -1):
            found = phrases.get(tuple(left[:size]))
            if found:
                chosen.append(found)
                left = left[size:]
                break
        else:
            if left[0] not in _STEMS_OF_KINDS:
                return
            kinds.append(_STEMS_OF_KINDS[left[0]])
            left = left[1:]
    if not chosen or len(chosen) + len(kinds) <= 1:
        return
    for name in dict.fromkeys(kinds) or (_ANY, "plans"):
        listing = LISTINGS[name]
        if not all(listing.facet(facet) for facet, _ in chosen):
            continue
        selection = Selection.of(listing, atlas, list(dict.fromkeys(chosen)))
        total = len(selection.things)
        if total:
            labels = ", ".join(label for _, label, _ in selection.active())
            yield ChosenList(f"{listing.title}: {labels}", selection.address(), total)


def asks_to_take_part(text: str) -> bool:
    """Tell whether most words of ``text`` that say something are about taking part."""
    words = set(stems(text))
    return bool(words) and len(words & _TAKING_PART) >= (len(words) + 1) // 2


def _phrases(atlas: Atlas) -> Mapping[tuple[str, ...], tuple[str, str]]:
    """Return the facet and the value that each phrase chooses, by the stems of its words."""
    found: dict[tuple[str, ...], tuple[str, str]] = {}

    def add(phrase: str, facet: str, value: str) -> None:
        words = tuple(stems(phrase))
        if words:
            found.setdefault(words, (facet, value))

    for code, country in atlas.countries.items():
        add(country.name, "country", code.lower())
        add(ADJECTIVES.get(code, ""), "country", code.lower())
    for path, theme in atlas.themes.items():
        for label in (theme.name, *theme.alt_labels):
            add(label, "theme", path.partition("/")[2])
    for path, programme in atlas.programmes.items():
        # The word "URBACT" alone says nothing here.
        number = tuple(folded(programme.name).split())
        found.setdefault(number[1:] or number, ("programme", path.partition("/")[2]))
    return found

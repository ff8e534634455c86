"""The pages that are designed for their kind: which things have one, and what stands on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import (
    Call,
    City,
    Document,
    Network,
    Person,
    Plan,
    Programme,
    Recommendation,
    Theme,
    Thing,
)
from urbact_graph.web.documents.document import HTML
from urbact_graph.web.pages.call import CallPage
from urbact_graph.web.pages.city import CityPage
from urbact_graph.web.pages.coverage import Coverage, Scope
from urbact_graph.web.pages.document import DocumentPage
from urbact_graph.web.pages.entity_page import NO_PAGES, EntityPage, Vocabulary
from urbact_graph.web.pages.network import NetworkPage
from urbact_graph.web.pages.person import PersonPage
from urbact_graph.web.pages.plan import PlanPage
from urbact_graph.web.pages.programme import ProgrammePage
from urbact_graph.web.pages.recommendation import RecommendationPage
from urbact_graph.web.pages.stated import Stated
from urbact_graph.web.pages.theme import ThemePage
from urbact_graph.web.snapshot import Snapshot

_MAKERS: dict[type[Thing], Callable[[Any, Atlas, Stated], object]] = {
    Call: CallPage.of,
    City: CityPage.of,
    Document: DocumentPage.of,
    Network: NetworkPage.of,
    Person: PersonPage.of,
    Plan: PlanPage.of,
    Programme: ProgrammePage.of,
    Recommendation: RecommendationPage.of,
    Theme: ThemePage.of,
}
# The kinds that sources print totals of.
_COUNTED = (Call, Programme)


@dataclass(frozen=True)
class KindPage:
    """A page designed for its kind: the ``thing``, what is gathered for it, and what is stated.

    ``scope`` has the official totals of a call or programme.
    """

    template: str
    thing: Thing
    gathered: object
    stated: Stated
    atlas: Atlas
    scope: Scope | None = None


def own_pages(snapshot: Snapshot) -> Mapping[str, str]:
    """Return the paths of our pages about resources of others, countries, by their IRIs.

    Raises:
        ProblemError: as the engine raises it.
    """
    if snapshot.settings.is_foreign:
        return NO_PAGES
    countries = snapshot.derive(Atlas.of).countries.values()
    return {country.iri: country.path for country in countries}


def kind_page(snapshot: Snapshot, page: EntityPage) -> KindPage | None:
    """Return the designed page of the entity that ``page`` is of, None if its kind has none.

    Raises:
        ProblemError: as the engine raises it.
    """
    if snapshot.settings.is_foreign or page.deprecation:
        return None
    atlas = snapshot.derive(Atlas.of)
    thing = atlas.get(page.entity.iri.value.removeprefix(snapshot.base))
    if thing is None or type(thing) not in _MAKERS:
        return None
    stated = Stated.of(page, snapshot.derive(Vocabulary.of))
    scope = None
    if isinstance(thing, _COUNTED):
        address = f"{page.entity.address}.{HTML}"
        scopes = snapshot.derive(Coverage.of).scopes
        scope = next((one for one in scopes if one.address == address), None)
    gathered = _MAKERS[type(thing)](thing, atlas, stated)
    return KindPage(
        f"kinds/{type(thing).__name__.lower()}.html", thing, gathered, stated, atlas, scope
    )

"""Each kind of page in a real browser: for people with other means, on wide and narrow screens."""

import pytest

from tests.browser.conftest import NARROW, WIDE, Watched, Window

pytestmark = [pytest.mark.browser, pytest.mark.process, pytest.mark.slow]

_QUERY = "SELECT%20%3Fs%20%3Fo%20%7B%3Fs%20a%20%3Fo%7D%20LIMIT%203"
PATHS = (
    "/",
    "/search",
    "/search?q=qqqqqq",
    "/search?q=Ikskile",
    "/networks",
    "/networks?programme=urbact-iv&status=not-stated&theme=food",
    "/cities",
    "/plans?link=yes",
    "/people",
    "/themes",
    "/countries",
    "/countries/pt",
    "/map?list=plans&country=pt",
    "/pictures/timeline",
    "/pictures/themes",
    "/pictures/countries",
    "/pictures/cooperation",
    "/network/greenplace.html",
    "/city/dk/copenhagen.html",
    "/theme/food.html",
    "/programme/urbact-iv.html",
    "/call/urbact-iv-transfer-networks-2025.html",
    "/plan/zero-carbon-cities/ro/bistrita/integrated-action-plan.html",
    "/plan/food-corridors/pt/coimbra/integrated-action-plan.html",
    "/recommendation/zero-carbon-cities/b8bb650f.html",
    "/person/yvan-corbat.html",
    "/document/fef0ac55.html",
    "/partnership/zero-carbon-cities/zadar.html",
    "/total/urbact-iv-transfer-networks-2025/partners.html",
    "/ontology.html",
    "/glossary.html",
    "/glossary/action-planning-network-apn.html",
    "/catalog",
    "/void",
    "/dataset.html",
    "/dumps/",
    "/shapes",
    "/validation",
    "/ldes",
    "/queries",
    "/queries?q=qqqq",
    "/queries?question=qqqq",
    "/queries?question=cities+near+Turin+since+2010%2C+sprockets",
    "/queries/peers-of-city?city=Danzig",
    "/queries/have-cities-met",
    "/queries/network-neighbourhood",
    "/queries/activity-by-year",
    "/tables",
    "/tables/cities",
    "/openapi",
    "/guide",
    "/guide/model",
    "/guide/city-officer",
    "/guide/endpoint",
    "/limits",
    "/conformance",
    "/sparql",
    f"/sparql?query={_QUERY}",
)
# Every page is looked at in a wide window, and one in three in a narrow one by slow tests.
_IN_WINDOWS = [pytest.param(path, WIDE, id=path) for path in PATHS] + [
    pytest.param(
        path, NARROW, id=f"{path}-narrow", marks=[pytest.mark.exhaustive] * (place % 3 > 0)
    )
    for place, path in enumerate(PATHS)
]


@pytest.mark.parametrize(("path", "window"), _IN_WINDOWS)
def test_nothing_bars_the_way_of_people_with_other_means(
    everything: Watched, path: str, window: Window
) -> None:
    everything.show(window)
    everything.go(path)
    look(everything)


def look(everything: Watched) -> None:
    """Look at the page that is open, and whether it fits into the narrowest window."""
    assert everything.barriers() == []
    everything.show((320, "dark"))
    assert everything.overflow == 0


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/queries/networks-of-city?city=Gdanks",
        "/queries/calls?day=x",
        "/networks?theme=nothing",
        "/sparql?query=SELECT",
    ],
)
def test_nor_do_pages_about_problems(everything: Watched, path: str) -> None:
    everything.go(path)
    look(everything)
    # The browser itself notes the status.
    assert [fault for fault in everything.faults if "the server responded with" not in fault] == []
    everything.faults.clear()

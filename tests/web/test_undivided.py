"""A page asks several questions: it is one of one dataset, though a reload comes in between."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from urbact_graph.engine.local import Engine
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app

from tests.support.engines import write_facts

VALUES = "SELECT DISTINCT ?o { ?s ?p ?o }"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine(Settings.load(max_running_queries=1), write_facts(tmp_path / "0.nt", "0")) as engine:
        yield engine


class Page:
    """Shows what it is answered before and after each of the first few ``reloads``."""

    def __init__(self, engine: Engine, folder: Path, reloads: int) -> None:
        self.app = create_app(engine.settings, engine)
        self.app.add_url_rule("/twice", view_func=self.show)
        self.engine, self.folder, self.reloads = engine, folder, reloads
        self.numbers = count(1)
        self.shown = 0

    def show(self) -> str:
        self.shown += 1
        before = self.value()
        if self.shown <= self.reloads:
            value = str(next(self.numbers))
            assert self.engine.reload(write_facts(self.folder / f"{value}.nt", value))
        return f"{before} {self.value()}"

    def value(self) -> str:
        ((term,),) = self.app.graph.rows(VALUES)
        assert term
        return term.value

    def get(self) -> str:
        return self.app.test_client().get("/twice").text


@pytest.mark.parametrize("reloads", [0, 1, 2])
def test_a_page_is_of_one_dataset(engine: Engine, tmp_path: Path, reloads: int) -> None:
    page = Page(engine, tmp_path, reloads)
    assert page.get() == f"{reloads} {reloads}"
    assert page.shown == reloads + 1


def test_it_does_not_wait_for_reloads_to_end(engine: Engine, tmp_path: Path) -> None:
    page = Page(engine, tmp_path, 10)
    assert page.get() == "2 3"
    assert page.shown == 3


def test_its_date_is_not_that_of_what_came_later(engine: Engine, tmp_path: Path) -> None:
    page = Page(engine, tmp_path, 10)
    response = page.app.test_client().get("/twice")
    assert response.last_modified
    assert response.last_modified < page.app.graph.modified

"""Fixtures that all tests share: the real graph and the small demo, each built once."""

import gc
import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store, Triple, parse, serialize
from xdist.remote import Producer

from tests.support.descriptions import extended, real_description
from tests.support.engine_servers import CHOSEN, SERVERS
from tests.support.marking import (
    is_wanted,
    mark,
    skip_what_needs_the_embedded_engine,
    watch,
    with_long_files_first,
)

# Refuses connections off this machine from its import on.
from tests.support.offline import sitecustomize
from tests.support.properties import load_profile
from tests.support.releases import released, shared_folder, validated
from tests.support.scheduling import Scheduling
from tests.support.servers import Server, serving, variables
from urbact_graph.dataset.building import Build, build
from urbact_graph.files import LOCK_NAME, alone
from urbact_graph.release.release import Release, current_release
from urbact_graph.settings import Settings
from urbact_graph.sources import GraphSources
from urbact_graph.validation.report import Report

ROOT = Path(__file__).parents[1]
DEMO_DATA = ROOT / "tests" / "demo" / "data"
OFFLINE = Path(sitecustomize.__file__).parent
load_profile()
# Until all tests are collected: nearly all that this makes stays until the end.
gc.disable()


def loaded(dataset: Path) -> Store:
    """Load a file of N-Triples into a store."""
    store = Store()
    store.load(path=str(dataset), format=RdfFormat.N_TRIPLES)
    return store


@pytest.fixture(scope="session")
def sources() -> GraphSources:
    """Find the repository's own sources."""
    return GraphSources(ROOT)


@pytest.fixture(scope="session")
def base() -> str:
    """Return the base of the graph's IRIs."""
    return Settings().base_iri


@pytest.fixture(scope="session")
def built(sources: GraphSources, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Build the real graph, once for all processes of the session."""
    folder = shared_folder(tmp_path_factory) / "build"
    with alone(folder):
        return build(sources, folder)


@pytest.fixture(scope="session")
def store(built: Build) -> Store:
    """Load the real graph into a pyoxigraph store, to be read only."""
    return loaded(built.dataset)


@pytest.fixture(scope="session")
def report(built: Build, sources: GraphSources) -> Report:
    """Validate the real graph, once for all processes of the session."""
    with alone(built.dataset.parent):
        return validated(built, sources)


@pytest.fixture(scope="session")
def release(built: Build, sources: GraphSources) -> Release:
    """Make the release of the real graph, beside it, once for all processes of the session."""
    with alone(built.dataset.parent):
        return released(built, sources)


@pytest.fixture(scope="session")
def described(built: Build, store: Store, base: str) -> list[Triple]:
    """Describe the real graph, once for all processes of the session."""
    folder = built.dataset.parent.with_name("description")
    kept = folder / "description.nt"
    with alone(folder):
        if not kept.exists():
            serialize(real_description(store, base), str(kept), RdfFormat.N_TRIPLES)
    return [quad.triple for quad in parse(path=str(kept), format=RdfFormat.N_TRIPLES)]


@pytest.fixture(scope="session")
def whole(store: Store, described: list[Triple]) -> Store:
    """Put the real graph and its description together."""
    return extended(store, described)


@pytest.fixture(scope="session")
def demo_sources(tmp_path_factory: pytest.TempPathFactory) -> GraphSources:
    """Lay out the sources of the demo, with its own data and all else the repository's."""
    root = tmp_path_factory.mktemp("demo")
    shutil.copytree(DEMO_DATA, root / "data")
    for name in ("ontology", "queries", "shapes"):
        shutil.copytree(ROOT / name, root / name)
    return GraphSources(root)


def copied(folder: Path, copy: Path) -> None:
    """Copy a build folder, on which the caller holds the lock."""
    locks = shutil.ignore_patterns(LOCK_NAME)
    shutil.copytree(folder, copy, symlinks=True, ignore=locks, dirs_exist_ok=True)


@pytest.fixture(scope="session")
def demo_origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder where the demo is made, once for all processes, each of which copies it."""
    return shared_folder(tmp_path_factory) / "demo-build"


@pytest.fixture(scope="session")
def demo_build(demo_sources: GraphSources, demo_origin: Path) -> Build:
    """Build the demo in the folder beside its sources."""
    folder = demo_sources.root / "build"
    with alone(demo_origin):
        build(demo_sources, demo_origin)
        copied(demo_origin, folder)
    return build(demo_sources, folder)


@pytest.fixture(scope="session")
def demo_dataset(demo_build: Build) -> Path:
    """Return the demo as a file of N-Triples."""
    return demo_build.dataset


@pytest.fixture(scope="session")
def demo_store(demo_dataset: Path) -> Store:
    """Load the demo into a pyoxigraph store, to be read only."""
    return loaded(demo_dataset)


@pytest.fixture(scope="session")
def demo_release(demo_build: Build, demo_sources: GraphSources, demo_origin: Path) -> Release:
    """Validate the demo and make its release."""
    folder = demo_build.dataset.parent
    # Where another process had made it already, it was copied with the build.
    if current_release(folder) is None:
        with alone(demo_origin):
            released(build(demo_sources, demo_origin), demo_sources)
            copied(demo_origin, folder)
    with alone(folder):
        return released(demo_build, demo_sources)


@pytest.fixture(scope="session")
def demo_server(
    demo_release: Release,
    demo_sources: GraphSources,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    """Serve the release of the demo, to tests that only read."""
    assert demo_release.folder.is_dir()
    folder, options = tmp_path_factory.mktemp("server"), ("--sources", str(demo_sources.root))
    # Some tests reach it through nginx.
    settings = variables(trusted_proxies="127.0.0.1")
    with serving(folder, *options, settings=settings) as server:
        yield server


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the tests of the server and of the web ask the engine of another, by its name."""
    parser.addoption("--engine", default="", choices=["", *SERVERS], help="SPARQL server to ask")


def pytest_configure(config: pytest.Config) -> None:
    """Note which engine is asked."""
    CHOSEN.name = config.option.engine


def pytest_xdist_auto_num_workers() -> int:
    """Run a process for each core: one more would collect and import everything once more."""
    return len(os.sched_getaffinity(0))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """Have the tests that share servers run by one process."""
    return Scheduling(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests, leave out the long ones unless ``-m`` names them, and order the rest."""
    mark(items)
    if config.option.engine:
        skip_what_needs_the_embedded_engine(items)
    # An option in addopts would be replaced by any other -m.
    long = [item for item in items if not is_wanted(item, config.option.markexpr)]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if is_wanted(item, config.option.markexpr)]
    items[:] = with_long_files_first(items)


def pytest_collection_finish() -> None:
    """Let the garbage collector leave out what was collected: it stays until the end."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Refuse that a test starts a process without being marked as one that does."""
    watch(item)
    try:
        return (yield)
    finally:
        watch(None)


@pytest.fixture(scope="session", autouse=True)
def _this_machine_only() -> Iterator[None]:
    """Refuse connections off this machine to the processes that tests start, too."""
    paths = [str(OFFLINE), *filter(None, [os.environ.get("PYTHONPATH")])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(paths))
        yield

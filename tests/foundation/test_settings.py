"""The table of settings: defaults, where a value comes from, and the error for a bad one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.support.tables import for_each
from urbact_graph.errors import UrbactGraphError
from urbact_graph.settings import ENVIRONMENT_PREFIX, Settings

DEFAULTS = {
    "base_iri": "https://w3id.org/urbact-graph/",
    "sources": None,
    "build_folder": None,
    "dataset": None,
    "host": "127.0.0.1",
    "port": 8000,
    "public_url": None,
    "query_timeout_seconds": 10.0,
    "max_result_bytes": 64_000_000,
    "max_query_bytes": 64_000,
    "max_nesting_depth": 100,
    "max_query_memory_bytes": 1_000_000_000,
    "max_running_queries": len(os.sched_getaffinity(0)),
    "max_waiting_queries": 16,
}
BAD = [
    ("port", "eight"),
    ("port", 65_536),
    ("port", -1),
    ("query_timeout_seconds", 0),
    ("max_result_bytes", 0),
    ("max_query_bytes", -5),
    ("max_nesting_depth", 0),
    ("max_query_memory_bytes", 1.5),
    ("max_running_queries", 0),
    ("max_waiting_queries", -1),
    ("base_iri", "https://example.org/graph"),
    ("base_iri", "https://example.org/graph#"),
    ("base_iri", "urn:graph/"),
    ("base_iri", "https://example.org/a b/"),
    ("base_iri", "https://example.org/a>/"),
    ("base_iri", "https://example.org/\n"),
    ("public_url", "example.org"),
    ("public_url", "https://example.org/?a"),
]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the settings of whoever runs the tests out of the environment."""
    for name in os.environ:
        if name.upper().startswith(ENVIRONMENT_PREFIX):
            monkeypatch.delenv(name)


def test_the_defaults_are_those_documented() -> None:
    found = Settings().model_dump()
    assert {name: found[name] for name in DEFAULTS} == DEFAULTS


def test_a_setting_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("URBACT_GRAPH_PORT", "9000")
    monkeypatch.setenv("URBACT_GRAPH_QUERY_TIMEOUT_SECONDS", "2.5")
    monkeypatch.setenv("URBACT_GRAPH_SOURCES", "/graph")
    found = Settings.load()
    assert (found.port, found.query_timeout_seconds, found.sources) == (9000, 2.5, Path("/graph"))


def test_what_is_given_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("URBACT_GRAPH_PORT", "9000")
    assert Settings.load(port=9001).port == 9001
    assert Settings.load(port=None).port == 9000


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("URBACT_GRAPH_PORT", "")
    assert Settings.load().port == 8000


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().__setattr__("port", 1)


def test_a_setting_that_is_none_is_refused() -> None:
    with pytest.raises(UrbactGraphError, match="no setting 'prot'; did you mean port"):
        Settings.load(prot=1)


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_is_an_error_of_one_sentence(name: str, value: object) -> None:
    with pytest.raises(UrbactGraphError) as caught:
        Settings.load(**{name: value})
    message = str(caught.value)
    assert message.startswith(f"The setting {name} cannot be {value!r}: ")
    assert message.endswith(f"Correct the option or the variable URBACT_GRAPH_{name.upper()}.")
    assert "\n" not in message


def test_a_bad_variable_is_an_error_of_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("URBACT_GRAPH_PORT", "eight")
    with pytest.raises(UrbactGraphError, match="The setting port cannot be 'eight'"):
        Settings.load()


@for_each("name", list(Settings.model_fields))
def test_each_setting_says_what_it_means_and_in_which_unit(name: str) -> None:
    field = Settings.model_fields[name]
    assert field.description
    extra = field.json_schema_extra
    unit = extra.get("unit") if isinstance(extra, dict) else None
    ending = name.rsplit("_", 1)[-1]
    assert unit == {"seconds": "s", "bytes": "bytes"}.get(ending), name

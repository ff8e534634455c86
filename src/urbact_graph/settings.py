"""The one table of settings: each with its default, unit and meaning.

A setting is taken from the command line, else from the environment (``URBACT_GRAPH_`` and the name
in capitals), else from its default. Nothing else in the package reads the environment.
"""

import difflib
import os
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field, IPvAnyNetwork, SecretStr, ValidationError
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from urbact_graph.errors import UrbactGraphError

ENVIRONMENT_PREFIX = "URBACT_GRAPH_"

# The base that the files of ontology/, data/, shapes/ and queries/ are written with. With another
# base_iri they are read as if they were written with that one.
WRITTEN_BASE = "https://w3id.org/urbact-graph/"

# What checks a graph: the package `shacl`, pySHACL, or the first if it is installed.
Validator = Literal["auto", "fast", "pyshacl"]

# A character of an IRI before its query and fragment.
_PATH = r"[^\s<>\"{}|\\^`#?]"


# So many queries run at the same time on each engine, which has its own cores.
_QUERIES_PER_ENGINE = 8


def _slots(data: dict[str, Any]) -> int:
    """Return how many queries may run, by the engines that there are among the settings."""
    return _QUERIES_PER_ENGINE * len(data["engine"]) if data.get("engine") else _cores()


def _cores() -> int:
    """Return the cores that this process may use, where the system says it, else all of them."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _limit(default: Any, description: str, unit: str = "", **bounds: Any) -> Any:
    """Describe a setting that limits what clients may do; ``unit`` is the unit of its value."""
    extra: dict[str, Any] = {"limit": True, "unit": unit} if unit else {"limit": True}
    return Field(default, description=description, json_schema_extra=extra, **bounds)


def _split(value: object) -> object:
    """Split a text of several values, such as an environment variable has."""
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


class Limit(NamedTuple):
    """A row of the table of limits; None as its value means that there is no such limit."""

    name: str
    value: float | None
    unit: str
    meaning: str


class Settings(BaseSettings):
    """All settings; immutable."""

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX, frozen=True, extra="forbid", env_ignore_empty=True
    )

    base_iri: str = Field(
        WRITTEN_BASE, description="base of the graph's IRIs", pattern=rf"^https?://{_PATH}+/$"
    )
    sources: Path | None = Field(
        None, description="folder that holds data/, ontology/, shapes/ and queries/"
    )
    build_folder: Path | None = Field(
        None, description="folder in which the built dataset and its releases stand"
    )
    validator: Validator = Field(
        "auto",
        description="what checks the graph: fast (extra `fast`), pyshacl, or auto, which is fast "
        "where it is installed; the report is the same",
    )
    dataset: Path | None = Field(
        None,
        description="RDF file to serve, query or publish instead of the graph (.nq, .trig, .ttl, "
        ".nt, …)",
    )
    engine: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = Field(
        (),
        description="address of a SPARQL service that evaluates the queries instead of this "
        "machine; several are replicas of each other, separated by commas",
    )
    engine_authorization: SecretStr | None = Field(
        None,
        description="header Authorization that the engine wants, such as `Bearer …`; never an "
        "option, as others can see those",
        exclude=True,
    )
    foreign: bool = Field(
        default=False,
        description="the engine holds another dataset than the graph, of which nothing is built",
    )
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    public_url: str | None = Field(
        None,
        description="address at which users reach this instance, if it is not the one listened on",
        pattern=rf"^https?://{_PATH}+$",
    )
    query_timeout_seconds: float = _limit(10.0, "longest time that a query may run", "s", gt=0)
    max_result_bytes: int = _limit(64_000_000, "largest answer to a query", "bytes", gt=0)
    max_query_bytes: int = _limit(64_000, "longest query", "bytes", gt=0)
    max_nesting_depth: int = _limit(
        100, "deepest nesting of brackets, and longest run of prefix operators, in a query", gt=0
    )
    max_query_memory_bytes: int = _limit(
        1_000_000_000, "memory that a query may use beyond the dataset", "bytes", gt=0
    )
    max_running_queries: int = _limit(
        PydanticUndefined,
        "queries that run at the same time; by default one per core, or eight per --engine",
        gt=0,
        default_factory=_slots,
    )
    max_waiting_queries: int = _limit(
        16, "queries that wait for a free slot, or are suspended; one more gets 503", ge=0
    )
    client_quota_seconds: float | None = _limit(
        None,
        "engine time per minute that a client may use, beyond it 429; by default not limited",
        "s",
        gt=0,
    )
    request_timeout_seconds: int = _limit(
        10, "longest time that a client may take to send a request", "s", gt=0
    )
    send_timeout_seconds: int = _limit(
        30, "longest time that a client may receive nothing of its answer", "s", gt=0
    )
    max_send_buffer_bytes: int = _limit(
        500_000_000,
        "send buffer: total size of the answers being sent; one more gets 503",
        "bytes",
        gt=0,
    )
    max_connections: int = _limit(
        5_000, "connections served at the same time; further ones wait", gt=0
    )
    max_cache_bytes: int = _limit(
        128_000_000, "total size of the answers in the response cache", "bytes", ge=0
    )
    max_reconciliation_batch: int = _limit(
        500, "names, or entities, in a request to /reconcile", gt=0
    )
    allow_unknown_graphs: bool = Field(
        default=False,
        description="take a graph that the dataset has not for an empty one, instead of refusing "
        "the query that names it",
    )
    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode, BeforeValidator(_split)] = (
        Field(
            (),
            description="addresses or networks of the proxies whose X-Forwarded headers are "
            "trusted, separated by commas",
        )
    )
    access_log: bool = Field(
        default=True, description="write one line of JSON per request to standard output"
    )
    log_queries: bool = Field(default=False, description="include the queries in the access log")
    publish_user: str | None = Field(
        None, description="user as whom `publish` writes into a store (Basic or Digest)"
    )
    publish_password: SecretStr | None = Field(None, description="password of that user")
    publish_token: SecretStr | None = Field(
        None, description="token with which `publish` writes into a store (Bearer)"
    )
    publish_authentication: Literal["none", "basic", "digest", "bearer"] | None = Field(
        None,
        description="kind of authentication that `publish` uses: none, basic, digest or bearer; by "
        "default what the store asks for, of that for which there are credentials",
    )

    @property
    def is_foreign(self) -> bool:
        """Whether another dataset than the graph is served."""
        return self.dataset is not None or self.foreign

    @property
    def dataset_name(self) -> str:
        """What another dataset than the graph is called; empty where the graph is served."""
        if self.dataset is not None:
            return self.dataset.name
        return "The data of a SPARQL service" if self.foreign else ""

    @property
    def address(self) -> str:
        """The address at which this instance is reached, without a final slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def limits(self) -> list["Limit"]:
        """The settings that limit what a client may do, in the order of the table."""
        rows = []
        for name, field in type(self).model_fields.items():
            extra = field.json_schema_extra
            if isinstance(extra, dict) and "limit" in extra:
                unit, meaning = str(extra.get("unit", "")), field.description or ""
                rows.append(Limit(name, getattr(self, name), unit, meaning))
        return rows

    @classmethod
    def load(cls, **given: Any) -> "Settings":
        """Make the settings from ``given`` (those not None), the environment and the defaults.

        Raises:
            UrbactGraphError: a value does not fit its setting.
        """
        _refuse_unknown_variables(cls)
        try:
            return cls(**{name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            detail = error.errors()[0]
            name = str(detail["loc"][0])
            if detail["type"] == "extra_forbidden":
                raise UrbactGraphError(_no_setting(name, list(cls.model_fields))) from None
            remedy = _REMEDIES.get(detail["type"]) or detail["msg"].replace(
                "Input should", "it must"
            )
            raise UrbactGraphError(
                f"The setting {name} cannot be {detail['input']!r}: {remedy}. Correct the option "
                f"or the variable {ENVIRONMENT_PREFIX}{name.upper()}."
            ) from None


_REMEDIES = {
    "literal_error": "it must be none, basic, digest or bearer",
    "string_pattern_mismatch": "it must be a web address, such as https://example.org/",
    "int_from_float": "it must be a whole number",
    "int_parsing": "it must be a whole number",
    "float_parsing": "it must be a number",
}


def _no_setting(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"the settings are {', '.join(known)}."
    return f"There is no setting {name!r}; {hint}"


def _refuse_unknown_variables(settings: type[BaseSettings]) -> None:
    known = [f"{ENVIRONMENT_PREFIX}{name.upper()}" for name in settings.model_fields]
    for variable in os.environ:
        if variable.startswith(ENVIRONMENT_PREFIX) and variable not in known:
            close = difflib.get_close_matches(variable, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"the settings are {', '.join(known)}."
            raise UrbactGraphError(f"The environment variable {variable} is not a setting; {hint}")

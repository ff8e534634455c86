"""The one table of settings: each with its default, unit and meaning.

A setting is taken from the command line, else from the environment (``URBACT_GRAPH_`` and the name
in capitals), else from its default. Nothing else in the package reads the environment.
"""

import difflib
import os
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field, IPvAnyNetwork, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from urbact_graph.errors import UrbactGraphError

ENVIRONMENT_PREFIX = "URBACT_GRAPH_"

# The base that the files of ontology/, data/, shapes/ and queries/ are written with. With another
# base_iri they are read as if they were written with that one.
WRITTEN_BASE = "https://w3id.org/urbact-graph/"

# A character of an IRI before its query and fragment.
_PATH = r"[^\s<>\"{}|\\^`#?]"


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _limit(description: str, unit: str = "", **bounds: Any) -> Any:
    """Describe a setting that limits what clients may do; ``unit`` is the unit of its value."""
    extra: dict[str, Any] = {"limit": True, "unit": unit} if unit else {"limit": True}
    return Field(description=description, json_schema_extra=extra, **bounds)


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

    base_iri: Annotated[
        str, Field(description="base of the graph's IRIs", pattern=rf"^https?://{_PATH}+/$")
    ] = WRITTEN_BASE
    sources: Annotated[
        Path | None,
        Field(description="folder that holds data/, ontology/, shapes/ and queries/"),
    ] = None
    build_folder: Annotated[
        Path | None, Field(description="folder in which the built dataset and its releases stand")
    ] = None
    dataset: Annotated[
        Path | None,
        Field(description="RDF file to serve instead of the graph (.nq, .trig, .ttl, .nt, …)"),
    ] = None
    host: Annotated[str, Field(description="address to listen on")] = "127.0.0.1"
    port: Annotated[
        int, Field(ge=0, le=65535, description="port to listen on; 0 takes a free one")
    ] = 8000
    public_url: Annotated[
        str | None,
        Field(
            description="address at which users reach this instance, if it is not the one "
            "listened on",
            pattern=rf"^https?://{_PATH}+$",
        ),
    ] = None
    query_timeout_seconds: Annotated[
        float, _limit("longest time that a query may run", "s", gt=0)
    ] = 10.0
    max_result_bytes: Annotated[int, _limit("largest answer to a query", "bytes", gt=0)] = (
        64_000_000
    )
    max_query_bytes: Annotated[int, _limit("longest query", "bytes", gt=0)] = 64_000
    max_nesting_depth: Annotated[
        int,
        _limit(
            "deepest nesting of brackets, and longest run of prefix operators, in a query", gt=0
        ),
    ] = 100
    max_query_memory_bytes: Annotated[
        int, _limit("memory that a query may use beyond the dataset", "bytes", gt=0)
    ] = 1_000_000_000
    max_running_queries: Annotated[
        int, _limit("queries that run at the same time; by default one per core", gt=0)
    ] = Field(default_factory=_cores)
    max_waiting_queries: Annotated[
        int, _limit("queries that wait for a free slot, or are suspended; one more gets 503", ge=0)
    ] = 16
    client_quota_seconds: Annotated[
        float | None,
        _limit(
            "engine time per minute that a client may use, beyond it 429; by default not limited",
            "s",
            gt=0,
        ),
    ] = None
    request_timeout_seconds: Annotated[
        int, _limit("longest time that a client may take to send a request", "s", gt=0)
    ] = 10
    send_timeout_seconds: Annotated[
        int, _limit("longest time that a client may receive nothing of its answer", "s", gt=0)
    ] = 30
    max_send_buffer_bytes: Annotated[
        int,
        _limit(
            "send buffer: total size of the answers being sent; one more gets 503", "bytes", gt=0
        ),
    ] = 500_000_000
    max_connections: Annotated[
        int, _limit("connections served at the same time; further ones wait", gt=0)
    ] = 5_000
    max_cache_bytes: Annotated[
        int, _limit("total size of the answers in the response cache", "bytes", ge=0)
    ] = 128_000_000
    trusted_proxies: Annotated[
        tuple[IPvAnyNetwork, ...],
        Field(
            description="addresses or networks of the proxies whose X-Forwarded headers are "
            "trusted, separated by commas"
        ),
        NoDecode,
        BeforeValidator(_split),
    ] = ()
    access_log: Annotated[
        bool, Field(description="write one line of JSON per request to standard output")
    ] = True
    log_queries: Annotated[bool, Field(description="include the queries in the access log")] = False

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
            remedy = _REMEDIES.get(detail["type"]) or detail["msg"].replace(
                "Input should", "it must"
            )
            raise UrbactGraphError(
                f"The setting {name} cannot be {detail['input']!r}: {remedy}. Correct the option "
                f"or the variable {ENVIRONMENT_PREFIX}{name.upper()}."
            ) from None


_REMEDIES = {
    "string_pattern_mismatch": "it must be a web address, such as https://example.org/",
    "int_from_float": "it must be a whole number",
    "int_parsing": "it must be a whole number",
    "float_parsing": "it must be a number",
}


def _refuse_unknown_variables(settings: type[BaseSettings]) -> None:
    known = [f"{ENVIRONMENT_PREFIX}{name.upper()}" for name in settings.model_fields]
    for variable in os.environ:
        if variable.startswith(ENVIRONMENT_PREFIX) and variable not in known:
            close = difflib.get_close_matches(variable, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"the settings are {', '.join(known)}."
            raise UrbactGraphError(f"The environment variable {variable} is not a setting; {hint}")

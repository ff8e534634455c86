"""The one table of settings: each with its default, unit and meaning.

A setting comes from the command line, else from the environment (``URBACT_GRAPH_`` and the name
in capitals), else from its default. Nothing else in the package reads the environment.
"""

import difflib
import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from urbact_graph.errors import UrbactGraphError

ENVIRONMENT_PREFIX = "URBACT_GRAPH_"

# The base that the files of ontology/, data/, shapes/ and queries/ are written with; with another
# base_iri they are read as if they were written with that.
WRITTEN_BASE = "https://w3id.org/urbact-graph/"

# What may stand in an IRI before its query and fragment.
_PATH = r"[^\s<>\"{}|\\^`#?]"


def _cores() -> int:
    return len(os.sched_getaffinity(0))


class Settings(BaseSettings):
    """All settings, frozen once made."""

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
        Path | None, Field(description="folder that the built dataset is written to")
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
            description="address at which users reach this instance, where it is not the one "
            "listened on",
            pattern=rf"^https?://{_PATH}+$",
        ),
    ] = None
    query_seconds: Annotated[
        float,
        Field(gt=0, description="longest time a query may run", json_schema_extra={"unit": "s"}),
    ] = 10.0
    answer_bytes: Annotated[
        int, Field(gt=0, description="largest answer", json_schema_extra={"unit": "bytes"})
    ] = 64_000_000
    query_bytes: Annotated[
        int, Field(gt=0, description="longest query", json_schema_extra={"unit": "bytes"})
    ] = 64_000
    nesting_depth: Annotated[
        int,
        Field(
            gt=0,
            description="deepest nesting of brackets, and longest run of prefix operators, in a "
            "query",
        ),
    ] = 100
    query_memory_bytes: Annotated[
        int,
        Field(
            gt=0,
            description="memory a query may take beyond the dataset",
            json_schema_extra={"unit": "bytes"},
        ),
    ] = 1_000_000_000
    running_queries: Annotated[
        int, Field(gt=0, description="queries that run at once; by default one a core")
    ] = Field(default_factory=_cores)
    waiting_queries: Annotated[
        int, Field(ge=0, description="queries that may wait for their turn; one more gets 503")
    ] = 16

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
            name = ".".join(str(step) for step in detail["loc"])
            mend = _MENDS.get(detail["type"]) or detail["msg"].replace("Input should", "it must")
            raise UrbactGraphError(
                f"The setting {name} cannot be {detail['input']!r}: {mend}. Correct the option or "
                f"the variable {ENVIRONMENT_PREFIX}{name.upper()}."
            ) from None


_MENDS = {
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
            hint = f"is {close[0]} meant?" if close else f"the settings are {', '.join(known)}."
            raise UrbactGraphError(f"The variable {variable} is no setting; {hint}")

"""What ``urbact-graph query`` is asked: SPARQL, a file, standard input, or a stored query."""

import difflib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from urbact_graph.cli.streams import read_input
from urbact_graph.errors import QueryError
from urbact_graph.sources import GraphSources
from urbact_graph.stored.loading import decoded, load_queries, load_query
from urbact_graph.stored.query import StoredQuery

STANDARD_INPUT = "-"
_ENDINGS = (".rq", ".sparql")
_UPDATE_ENDING = ".ru"
# The first line of a stored query's header; a file without it is plain SPARQL.
_TITLE = re.compile(r"\s*# title:")
# What SPARQL has and the name of a file or a stored query has not, but for spaces in a path.
_SPARQL = re.compile(r"[{}?<>\"\n]|^\s*(?i:SELECT|ASK|CONSTRUCT|DESCRIBE|PREFIX|BASE)\s")


@dataclass(frozen=True)
class Question:
    """The text of a query, and its header if it is a stored one; what was given for parameters."""

    text: str
    stored: StoredQuery | None
    given: dict[str, str]


def read_question(argument: str, params: Sequence[str], sources: GraphSources) -> Question:
    """Return what the ``argument`` and the options ``--param`` of the command ask.

    Raises:
        QueryError: the argument is no query and names none, or the parameters do not fit it.
    """
    given = _given(params)
    argument = _as_utf8(argument)
    text, stored = _query(argument, sources)
    if given and stored is None:
        raise QueryError("Only stored queries take parameters; leave out --param.")
    if not re.sub(r"#[^\n]*", "", text).strip("\ufeff \t\r\n"):
        raise QueryError(f"{_subject(argument)} holds no query; write SPARQL in it.")
    return Question(text, stored, given)


def _given(params: Sequence[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for param in map(_as_utf8, params):
        name, equals, value = param.partition("=")
        if not equals:
            raise QueryError(f"The parameter '{param}' has no value; write --param {param}=VALUE.")
        if name in given:
            raise QueryError(f"The parameter {name} is given twice; give it once.")
        given[name] = value
    return given


def _as_utf8(argument: str) -> str:
    """Return an argument of the command line, which Python reads in the encoding of the locale."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        try:
            return os.fsencode(argument).decode()
        except UnicodeError:
            raise QueryError("The query or a parameter is not UTF-8; write it in UTF-8.") from None
    return argument


def _query(argument: str, sources: GraphSources) -> tuple[str, StoredQuery | None]:
    if argument == STANDARD_INPUT:
        return decoded(read_input(), _subject(argument)), None
    if not _is_name(argument):
        # A byte order mark comes with the content of a file, as in "$(cat q.rq)".
        return argument.removeprefix("\ufeff"), None
    known = load_queries(sources.queries, sources.base)
    if argument in known:
        return known[argument].text, known[argument]
    path = Path(argument)
    if _is_file(path) or _is_path(argument):
        return _from_file(path, sources)
    close = difflib.get_close_matches(argument, known, n=3)
    hint = f"did you mean {' or '.join(close)}?" if close else "`urbact-graph query` lists them."
    raise QueryError(f"There is no stored query '{argument}'; {hint}")


def _is_name(argument: str) -> bool:
    """Tell whether ``argument`` names a query, as SPARQL has words and brackets."""
    if _is_file(Path(argument)):
        return True
    if not argument.strip() or _SPARQL.search(argument):
        return False
    return not re.search(r"\s", argument.strip()) or _is_path(argument)


def _is_path(argument: str) -> bool:
    return "/" in argument or argument.lower().endswith((*_ENDINGS, _UPDATE_ENDING))


def _is_file(path: Path) -> bool:
    try:
        return path.exists() and not path.is_dir()
    except (OSError, ValueError):
        # The text is too long for a name, or has a zero character.
        return False


def _from_file(path: Path, sources: GraphSources) -> tuple[str, StoredQuery | None]:
    if path.suffix.lower() == _UPDATE_ENDING:
        raise QueryError(
            f"{path} is an update by its name, and the graph is only read; name a file of a query "
            f"({' or '.join(_ENDINGS)})."
        )
    try:
        text = decoded(path.read_bytes(), f"The query file {path}")
    except OSError as error:
        raise QueryError(
            f"The query file {path} cannot be read ({error.strerror}); name one that can."
        ) from None
    if _TITLE.match(text):
        stored = load_query(path, sources.base)
        return stored.text, stored
    return text, None


def _subject(argument: str) -> str:
    if argument == STANDARD_INPUT:
        return "Standard input"
    return f"The query file {argument}" if _is_name(argument) else "The argument"

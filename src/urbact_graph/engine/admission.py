"""The look at a query's words before any parser sees it: size, depth, SERVICE, updates.

The parser recurses, so that some kilobytes of nested braces would crash the process that parses
them; and the engine has no switch for SERVICE. What is refused here gets a clearer answer than a
killed worker could give.
"""

import re

from urbact_graph.refusals import (
    QUERY_TOO_LARGE,
    SERVICE_REFUSED,
    TOO_DEEP,
    UPDATE_REFUSED,
    RefusedError,
)

# SPARQL 1.1, section 19.8: what may hold any other character comes first.
_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\r\n]*)
  | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
  | (?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*'''
      | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*')
  | (?P<variable>[?$]\w+)
  | (?P<name>[\w-]*:[\w.:%\\-]*)
  | (?P<word>@?[A-Za-z]\w*)
  | (?P<open>[({\[])
  | (?P<close>[)}\]])
  | (?P<prefix>[!+\-^])
  | (?P<space>\s+)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_UPDATES = frozenset(
    ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH")
)
_PROLOGUE = frozenset(("BASE", "PREFIX"))


def admit(query: str, *, query_bytes: int, nesting_depth: int) -> None:
    """Refuse a query that must not reach a parser.

    Raises:
        RefusedError: the query has more than ``query_bytes`` bytes of UTF-8, nests brackets deeper
            than ``nesting_depth`` or has a longer run of prefix operators, is an update, or calls
            another service.
    """
    size = len(query.encode())
    if size > query_bytes:
        raise RefusedError(
            QUERY_TOO_LARGE,
            f"The query has {size:,} bytes; at most {query_bytes:,} are taken (query_bytes). "
            "Shorten it or ask in parts.",
            extensions={"limit": "query_bytes", "value": query_bytes},
        )
    depth = run = 0
    form = ""
    for match in _TOKEN.finditer(query):
        kind = match.lastgroup
        if kind in ("space", "comment"):
            continue
        run = run + 1 if kind == "prefix" else 0
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
        elif kind == "word":
            word = match.group().upper()
            if word == "SERVICE":
                raise RefusedError(
                    SERVICE_REFUSED,
                    f"SERVICE {_place(query, match.start())} would send the query on to another "
                    "server, which this endpoint never does; ask that server yourself.",
                    extensions=_position(query, match.start()),
                )
            if not form and word not in _PROLOGUE:
                form = word
                _refuse_update(form)
        if max(depth, run) > nesting_depth:
            raise RefusedError(
                TOO_DEEP,
                f"The query nests more than {nesting_depth} levels "
                f"{_place(query, match.start())} (nesting_depth); write it flatter.",
                extensions={
                    "limit": "nesting_depth",
                    "value": nesting_depth,
                    **_position(query, match.start()),
                },
            )


def _refuse_update(form: str) -> None:
    if form in _UPDATES:
        raise RefusedError(
            UPDATE_REFUSED,
            f"{form} is an update, and this endpoint only answers queries; "
            "send SELECT, ASK, CONSTRUCT or DESCRIBE.",
        )


def _position(query: str, index: int) -> dict[str, int]:
    line = query.count("\n", 0, index) + 1
    return {"line": line, "column": index - (query.rfind("\n", 0, index) + 1) + 1}


def _place(query: str, index: int) -> str:
    position = _position(query, index)
    return f"at line {position['line']}, column {position['column']}"

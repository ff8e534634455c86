"""Characters that texts for people cannot hold: controls, and code points that are no characters.

Literals of other datasets, queries and addresses may have them. HTML forbids them (HTML standard,
section 13.1: "text"), and a terminal obeys some.
"""

import re

_REPLACEMENT = "\ufffd"
_PLANES = "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
_UNSHOWN = re.compile(rf"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_PLANES}]")


def shown(text: str) -> str:
    """Return ``text`` with U+FFFD, which can be seen, for each such character."""
    return _UNSHOWN.sub(_REPLACEMENT, text)


def escaped(text: str) -> str:
    r"""Return ``text`` of JSON, which has them in strings only, with each written as ``\uXXXX``."""
    return _UNSHOWN.sub(_in_json, text)


def _in_json(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))

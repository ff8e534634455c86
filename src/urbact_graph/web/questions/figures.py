"""What stands in figures in a question: dates, years, distances, numbers and codes."""

import re
from collections.abc import Callable, Iterator
from datetime import date

from urbact_graph.web.questions.meanings import Meaning, Mention

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
_MONTH = "(" + "|".join(f"{m[:3]}(?:{m[3:]}|{m[3:4]})?" for m in _MONTHS) + r")\.?"
_YEAR = r"((?:19|20)\d\d)"
_NUMBERS = {
    "once": 1,
    "twice": 2,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
}
_NUMBER = rf"(\d{{1,4}}|{'|'.join(_NUMBERS)})"
_DISTANCE = r"\b(?:(?:with)?in\s+|less than\s+|up to\s+|at most\s+)?(?:a\s+)?(\d+(?:\.\d+)?)[\s-]*"
# The note of what means something else on another day.
FROM_TODAY = "counted from today"
_KILOMETRES_PER_MILE = 1.609344
_DECADE = 10

_Read = Callable[[re.Match[str], date], tuple[Meaning, ...]]


def _named(*kinds: str) -> _Read:
    """Return what reads each group of a pattern as a value of one of ``kinds``."""

    def read(match: re.Match[str], _: date) -> tuple[Meaning, ...]:
        return tuple(_value(kind, text) for kind, text in zip(kinds, match.groups(), strict=True))

    return read


def _value(kind: str, text: str) -> Meaning:
    number = _NUMBERS.get(text.lower())
    return Meaning(kind, str(number or text), str(number or text))


def _day(match: re.Match[str], _: date) -> tuple[Meaning, ...]:
    """Read a day, by the names of the groups: d, m (a number or a name) and y."""
    groups = match.groupdict()
    month = groups["m"].lower()
    number = int(month) if month.isdigit() else [m[:3] for m in _MONTHS].index(month[:3]) + 1
    try:
        day = date(int(groups["y"]), number, int(groups.get("d") or 1))
    except ValueError:
        return ()
    found = (Meaning("date", day.isoformat(), day.isoformat()),)
    # Of a month without a day its year counts as well.
    return found if groups.get("d") else (*found, _value("year", groups["y"]))


def _today(_: re.Match[str], today: date) -> tuple[Meaning, ...]:
    return Meaning("date", today.isoformat(), today.isoformat()), _value("year", str(today.year))


def _year_before(years: int) -> _Read:
    return lambda _, today: (_value("year", str(today.year - years)),)


def _past_years(match: re.Match[str], today: date) -> tuple[Meaning, ...]:
    years = int(_value("", match[1]).text)
    return (_value("firstYear", str(today.year - years)),) if years < today.year else ()


def _decade(match: re.Match[str], _: date) -> tuple[Meaning, ...]:
    first = int(match[1])
    return _value("firstYear", str(first)), _value("lastYear", str(first + _DECADE - 1))


def _more_than(match: re.Match[str], _: date) -> tuple[Meaning, ...]:
    return (_value("atLeast", str(int(_value("", match[1]).text) + 1)),)


def _miles(match: re.Match[str], _: date) -> tuple[Meaning, ...]:
    return (_value("kilometres", f"{float(match[1]) * _KILOMETRES_PER_MILE:.1f}"),)


def _grouped(month: str) -> str:
    return month.replace("(", "(?P<m>", 1)


_THIS_YEAR, _LAST_YEAR = _year_before(0), _year_before(1)
_OF_TODAY = (_today, _THIS_YEAR, _LAST_YEAR, _past_years)
# How each stands in a sentence, and how it is read; what is longer comes first.
_FIGURES: tuple[tuple[re.Pattern[str], _Read], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), read)
    for pattern, read in (
        (r"\b(?:on\s+)?(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b", _day),
        (r"\b(?:on\s+)?(?P<d>\d{1,2})[./](?P<m>\d{1,2})[./](?P<y>\d{4})\b", _day),
        (
            r"\b(?:on\s+)?(?:the\s+)?(?P<d>\d{1,2})(?:[a-z]{2}|\.)?\s+(?:of\s+)?"
            rf"{_grouped(_MONTH)},?\s+(?P<y>\d{{4}})\b",
            _day,
        ),
        (
            rf"\b(?:on\s+)?{_grouped(_MONTH)}\s+(?P<d>\d{{1,2}})(?:[a-z]{2})?,?\s+"
            r"(?P<y>\d{4})\b",
            _day,
        ),
        (rf"\b(?:in\s+)?{_grouped(_MONTH)}\s+(?P<y>\d{{4}})\b", _day),
        (r"\b(?:right now|now|today|currently|at the moment|at present)\b", _today),
        (r"\b(?:in\s+)?this year\b", _THIS_YEAR),
        (r"\b(?:in\s+)?last year\b", _LAST_YEAR),
        (rf"\b(?:in|over|during)?\s*(?:the\s+)?(?:last|past)\s+{_NUMBER}\s+years\b", _past_years),
        (r"\b(?:(?:in|during)\s+)?(?:the\s+)?((?:19|20)\d0)s\b", _decade),
        (
            r"(-?\d{1,2}\.\d+)\s*[,;/ ]\s*(-?\d{1,3}\.\d+)",
            _named("latitude", "longitude"),
        ),
        (
            rf"\b(?:between|from)\s+{_YEAR}\s+(?:and|to|until|till)\s+{_YEAR}",
            _named("firstYear", "lastYear"),
        ),
        (rf"\b{_YEAR}\s*(?:[-\N{{EN DASH}}]|to)\s*{_YEAR}\b", _named("firstYear", "lastYear")),
        (
            rf"\b(?:since|after|from|as of|starting in)\s+{_YEAR}(?:\s+on(?:wards)?\b)?",
            _named("firstYear"),
        ),
        (rf"\b(?:before|until|till|up to|by)\s+{_YEAR}\b", _named("lastYear")),
        (rf"\b(?:in |during |the year )?{_YEAR}\b", _named("year")),
        (
            rf"{_DISTANCE}(?:km|kilomet(?:re|er)s?)\b(?:[\s-]+radius)?"
            r"(?:\s+(?:of|from|around))?",
            _named("kilometres"),
        ),
        (rf"{_DISTANCE}miles?\b(?:\s+(?:of|from|around))?", _miles),
        (r"\b(?:NUTS|level)[ -]?([0-3])\b", _named("level")),
        (rf"\b(?:more than|over|>)\s*{_NUMBER}\b", _more_than),
        (rf"(?:\b(?:at least|no fewer than|a minimum of)|>=|≥)\s*{_NUMBER}\b", _named("atLeast")),
        (rf"\b{_NUMBER}\s+(?:times|or more)\b", _named("atLeast")),
    )
)
# Codes of Wikidata, UN/LOCODE, LAU, NUTS and GeoNames, which are written in capitals.
_CODE = re.compile(
    r"\b(Q\d{2,}|[A-Z]{2} [A-Z]{3}|[A-Z]{2}_\d{4,}|[A-Z]{2}(?=[A-Z0-9]*\d)[A-Z0-9]{1,3}|\d{6,8})\b"
)


def figures(sentence: str, today: date) -> Iterator[Mention]:
    """Yield what stands in figures in ``sentence``; ``today`` is what "now" means."""
    left = sentence
    for pattern, read in (*_FIGURES, (_CODE, _named("code"))):
        for match in pattern.finditer(left):
            meanings = read(match, today)
            start, end = match.span()
            while sentence[start].isspace():
                start += 1
            if not meanings:
                continue
            kinds = {one.kind for one in meanings}
            # A date and its year are two readings of the same words.
            is_joint = "date" not in kinds
            note = FROM_TODAY if read in _OF_TODAY else ""
            words = sentence[start:end]
            yield Mention(start, end, words, meanings, is_joint=is_joint, note=note)
            left = left[:start] + " " * (end - start) + left[end:]

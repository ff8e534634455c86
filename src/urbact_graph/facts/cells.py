"""The cells of the fact tables: what each may hold, and by which property it is stated."""

import datetime
import re
from dataclasses import dataclass
from typing import Annotated, Literal, Self, TypeVar

import pyoxigraph
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr

from urbact_graph.rdf.xml import inexpressible

_USER = re.compile(r"^(https?://)[^/@]*@")
# The root of the domain names (RFC 1034, section 3.1), which no page's own address has.
_ROOT = re.compile(r"^(https?://[^/?#]*[^/?#.:])\.(?=[/?#:]|$)")
_PARTIAL_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")


def _partial_date(text: str) -> str:
    match = _PARTIAL_DATE.fullmatch(text)
    if match:
        year, month, day = (int(part) if part else 1 for part in match.groups())
        try:
            datetime.date(year, month, day)
        except ValueError:
            match = None
    if not match:
        raise ValueError(f"'{text}' is no date; write YYYY, YYYY-MM or YYYY-MM-DD")
    return text


def _day(text: str) -> str:
    if len(_partial_date(text)) < len("YYYY-MM-DD"):
        raise ValueError(f"'{text}' is no day; write YYYY-MM-DD")
    return text


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("String should have at least 1 character that is seen")
    if found := inexpressible(text):
        raise ValueError(f"the character {found} cannot be published as XML; take it out")
    return text


def _iri(text: str) -> str:
    # A user's name before the host is no part of a page's address.
    text = _ROOT.sub(r"\1", _USER.sub(r"\1", text))
    if not text.startswith(("http://", "https://")):
        raise ValueError(f"'{text}' is no web address; it must start with http:// or https://")
    try:
        # What the store would refuse to read must not get into a file.
        pyoxigraph.NamedNode(text)
    except ValueError as error:
        raise ValueError(f"'{text}' is no web address ({error}); correct it") from None
    return text


def _iri_with_aside(text: str) -> str:
    _iri(text.partition(" ")[0])
    return text


PartialDate = Annotated[str, AfterValidator(_partial_date)]
Day = Annotated[str, AfterValidator(_day)]
Iri = Annotated[str, AfterValidator(_iri)]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
CityIdentifier = Annotated[str, Field(pattern=r"^[a-z]{2}/[a-z0-9]+(-[a-z0-9]+)*$")]
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Text = Annotated[str, Field(min_length=1), AfterValidator(_text)]
# Cells of Eurostat's tables may end with a space, which is no part of a code.
Code = Annotated[Text, AfterValidator(str.strip)]
IriWithAside = Annotated[str, AfterValidator(_iri_with_aside)]
Nuts3 = Annotated[str, Field(pattern=r"^[A-Z]{2}[0-9A-Z]{3}$")]
WikibaseItem = Annotated[str, Field(pattern=r"^Q[1-9][0-9]*$")]
Count = Annotated[int, Field(ge=0)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


@dataclass(frozen=True)
class Stated:
    """The property by which each value of a column is stated as it is.

    Columns without it need more than their own cell; the describers state them.
    """

    predicate: str
    form: Literal["text", "link", "number", "date"] = "text"
    language: str | None = None


Sources = Annotated[list[Iri], Field(min_length=1), Stated("dct:source", "link")]
Note = Annotated[Text | None, Stated("skos:editorialNote", language="en")]
Summary = Annotated[Text | None, Stated("dct:abstract", language="en")]
Name = Annotated[Text, Stated("skos:prefLabel", language="en")]
Page = Annotated[Iri | None, Stated("foaf:page", "link")]
Definition = Annotated[Text, Stated("skos:definition", language="en")]
Budget = Annotated[Text | None, Stated("urb:budget")]
Reviewed = Annotated[Day | None, Stated("urb:reviewed", "date")]


class Row(BaseModel):
    """One line of a table; unknown keys and loose types are mistakes."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    _where: str = PrivateAttr("")

    @property
    def where(self) -> str:
        """The place it was read from, for error sentences."""
        return self._where

    def at(self, where: str) -> Self:
        """Return the row, read from ``where``."""
        self._where = where
        return self


RowType = TypeVar("RowType", bound=Row)

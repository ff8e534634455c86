"""Countries: the authority table's IRIs, and names in the languages of the ontology."""

import gettext
from functools import cache
from typing import Any

import pycountry
from rdflib import URIRef

AUTHORITY = "http://publications.europa.eu/resource/authority/country"
LANGUAGES = ("en", "fr", "de")

# The two countries whose codes in Eurostat's nomenclature are not those of ISO 3166-1.
_NUTS_PREFIX = {"GR": "EL", "GB": "UK"}


def country_iri(code: str) -> URIRef:
    """Return the EU authority table's IRI of the country with the ISO 3166-1 alpha-2 ``code``."""
    return URIRef(f"{AUTHORITY}/{_country(code).alpha_3}")


def country_names(code: str) -> dict[str, str]:
    """Return the country's names by language tag, from the translations of ISO 3166-1."""
    country = _country(code)
    name: str = getattr(country, "common_name", country.name)
    names = {"en": name}
    for language in LANGUAGES[1:]:
        names[language] = _translation(language).gettext(name)
    return names


def language_iri(code: str) -> URIRef:
    """Return the EU authority table's IRI of the language with the ISO 639-1 ``code``."""
    language: Any = pycountry.languages.get(alpha_2=code)
    return URIRef(
        f"http://publications.europa.eu/resource/authority/language/{language.alpha_3.upper()}"
    )


def nuts_prefix(code: str) -> str:
    """Return the two letters that the country's NUTS codes begin with."""
    return _NUTS_PREFIX.get(code, code)


def is_country(code: str) -> bool:
    """Tell whether ``code`` is an ISO 3166-1 alpha-2 code."""
    return _country(code) is not None


def is_language(code: str) -> bool:
    """Tell whether ``code`` is an ISO 639-1 code."""
    return pycountry.languages.get(alpha_2=code) is not None


def _country(code: str) -> Any:
    return pycountry.countries.get(alpha_2=code)


@cache
def _translation(language: str) -> gettext.NullTranslations:
    return gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language])

"""Countries and languages: the EU authority tables' IRIs, and names in the ontology's languages.

The authority tables go by ISO codes, and the names are the translations of the ISO standards.
"""

import gettext
import re
from functools import cache
from typing import Any

import pycountry

COUNTRIES = "http://publications.europa.eu/resource/authority/country"
LANGUAGES = "http://publications.europa.eu/resource/authority/language"

_TRANSLATED = ("fr", "de")

# The two countries whose codes in Eurostat's nomenclature are not those of ISO 3166-1.
_NUTS_PREFIX = {"GR": "EL", "GB": "UK"}


def country_iri(code: str) -> str:
    """Return the EU authority table's IRI of the country with the ISO 3166-1 alpha-2 ``code``."""
    return f"{COUNTRIES}/{_country(code).alpha_3}"


def country_names(code: str) -> dict[str, str]:
    """Return the country's names by language tag, from the translations of ISO 3166-1."""
    country = _country(code)
    return _names(getattr(country, "common_name", country.name), "iso3166-1")


def language_iri(code: str) -> str:
    """Return the EU authority table's IRI of the language with the ISO 639-1 ``code``."""
    return f"{LANGUAGES}/{_language(code).alpha_3.upper()}"


def language_names(code: str) -> dict[str, str]:
    """Return the language's names by language tag, from the translations of ISO 639-3."""
    return _names(_language(code).name, "iso639-3")


def nuts_prefix(code: str) -> str:
    """Return the two letters that the country's NUTS codes begin with."""
    return _NUTS_PREFIX.get(code, code)


def nuts_country(prefix: str) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of the country whose NUTS codes begin with ``prefix``."""
    codes = {nuts: iso for iso, nuts in _NUTS_PREFIX.items()}
    code = codes.get(prefix, prefix)
    return code if is_country(code) else None


def is_country(code: str) -> bool:
    """Tell whether ``code`` is an ISO 3166-1 alpha-2 code."""
    return _country(code) is not None


def is_language(code: str) -> bool:
    """Tell whether ``code`` is an ISO 639-1 code."""
    return _language(code) is not None


def _country(code: str) -> Any:
    return pycountry.countries.get(alpha_2=code)


def _language(code: str) -> Any:
    return pycountry.languages.get(alpha_2=code)


def _names(name: str, standard: str) -> dict[str, str]:
    names = {"en": name}
    for language in _TRANSLATED:
        names[language] = _translation(standard, language).gettext(name)
    # Brackets distinguish stages of a language, which the tables do not.
    return {tag: re.sub(r"\s*\([^)]*\)", "", text) for tag, text in names.items()}


@cache
def _translation(standard: str, language: str) -> gettext.NullTranslations:
    return gettext.translation(standard, pycountry.LOCALES_DIR, languages=[language])

"""What countries are called beside their names in the graph: in other languages, and in short."""

import gettext
from collections.abc import Iterator

# Codes of countries beside those of ISO 3166: the EU's interinstitutional style guide, 7.1.1.
OTHER_CODES = {"EL": "GR", "UK": "GB"}
# What people call them.
_CALLED = {
    "BA": ("Bosnia", "Bosnia Herzegovina", "Bosnia-Herzegovina"),
    "CZ": ("Czech Republic", "Czech Rep"),
    "GB": (
        *("Great Britain", "Britain", "England", "Scotland", "Wales", "Northern Ireland"),
        "United Kingdom of Great Britain and Northern Ireland",
    ),
    "IE": ("Republic of Ireland", "Eire"),
    "MD": ("Republic of Moldova",),
    "MK": ("Macedonia", "FYROM", "FYR Macedonia"),
    "NL": ("Holland", "The Netherlands"),
    "SK": ("Slovak Republic",),
    "TR": ("Turkey",),
}
# The languages of the countries that URBACT works with.
_LANGUAGES = (
    *("ar", "bg", "bs", "ca", "cs", "da", "de", "el", "es", "et", "eu", "fi", "fr", "ga", "gl"),
    *("hr", "hu", "is", "it", "lb", "lt", "lv", "mk", "mt", "nb", "nl", "nn", "pl", "pt", "ro"),
    *("ru", "sk", "sl", "sq", "sr", "sv", "tr", "uk"),
)


def also_called(code: str) -> Iterator[str]:
    """Yield what the country with the ``code`` of ISO 3166-1, two capitals, is also called.

    These are its names in the languages of Europe, its codes elsewhere, and names in short.
    """
    # Reading the names takes longer than what is imported here otherwise.
    from pycountry import LOCALES_DIR, countries  # noqa: PLC0415

    yield from _CALLED.get(code, ())
    yield from (other for other, known in OTHER_CODES.items() if known == code)
    country = countries.get(alpha_2=code)
    if country is None:
        return
    names = (country.name, getattr(country, "common_name", country.name))
    yield from names
    for language in _LANGUAGES:
        known = gettext.translation("iso3166-1", LOCALES_DIR, [language], fallback=True)
        yield from filter(None, map(known.gettext, names))

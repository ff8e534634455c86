"""The English names of languages."""

from pycountry import languages

# The lengths of the codes of ISO 639-1 and 639-3.
_KEYS = {2: "alpha_2", 3: "alpha_3"}


def language_name(tag: str) -> str:
    """Return the English name of the language of ``tag`` (BCP 47), the tag if it is unknown."""
    code = tag.partition("-")[0].lower()
    key = _KEYS.get(len(code))
    found = languages.get(**{key: code}) if key else None
    return str(found.name).partition(" (")[0].removeprefix("Modern ") if found else tag


def read_languages(_: object = None) -> bool:
    """Read the names, so that no visitor waits for it: they are in a file of a megabyte."""
    return bool(language_name("en"))

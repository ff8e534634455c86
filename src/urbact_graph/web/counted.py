"""Numbers of things in words, for people."""


def counted(number: int, one: str, many: str = "") -> str:
    """Return ``number`` with the name of what is counted: "1 city", "1,200 cities".

    ``many`` is its plural, which otherwise has an s.
    """
    return f"{number:,} {noun(number, one, many)}"


def noun(number: int, one: str, many: str = "") -> str:
    """Return the name of what is counted, as ``counted`` has it, without the number."""
    return one if number == 1 else many or f"{one}s"

"""Dates as people write them, as precise as they are stated."""

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def written(date: str) -> str:
    """Return an ISO 8601 date in words: "2023-06-01" is "1 June 2023", "2023-06" "June 2023".

    What is no such date is returned as it is.
    """
    parts = date.split("-")
    if not all(part.isdecimal() for part in parts) or not 1 <= len(parts) <= len("ymd"):
        return date
    year, *rest = parts
    if not rest:
        return year
    month = int(rest[0])
    if not 1 <= month <= len(_MONTHS):
        return date
    words = [str(int(day)) for day in rest[1:]]
    return " ".join([*words, _MONTHS[month - 1], year])


def period(start: str, end: str) -> str:
    """Return the period between two dates in words, empty if neither is known."""
    first, last = written(start), written(end)
    if first and last:
        return first if first == last else f"{first} to {last}"
    if first:
        return f"since {first}"
    return f"until {last}" if last else ""

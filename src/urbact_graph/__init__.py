"""The URBACT programme as a linked-data graph: import, build, validate, query and serve it."""

__version__: str


def __getattr__(name: str) -> str:
    """Look the version up when it is asked for, as that takes longer than a quick command."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415

        return version("urbact-graph")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

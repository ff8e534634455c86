"""The messages between the main process, the web process and ``urbact-graph reload``."""

from dataclasses import dataclass

from urbact_graph.engine.codec import Codec


@dataclass(frozen=True)
class Load:
    """To the web process: serve the dataset ``file``.

    Its content is read from the path ``content``; ``release`` is the folder of the release that it
    belongs to, empty where it was not built here. All are empty where only the engine has the data.
    """

    file: str
    content: str
    release: str


@dataclass(frozen=True)
class Loaded:
    """From the web process: the dataset is served.

    ``is_new`` is False if it was served before, ``has_new_content`` if only its release is another
    one, with the same version. ``notes`` are sentences on what the engine has and cannot do.
    """

    name: str
    quads: int
    version: str
    is_new: bool
    has_new_content: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reload:
    """To the main process: prepare the dataset anew and serve it."""


@dataclass(frozen=True)
class Reloaded:
    """From the main process: a sentence on what is served now."""

    sentence: str


@dataclass(frozen=True)
class Failed:
    """From either: the dataset is not served, for this reason (a sentence)."""

    reason: str


Message = Load | Loaded | Reload | Reloaded | Failed
MESSAGES: Codec[Message] = Codec(Load, Loaded, Reload, Reloaded, Failed)

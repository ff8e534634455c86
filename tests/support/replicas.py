"""A small client of Linked Data Event Streams: it replicates one, and follows its changes.

It knows the specifications (https://w3id.org/ldes/specification, sections 3 and 4, in unordered
mode) and nothing of how any server lays out its pages.
"""

import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from http import HTTPStatus

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

# What came back: the status, the headers, the body.
Got = tuple[int, Message, bytes]
Get = Callable[[str, dict[str, str]], Got]

_LDES = "https://w3id.org/ldes#"
_TREE = "https://w3id.org/tree#"
_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_TRUE = Literal("true", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#boolean"))
_FORMATS = (RdfFormat.TRIG, RdfFormat.N_QUADS, RdfFormat.JSON_LD)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Fetched:
    """A request that was made: its address, status, and the bytes of the body as transferred."""

    url: str
    status: int
    size: int


@dataclass(frozen=True)
class Version:
    """A member of the stream; ``triples`` is None for a deletion."""

    iri: NamedNode
    resource: NamedNode
    moment: datetime
    triples: frozenset[Triple] | None


@dataclass
class _State:
    """What is kept between two runs."""

    stream: NamedNode | None = None
    tags: dict[str, str] = field(default_factory=dict)
    immutable: set[str] = field(default_factory=set)
    latest: dict[NamedNode, Version] = field(default_factory=dict)
    bookmark: datetime = _NEVER


@dataclass(frozen=True)
class _Context:
    """What the root node states about the stream."""

    stream: NamedNode
    timestamp: NamedNode
    version_of: NamedNode
    delete_path: NamedNode
    delete_object: NamedNode | Literal | None
    starting_from: datetime | None


class Replica:
    """A copy of the resources in the event stream at ``url``; ``sync`` brings it up to date.

    ``get`` sends a GET request with headers; by default it is sent over HTTP. ``fetched`` are the
    requests of the last run, ``restarts`` counts how often the copy was begun anew because the
    stream no longer held all that came after what was known.
    """

    def __init__(self, url: str, accept: str = "application/trig", get: Get | None = None) -> None:
        self.url = url
        self.accept = accept
        self._get = get or _over_http
        self.fetched: list[Fetched] = []
        self.members: list[Version] = []
        self.restarts = 0
        self._state = _State()

    @property
    def triples(self) -> set[Triple]:
        """All statements of the resources that exist."""
        known = self._state.latest.values()
        return {triple for version in known for triple in version.triples or ()}

    def sync(self) -> None:
        """Read what is new in the stream and, once all of it has been read, apply it.

        Raises:
            AssertionError: the stream is none or breaks the specification, or a page cannot be had.
        """
        self.fetched, self.members = [], []
        root = self._fetch(self.url)
        if root is None:
            return
        context = self._context(root)
        missed = context.starting_from and context.starting_from > self._state.bookmark
        if self._state.stream is not None and (missed or self._state.stream != context.stream):
            # Only the root, which was just fetched, is still known.
            tags = {url: tag for url, tag in self._state.tags.items() if url == self.url}
            self._state = _State(tags=tags)
            self.restarts += 1
        self._state.stream = context.stream
        self._walk(root, context)
        self._apply()

    def _walk(self, root: Store, context: _Context) -> None:
        self._extract(self.url, root, context)
        pending, found = self._links(self.url, root), {self.url}
        while pending:
            url = pending.pop()
            if url in found or url in self._state.immutable:
                continue
            found.add(url)
            page = self._fetch(url)
            if page is not None:
                self._extract(url, page, context)
                pending += self._links(url, page)

    def _fetch(self, url: str) -> Store | None:
        """Return the statements of a page; None if nothing is new."""
        sent = {"Accept": self.accept, "Accept-Encoding": "identity"}
        if url in self._state.tags:
            sent["If-None-Match"] = self._state.tags[url]
        status, headers, body = self._get(url, sent)
        self.fetched.append(Fetched(url, status, len(body)))
        if status in (HTTPStatus.NOT_MODIFIED, HTTPStatus.GONE):
            return None
        assert status == HTTPStatus.OK, f"{url} answers {status}: {body[:200]!r}"
        media_type = headers.get_content_type()
        form = next(form for form in _FORMATS if form.media_type == media_type)
        page = Store()
        page.extend(parse(body, format=form, base_iri=url))
        if "immutable" in headers.get("Cache-Control", "") or _says(page, url, "immutable", _TRUE):
            self._state.immutable.add(url)
        elif headers["ETag"]:
            self._state.tags[url] = headers["ETag"]
        return page

    def _context(self, root: Store) -> _Context:
        views = list(root.quads_for_pattern(None, _tree("view"), NamedNode(self.url)))
        assert len(views) == 1, f"{self.url} is the view of {len(views)} streams"
        stream = views[0].subject
        assert isinstance(stream, NamedNode)
        policy = _value(root, NamedNode(self.url), _ldes("retentionPolicy"))
        start = _value(root, policy, _ldes("startingFrom")) if policy else None
        return _Context(
            stream,
            _iri(_value(root, stream, _ldes("timestampPath"))),
            _iri(_value(root, stream, _ldes("versionOfPath"))),
            _iri(_value(root, stream, _ldes("versionDeletePath")) or _TYPE),
            _value(root, stream, _ldes("versionDeleteObject")),
            _time(start) if start else None,
        )

    def _extract(self, url: str, page: Store, context: _Context) -> None:
        """Find the members of a page: statements about them, and their named graphs."""
        for quad in page.quads_for_pattern(context.stream, _tree("member"), None, DefaultGraph()):
            iri = _iri(quad.object)
            moment = _value(page, iri, context.timestamp)
            resource = _iri(_value(page, iri, context.version_of))
            assert moment, f"{iri} on {url} has no time"
            deleted = _value(page, iri, context.delete_path) == context.delete_object
            named = page.quads_for_pattern(None, None, None, iri)
            triples = None if deleted else frozenset(quad.triple for quad in named)
            self.members.append(Version(iri, resource, _time(moment), triples))

    def _links(self, url: str, page: Store) -> list[str]:
        relations = page.quads_for_pattern(NamedNode(url), _tree("relation"), None)
        return [_iri(_value(page, found.object, _tree("node"))).value for found in relations]

    def _apply(self) -> None:
        latest = self._state.latest
        for version in sorted(self.members, key=lambda member: member.moment):
            known = latest.get(version.resource)
            if known is None or known.moment <= version.moment:
                latest[version.resource] = version
            self._state.bookmark = max(self._state.bookmark, version.moment)


def _over_http(url: str, headers: dict[str, str]) -> Got:
    try:
        reply = urllib.request.urlopen(urllib.request.Request(url, headers=headers))
    except urllib.error.HTTPError as error:
        reply = error
    with reply:
        return reply.status, reply.headers, reply.read()


def _says(page: Store, url: str, name: str, value: Literal) -> bool:
    return Quad(NamedNode(url), _ldes(name), value) in page


def _value(page: Store, subject: object, predicate: NamedNode) -> NamedNode | Literal | None:
    assert isinstance(subject, NamedNode), f"{subject} is no IRI"
    found = list(page.quads_for_pattern(subject, predicate, None, DefaultGraph()))
    assert len(found) <= 1, f"{subject} has {len(found)} values of {predicate}"
    value = found[0].object if found else None
    assert value is None or isinstance(value, NamedNode | Literal)
    return value


def _iri(value: object) -> NamedNode:
    assert isinstance(value, NamedNode), f"{value} is no IRI"
    return value


def _time(value: object) -> datetime:
    assert isinstance(value, Literal)
    moment = datetime.fromisoformat(value.value)
    assert moment.tzinfo, f"{value} has no time zone"
    return moment


def _ldes(name: str) -> NamedNode:
    return NamedNode(_LDES + name)


def _tree(name: str) -> NamedNode:
    return NamedNode(_TREE + name)

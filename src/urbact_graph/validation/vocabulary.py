"""The terms that shapes may use, and what kind of value each property of SHACL takes.

Sources: SHACL (https://www.w3.org/TR/shacl/), sections 2 to 6, and SHACL Advanced Features
(https://www.w3.org/TR/shacl-af/), sections 3 to 9. The terms of SHACL's JavaScript Extensions are
left out: they would be passed over.
"""

from collections.abc import Callable, Iterable

import rdflib
from pyoxigraph import Literal, NamedNode, Triple

from urbact_graph.rdf.namespaces import NAMESPACES, RDF, SH, XSD, namespace_of, urb

# Each kind of value with the names of the properties that take it.
_KINDS = {
    "integer": "minCount maxCount minLength maxLength qualifiedMinCount qualifiedMaxCount",
    "boolean": "uniqueLang closed deactivated qualifiedValueShapesDisjoint optional",
    "literal": "minExclusive minInclusive maxExclusive maxInclusive",
    "text": "pattern flags name description message prefix select ask construct labelTemplate",
    "IRI": "class datatype equals disjoint lessThan lessThanOrEquals targetClass targetSubjectsOf "
    "targetObjectsOf severity nodeKind entailment shapesGraph suggestedShapesGraph predicate",
    "list": "in languageIn ignoredProperties and or xone alternativePath union intersection",
    "shape": "node property not qualifiedValueShape filterShape",
    "path": "path inversePath zeroOrMorePath oneOrMorePath zeroOrOnePath",
    "query": "sparql target",
}
KIND_OF = {SH[name]: kind for kind, names in _KINDS.items() for name in names.split()}


def _terms(names: str) -> frozenset[str]:
    return frozenset(SH[name] for name in names.split())


# The properties that a shape has once at most: 2.1.3.3, 2.3.1, 4.1 to 4.8.
ONCE = _terms(
    "path severity datatype nodeKind minCount maxCount minExclusive minInclusive maxExclusive "
    "maxInclusive minLength maxLength pattern flags languageIn uniqueLang in closed "
    "ignoredProperties deactivated qualifiedValueShape qualifiedMinCount qualifiedMaxCount "
    "qualifiedValueShapesDisjoint"
)
# Those that only a property shape, which has a path, can have (4.1, 4.2, 4.4 and 4.7.3).
OF_PATHS = _terms("minCount maxCount uniqueLang lessThan lessThanOrEquals qualifiedValueShape")
TARGETS = (SH.target, SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
NODE_KINDS = _terms("BlankNode IRI Literal BlankNodeOrIRI BlankNodeOrLiteral IRIOrLiteral")
# The properties whose values are classes, and those whose values are properties.
_OF_CLASSES = _terms("class targetClass")
_OF_PROPERTIES = _terms(
    "path inversePath zeroOrMorePath oneOrMorePath zeroOrOnePath targetSubjectsOf targetObjectsOf "
    "equals disjoint lessThan lessThanOrEquals"
)
# The properties that state a constraint; of those of a component with two, the one without which
# the other says nothing.
CONSTRAINTS = _terms(
    "class datatype nodeKind minCount maxCount minExclusive minInclusive maxExclusive "
    "maxInclusive minLength maxLength pattern languageIn uniqueLang equals disjoint lessThan "
    "lessThanOrEquals not and or xone node property qualifiedMinCount qualifiedMaxCount closed "
    "hasValue in sparql expression"
)
# The shapes that stand in lists.
LISTS_OF_SHAPES = (SH["and"], SH["or"], SH.xone)
# Whose terms rdflib lists in full.
_LISTED: dict[str, rdflib.namespace.DefinedNamespaceMeta] = {
    str(vocabulary): vocabulary
    for vocabulary in (
        *(rdflib.DCAT, rdflib.DCTERMS, rdflib.FOAF, rdflib.ORG, rdflib.OWL, rdflib.PROV),
        *(rdflib.RDF, rdflib.RDFS, rdflib.SKOS, rdflib.VOID, rdflib.XSD),
    )
}
_JAVASCRIPT = ("js", "JS")


class Terms:
    """The terms that shapes may name: of SHACL, of known vocabularies, and of the ontology.

    ``ontology`` are its statements, ``base`` is that of its IRIs.
    """

    def __init__(self, ontology: Iterable[Triple], base: str) -> None:
        ontology = list(ontology)
        self._own = str(urb(base))
        self._stated = {
            term.value for triple in ontology for term in triple if isinstance(term, NamedNode)
        }
        self._defined = {
            triple.subject.value
            for triple in ontology
            if isinstance(triple.subject, NamedNode) and triple.predicate.value == RDF.type
        }
        self._properties, self._classes = (
            {
                triple.subject.value
                for triple in ontology
                if isinstance(triple.subject, NamedNode)
                and isinstance(triple.object, NamedNode)
                and triple.predicate.value == RDF.type
                and triple.object.value.endswith(kind)
            }
            for kind in ("Property", "Class")
        )

    def unknown(self, iri: str) -> str:
        """Return why ``iri`` is no term that can be meant, as a clause; empty if it may be one."""
        namespace = namespace_of(iri)
        if namespace == self._own:
            lacks = iri not in self._defined and iri != namespace
            return f"{self.short(iri)}, which the ontology does not define" if lacks else ""
        if namespace == str(SH):
            name = iri.removeprefix(namespace)
            if name.startswith(_JAVASCRIPT):
                return f"{self.short(iri)}, which is of SHACL's JavaScript, and not checked here"
            return "" if name in _SHACL else f"{self.short(iri)}, which SHACL does not define"
        vocabulary = _LISTED.get(namespace)
        if vocabulary is None or iri in self._stated or rdflib.URIRef(iri) in vocabulary:
            return ""
        # Containers have as many members as one likes (RDF Schema, section 5.1.6).
        if namespace == str(RDF) and iri.removeprefix(str(RDF)).lstrip("_").isdigit():
            return ""
        return f"{self.short(iri)}, which its vocabulary does not define"

    def misused(self, name: str, iri: str) -> str:
        """Return why ``iri`` is no value of the property ``name``, as a clause; else nothing.

        It is none if it is a property where a class is meant, or the other way round.
        """
        if name in _OF_CLASSES and self._is_property(iri):
            return "is a property; name a class"
        if name in _OF_PROPERTIES and iri in self._classes:
            return "is a class; name a property"
        return ""

    def _is_property(self, iri: str) -> bool:
        if iri in self._properties:
            return True
        namespace = namespace_of(iri)
        # In these vocabularies the names of properties begin in lower case.
        is_lower = iri.removeprefix(namespace)[:1].islower()
        return iri not in self._classes and namespace in _LISTED and is_lower

    def short(self, iri: str) -> str:
        """Return ``iri`` as a prefixed name where there is a prefix."""
        for prefix, namespace in {**NAMESPACES, "urb": self._own}.items():
            if iri.startswith(namespace):
                return f"{prefix}:{iri.removeprefix(namespace)}"
        return f"<{iri}>"


def is_listed(iri: str) -> bool:
    """Tell whether ``iri`` is in a namespace all of whose terms are known here."""
    return namespace_of(iri) in _LISTED


def wrong_value(kind: str, value: object) -> str:
    """Return why ``value`` is not of ``kind``, as a clause; empty if it is or the kind is another.

    Lists, shapes, paths and queries need the graph to be judged.
    """
    check = _CHECKS.get(kind)
    return "" if check is None or check[0](value) else f"is no {check[1]}"


def _is_integer(value: object) -> bool:
    if not isinstance(value, Literal) or value.datatype.value != XSD.integer:
        return False
    digits = value.value.removeprefix("+")
    return digits.isascii() and digits.isdigit()


def _is_boolean(value: object) -> bool:
    return (
        isinstance(value, Literal)
        and value.datatype.value == XSD.boolean
        and value.value in ("true", "false", "1", "0")
    )


def _is_text(value: object) -> bool:
    datatypes = (XSD.string, RDF.langString, RDF.HTML)
    return isinstance(value, Literal) and value.datatype.value in datatypes


_CHECKS: dict[str, tuple[Callable[[object], bool], str]] = {
    "integer": (_is_integer, "xsd:integer from 0; write it without quotes"),
    "boolean": (_is_boolean, "xsd:boolean; write true or false without quotes"),
    "literal": (lambda value: isinstance(value, Literal), "literal; write a number or a date"),
    "text": (_is_text, "text; write it in quotes"),
    "IRI": (lambda value: isinstance(value, NamedNode), "IRI; write it without quotes"),
}
# What rdflib lists, and those that are words of Python.
_SHACL = frozenset((*rdflib.SH.__annotations__, "and", "class", "in", "not", "or"))

// How terms are shown: with prefixes, as links to the pages of this instance, or by their names.

/** What is known where answers are shown: the address of the instance, the base of its IRIs, prefixes, names. */
export class Shown {
  constructor({ root, base, prefixes = {} }) {
    this.root = new URL(root, document.baseURI);
    this.base = base;
    this.prefixes = Object.entries(prefixes);
    this.names = new Map();
    this.hasNames = false;
  }

  /** Return `iri` as a prefixed name or a path on this instance, or as it is. */
  shorten(iri) {
    if (this.base && iri.startsWith(this.base) && !iri.includes("#")) return iri.slice(this.base.length) || iri;
    for (const [prefix, namespace] of this.prefixes) {
      const local = iri.startsWith(namespace) ? iri.slice(namespace.length) : "";
      if (local && !/[/#]/.test(local)) return `${prefix}:${local}`;
    }
    return iri;
  }

  /** Return the text that stands for `term`. */
  text(term) {
    if (!term) return "";
    if (term.type === "uri") return (this.hasNames && this.names.get(term.value)) || this.shorten(term.value);
    if (term.type === "bnode") return `_:${term.value}`;
    if (term.type === "triple") return typeof term.value === "string" ? term.value
      : ["subject", "predicate", "object"].map((part) => this.text(term.value[part])).join(" ");
    return term.value;
  }

  /** Return the address that the IRI `iri` leads to, an empty text if none. */
  address(iri) {
    if (this.base && iri.startsWith(this.base)) return new URL(iri.slice(this.base.length), this.root).href;
    return /^https?:\/\//.test(iri) ? iri : "";
  }

  /** Tell whether `iri` is described on this instance. */
  isHere(iri) {
    return Boolean(this.base) && iri.startsWith(this.base);
  }

  /** Return an element or text that shows `term`. */
  node(term) {
    const text = this.text(term);
    if (term.type === "uri") {
      const address = this.address(term.value);
      if (!address) return document.createTextNode(text);
      const link = document.createElement("a");
      link.href = address;
      link.textContent = text;
      if (text !== term.value) link.title = term.value;
      if (!this.isHere(term.value)) link.className = "external";
      return link;
    }
    const span = document.createElement("span");
    span.textContent = text;
    const isTyped = term.datatype && !term.datatype.startsWith("http://www.w3.org/2001/XMLSchema#");
    const about = term["xml:lang"] ?? term.lang ?? (isTyped ? this.shorten(term.datatype) : "");
    if (about) {
      if (!isTyped && !/^en\b/i.test(about)) span.lang = about;
      const small = document.createElement("span");
      small.className = "soft";
      small.textContent = ` ${about}`;
      const both = document.createDocumentFragment();
      both.append(span, small);
      return both;
    }
    return span;
  }
}

const batch = 300;

/** Ask `endpoint` for the names of `iris` that are not known yet, in English where there are some. */
export async function learnNames(shown, iris, endpoint) {
  const unknown = [...new Set(iris)].filter((iri) => !shown.names.has(iri) && /^https?:/.test(iri));
  for (let start = 0; start < unknown.length; start += batch) {
    const some = unknown.slice(start, start + batch);
    const query = `PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
SELECT ?iri ?name WHERE {
  VALUES ?iri { ${some.map((iri) => `<${iri}>`).join(" ")} }
  ?iri skos:prefLabel|rdfs:label|dct:title|foaf:name ?name
}`;
    const response = await fetch(endpoint, {
      method: "POST",
      headers: { "Content-Type": "application/sparql-query", Accept: "application/sparql-results+json" },
      body: query,
    });
    if (!response.ok) throw new Error(`The names cannot be had now (${response.status}).`);
    for (const { iri, name } of (await response.json()).results.bindings) {
      const lang = name["xml:lang"] ?? "";
      if (!shown.names.get(iri.value) || /^en\b/i.test(lang)) shown.names.set(iri.value, name.value);
    }
    for (const iri of some) if (!shown.names.has(iri)) shown.names.set(iri, "");
  }
}

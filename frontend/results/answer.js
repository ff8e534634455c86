// The answer to a query: read from SPARQL results in JSON or from N-Triples, and what its columns hold.
// A term is {type: "uri" | "literal" | "bnode" | "triple", value, datatype, lang}, as in the JSON.

const xsd = "http://www.w3.org/2001/XMLSchema#";
const numeric = new Set(["integer", "decimal", "double", "float", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger",
  "nonPositiveInteger", "negativeInteger", "unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte", "gYear"].map((name) => xsd + name));
const dated = new Set(["date", "dateTime", "gYearMonth"].map((name) => xsd + name));
const wktStart = /^\s*(<[^>]*>\s*)?(POINT|LINESTRING|POLYGON|MULTIPOINT|MULTILINESTRING|MULTIPOLYGON|GEOMETRYCOLLECTION)\b/i;
const latitudes = /^(lat|latitude)$/i;
const longitudes = /^(lon|long|lng|longitude)$/i;

/** Return the answer in `text`, which has the media type `type`. */
export function readAnswer(text, type) {
  if (/n-triples/.test(type)) return { kind: "graph", triples: readTriples(text), text };
  return ofResults(JSON.parse(text), text);
}

function ofResults(found, text) {
  if (typeof found.boolean === "boolean") return { kind: "boolean", value: found.boolean, text };
  return { kind: "rows", columns: found.head.vars, rows: found.results.bindings, text };
}

/** Return the columns of `answer` with what they are good for. */
export function columnsOf(answer) {
  return answer.columns.map((name) => {
    const terms = answer.rows.map((row) => row[name]).filter(Boolean);
    const every = (test) => terms.length > 0 && terms.every(test);
    return {
      name,
      isEmpty: !terms.length,
      isNumber: every((term) => numeric.has(term.datatype)),
      isDate: every((term) => dated.has(term.datatype) || term.datatype === `${xsd}gYear`),
      isWkt: every((term) => term.type === "literal" && wktStart.test(term.value)),
      isIri: every((term) => term.type === "uri"),
      isLatitude: latitudes.test(name),
      isLongitude: longitudes.test(name),
    };
  });
}

/** Return where `answer` has places: a column of Well-Known Text, or two of coordinates; else undefined. */
export function placesOf(columns) {
  const wkt = columns.find((one) => one.isWkt);
  if (wkt) return { wkt: wkt.name };
  const lat = columns.find((one) => one.isLatitude && one.isNumber);
  const lon = columns.find((one) => one.isLongitude && one.isNumber);
  return lat && lon ? { lat: lat.name, lon: lon.name } : undefined;
}

/** Return the axes of a chart that suits `columns`, or undefined where nothing can be drawn. */
export function axesOf(columns) {
  const values = columns.filter((one) => one.isNumber && !one.isLatitude && !one.isLongitude);
  const labels = columns.filter((one) => !one.isNumber && !one.isEmpty && !one.isWkt);
  const times = columns.filter((one) => one.isDate || (one.isNumber && /year/i.test(one.name)));
  const time = times[0];
  const value = values.find((one) => one !== time);
  if (time && value) return { kind: "lines", x: time.name, y: value.name, series: labels.find((one) => !one.isIri && one !== time)?.name };
  const label = labels.find((one) => /label|name|title/i.test(one.name)) ?? labels.find((one) => !one.isIri) ?? labels[0];
  return label && value ? { kind: "bars", x: label.name, y: value.name } : undefined;
}

/** Return the number that `term` is, NaN if it is none. */
export function numberOf(term) {
  return term ? Number(term.value.replace("INF", "Infinity")) : NaN;
}

// N-Triples have a triple in each line (RDF 1.1 N-Triples, section 7); those of RDF 1.2 hold triple terms.
const pieces = /<<\(|\)>>|<([^>]*)>|_:([^\s<>"]+)|"((?:[^"\\]|\\.)*)"(?:\^\^<([^>]*)>|@([\w-]+))?/g;

function readTriples(text) {
  const triples = [];
  for (const line of text.split("\n")) {
    const terms = termsOf(line);
    if (terms.length === 3) triples.push(terms);
  }
  return triples;
}

function termsOf(line) {
  const levels = [[]];
  for (const [whole, iri, blank, literal, datatype, lang] of line.matchAll(pieces)) {
    if (whole === "<<(") levels.push([]);
    else if (whole === ")>>") {
      const [s, p, o] = levels.pop();
      levels.at(-1).push({ type: "triple", value: [s, p, o].map((term) => term?.value).join(" ") });
    } else if (iri !== undefined) levels.at(-1).push({ type: "uri", value: unescaped(iri) });
    else if (blank !== undefined) levels.at(-1).push({ type: "bnode", value: blank });
    else levels.at(-1).push({ type: "literal", value: unescaped(literal), datatype, lang });
  }
  return levels[0];
}

const signs = { t: "\t", b: "\b", n: "\n", r: "\r", f: "\f" };

function unescaped(text) {
  return text.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g,
    (_, short, long, sign) => (sign ? signs[sign] ?? sign : String.fromCodePoint(parseInt(short ?? long, 16))));
}

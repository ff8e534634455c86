// What is proposed while a query is written: terms of the graph, variables and keywords at once, and the
// things that the search of this instance finds by their names.
import { classesOf, nameBefore, placeForPrefix, prefixesOf, roleAfter, tokensOf } from "./text.js";

const keywords = ("SELECT DISTINCT REDUCED WHERE CONSTRUCT DESCRIBE ASK OPTIONAL UNION MINUS FILTER BIND VALUES GRAPH FROM NAMED PREFIX BASE GROUP BY "
  + "HAVING ORDER ASC DESC LIMIT OFFSET AS EXISTS NOT IN UNDEF COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT BOUND IF COALESCE STR LANG LANGMATCHES DATATYPE "
  + "IRI BNODE STRLEN SUBSTR UCASE LCASE STRSTARTS STRENDS CONTAINS STRBEFORE STRAFTER CONCAT REGEX REPLACE ABS ROUND CEIL FLOOR NOW YEAR MONTH DAY "
  + "HOURS MINUTES SECONDS isIRI isLITERAL isBLANK isNUMERIC STRDT STRLANG sameTerm").split(" ");
const most = 40;
const leastForSearch = 3;
const delay = 150;
const word = /[?$]?[\p{L}\p{N}_.-]*(?::(?:[\p{L}\p{N}_%-]|\.(?=[\p{L}\p{N}_]))*)?$/u;

/** Return the sources of completion: that of the terms at `address`, and of the search at `search`. */
export function sourcesOf(vocabulary, search) {
  return search ? [(context) => ofTerms(context, vocabulary), (context) => ofThings(context, vocabulary, search)] : [(context) => ofTerms(context, vocabulary)];
}

/** Return the changes that insert `text` and declare its `prefix`, if the query does not. */
export function withPrefix(state, from, to, text, prefix, namespace) {
  const whole = state.doc.toString();
  const changes = [{ from, to, insert: text }];
  if (prefix !== undefined && namespace && !prefixesOf(whole).has(prefix)) {
    const place = placeForPrefix(whole);
    const isFirst = !/^\s*(PREFIX|BASE)\b/im.test(whole.slice(0, place));
    const before = place && whole[place - 1] !== "\n" ? "\n" : "";
    if (place <= from) changes.unshift({ from: place, insert: `${before}PREFIX ${prefix}: <${namespace}>\n${isFirst ? "\n" : ""}` });
  }
  return changes;
}

/**
 * Return the word before the cursor, where it begins, and the tokens before it, without the words of a name
 * that it ends, which begins at `start`; undefined in a string, an IRI or a comment.
 */
function before(context) {
  const text = context.state.sliceDoc(0, context.pos);
  const tokens = tokensOf(text);
  const last = tokens.at(-1);
  if (last?.end === text.length) {
    if (last.text.startsWith("#") || (/^["']/.test(last.text) && !isClosed(last.text))) return undefined;
    if (/^["'<@]/.test(last.text) && last.text !== "<") return undefined;
  }
  const found = word.exec(text)[0];
  const from = text.length - found.length;
  return { text, found, from, ...nameBefore(text, tokens.filter((one) => one.end <= from), from) };
}

function isClosed(text) {
  return text.length > 1 && text.endsWith(text[0]);
}

async function ofTerms(context, vocabulary) {
  const place = before(context);
  if (!place || (!place.found && !context.explicit)) return null;
  const { found, from, tokens, start } = place;
  if (/^[?$]/.test(found)) return ofVariables(context, found, from);
  // What ends a name of several words is no term.
  if (start < from) return null;
  const { prefixes, terms } = await vocabulary;
  if (/^prefix$/i.test(tokens.at(-1)?.text ?? "")) return ofPrefixes(context, found, from, prefixes);
  const { role, subject, property } = roleAfter(tokens);
  const words = found.toLowerCase();
  const isPrefixed = words.includes(":");
  const parents = new Map(terms.filter(({ kind }) => kind === "class").map((one) => [one.name, one.of]));
  const classes = above(subject ? classesOf(tokensOf(context.state.doc.toString()), subject) : [], parents);
  const taken = takenBy(property, terms);
  const isTaken = ({ of }) => !taken.length || taken.some((one) => above(of, parents).has(one));
  const options = [];
  for (const term of terms) {
    const rank = rankOf(term, words, isPrefixed, role, classes, isTaken);
    if (rank > 0) options.push(optionOf(term, prefixes, rank));
  }
  options.sort((one, other) => other.boost - one.boost);
  const shown = options.slice(0, most);
  if (found && !isPrefixed) {
    for (const one of keywords) if (one.toLowerCase().startsWith(words) && one.toLowerCase() !== words) shown.push({ label: one, type: "keyword", boost: role === "other" || role === "subject" ? 90 : -20 });
    for (const [prefix, namespace] of Object.entries(prefixes)) {
      if (prefix.startsWith(words)) shown.push({ label: `${prefix}:`, detail: namespace, type: "namespace", boost: -10, apply: applying(`${prefix}:`, prefix, namespace) });
    }
  }
  if (!found && role === "subject") shown.push(...variables(context));
  return shown.length ? { from, options: shown.sort((one, other) => (other.boost ?? 0) - (one.boost ?? 0)), filter: false } : null;
}

/** Return the declarations of prefixes that begin with `found` and are not there yet. */
function ofPrefixes(context, found, from, prefixes) {
  const declared = prefixesOf(context.state.doc.toString());
  const options = Object.entries(prefixes).filter(([prefix]) => `${prefix}:`.startsWith(found.toLowerCase()) && !declared.has(prefix))
    .map(([prefix, namespace]) => ({ label: `${prefix}:`, detail: namespace, type: "namespace", apply: `${prefix}: <${namespace}>` }));
  return options.length ? { from, options, filter: false } : null;
}

function rankOf(term, words, isPrefixed, role, classes, isTaken) {
  const { name, iri, label, kind, uses, of } = term;
  const short = name.toLowerCase();
  const local = short.slice(short.indexOf(":") + 1);
  let rank;
  if (!words) rank = 20;
  else if (isPrefixed) rank = short.startsWith(words) ? 60 : short.slice(0, short.indexOf(":") + 1) === words.slice(0, words.indexOf(":") + 1) && local.includes(words.slice(words.indexOf(":") + 1)) ? 40 : 0;
  else if (local.startsWith(words)) rank = 50;
  else if (label.toLowerCase().startsWith(words)) rank = 45;
  else if (short.includes(words) || label.toLowerCase().includes(words)) rank = 30;
  else rank = !name && iri.toLowerCase().includes(words) ? 10 : 0;
  if (!rank) return 0;
  const wanted = { class: "class", property: "property", value: "individual" }[role];
  if (wanted && kind === wanted) rank += 30;
  // Where nothing was typed yet, only what fits the place is proposed.
  else if (!words && wanted) return 0;
  if (role === "value" && kind === "individual") {
    // Where all of a kind are proposed, only those that the property takes.
    if (isTaken(term)) rank += 25;
    else if (!words || words.endsWith(":")) return 0;
  }
  if (kind === "property" && of.some((one) => classes.has(one))) rank += 25;
  return rank + Math.min(9, Math.log10(uses + 1) * 2);
}

/** Return the classes that values of `property` are of, as far as that is known. */
function takenBy(property, terms) {
  return terms.find(({ name }) => name && name === property)?.takes ?? [];
}

/** Return `names` and the names of all classes above them, by the `parents` of each. */
function above(names, parents) {
  const found = new Set();
  const left = [...names];
  while (left.length) {
    const name = left.pop();
    if (found.has(name)) continue;
    found.add(name);
    left.push(...(parents.get(name) ?? []));
  }
  return found;
}

function optionOf(term, prefixes, boost) {
  const prefix = term.name ? term.name.slice(0, term.name.indexOf(":")) : undefined;
  const text = term.name || `<${term.iri}>`;
  return {
    label: text,
    detail: term.label,
    type: { class: "class", property: "property", individual: "constant" }[term.kind],
    boost,
    info: () => aboutTerm(term),
    apply: applying(text, prefix, prefixes[prefix]),
  };
}

function applying(text, prefix, namespace) {
  return (view, _, from, to) => {
    const changes = withPrefix(view.state, from, to, text, prefix, namespace);
    const added = changes.length > 1 ? changes[0].insert.length : 0;
    view.dispatch({ changes, selection: { anchor: from + added + text.length }, userEvent: "input.complete" });
  };
}

function aboutTerm({ name, iri, label, comment, kind, uses, of }) {
  const about = document.createElement("div");
  const line = (tag, className, text) => {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    about.append(made);
  };
  line("strong", "", label || name);
  if (comment) line("span", "", comment);
  if (kind === "property" && of.length) line("span", "soft", `of ${of.join(", ")}`);
  if (uses) line("span", "soft", kind === "class" ? `${uses.toLocaleString("en")} of these` : `in ${uses.toLocaleString("en")} statements`);
  if (!name) line("span", "soft", iri);
  return about;
}

function ofVariables(context, found, from) {
  const options = variables(context, found);
  return options.length ? { from, options, validFor: /^[?$][\p{L}\p{N}_]*$/u } : null;
}

function variables(context, besides = "") {
  const counts = new Map();
  for (const { text } of tokensOf(context.state.doc.toString())) if (/^[?$]/.test(text)) counts.set(text, (counts.get(text) ?? 0) + 1);
  // The word that is being typed is no proposal, unless it stands elsewhere too.
  if (counts.get(besides) === 1) counts.delete(besides);
  return [...counts.keys()].map((label) => ({ label, type: "variable", boost: 5 }));
}

async function ofThings(context, vocabulary, search) {
  const place = before(context);
  if (!place || /[?$:]/.test(place.found)) return null;
  const { tokens, start, text } = place;
  const { role, property, isInside } = roleAfter(tokens);
  const name = text.slice(start);
  if (name.length < leastForSearch || role === "class" || keywords.some((one) => one.toLowerCase() === name.toLowerCase())) return null;
  if (!isInside && !/^(describe|from|named)$/i.test(tokens.at(-1)?.text ?? "")) return null;
  const taken = takenBy(property, (await vocabulary).terms);
  await new Promise((done) => setTimeout(done, delay));
  if (context.aborted) return null;
  const request = new AbortController();
  context.addEventListener("abort", () => request.abort());
  try {
    const address = new URL(search, document.baseURI);
    address.search = new URLSearchParams({ q: name, limit: 8, format: "json" });
    const response = await fetch(address, { signal: request.signal });
    if (!response.ok) return null;
    const { results } = await response.json();
    const options = results.map((one, number) => ({
      label: one.label,
      detail: [one.kind_label, one.matched && one.matched !== one.label ? `“${one.matched}”` : one.note].filter(Boolean).join(" · "),
      type: "text",
      // The kinds of things have the names of their classes.
      boost: (role === "value" ? 70 : 15) - number + (taken.some((of) => of.toLowerCase() === `urb:${one.kind}`) ? 20 : 0),
      apply: `<${one.iri}>`,
    }));
    return { from: start, options, filter: false };
  } catch {
    // The search is a help only.
    return null;
  }
}

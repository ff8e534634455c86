// The text of a query: its words, its prefixes, and what stands before the cursor.

const token = /"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|<[^<>"{}|^`\\\s]*>|#[^\n]*|[?$][\p{L}\p{N}_]+|@[\w-]+|[\p{L}_][\p{L}\p{N}_-]*(?:\.[\p{L}\p{N}_-]+)*(?::(?:[\p{L}\p{N}_:%-]|\.(?=[\p{L}\p{N}_])|\\.)*)?|:(?:[\p{L}\p{N}_:%-]|\\.)*|[\d.]*\d[\d.eE]*|\^\^|[^\s]/gu;
const declared = /(?:^|\s)PREFIX\s+([\p{L}\p{N}_.-]*):\s*<([^>]*)>/giu;
// What ends a statement or begins a pattern, so that a subject follows.
const beforeSubject = new Set(["{", "}", ".", ")"]);
const clauses = /^(where|optional|union|minus|graph|service|values|filter|bind|select|ask|construct|describe|distinct|reduced|group|order|by|having|limit|offset|from|named|prefix|base|as|exists|not|in|asc|desc|undef)$/i;
const typing = /^(a|rdf:type)$/;
const bare = /^\p{L}[\p{L}\p{N}-]*$/u;

/** Return the tokens of `text`: {text, start, end}. */
export function tokensOf(text) {
  return [...text.matchAll(token)].map((match) => ({ text: match[0], start: match.index, end: match.index + match[0].length }));
}

/** Return the prefixes that `text` declares, with their namespaces. */
export function prefixesOf(text) {
  return new Map([...text.matchAll(declared)].map(([, prefix, namespace]) => [prefix, namespace]));
}

/** Return the place in `text` where a declaration of a prefix belongs, behind the last one or a comment at the top. */
export function placeForPrefix(text) {
  let place = 0;
  for (const line of text.matchAll(/^[ \t]*(#[^\n]*|(?:PREFIX|BASE)\b[^\n]*)?(\n|$)/gimu)) {
    if (line.index > place && line.index !== place) break;
    if (line[1] === undefined) break;
    place = line.index + line[0].length;
  }
  return place;
}

/**
 * Return where the tokens before a word end: the role "class", "subject", "property", "value", or "other",
 * the subject and the property, and whether a brace is open.
 */
export function roleAfter(tokens) {
  let terms = [];
  let brackets = 0;
  let braces = 0;
  for (const { text } of tokens) {
    if (text.startsWith("#")) continue;
    if (text === "(") brackets += 1;
    else if (text === ")") brackets = Math.max(0, brackets - 1);
    else if (text === "{") braces += 1;
    else if (text === "}") braces = Math.max(0, braces - 1);
    if (beforeSubject.has(text) && !brackets) terms = [];
    else if (text === ";") terms = terms.slice(0, 1);
    else if (text === ",") terms = terms.slice(0, 2);
    else if (text === "[") terms = [text];
    else if (text === "/" || text === "|" || text === "^") terms = terms.slice(0, 1);
    else if (clauses.test(text)) terms = ["clause", "clause", "clause", "clause"];
    else if (!/^[*+?!()]$/.test(text)) terms.push(text);
  }
  const [subject, property] = terms;
  const isInside = braces > 0;
  if (brackets || terms.length > 2) return { role: "other", isInside };
  if (terms.length === 2) return { role: typing.test(property) ? "class" : "value", subject, property, isInside };
  return { role: terms.length ? "property" : "subject", subject, isInside };
}

/**
 * Divide the tokens before a word that begins at `from` in `text`: {tokens, start} has those before the
 * name that the word ends, and where that begins. A name may have several words on a line, which SPARQL
 * has nowhere else.
 */
export function nameBefore(text, tokens, from) {
  const left = [...tokens];
  let start = from;
  while (left.length) {
    const { text: word, start: begin, end } = left.at(-1);
    if (!bare.test(word) || clauses.test(word) || typing.test(word) || text.slice(end, start) !== " ") break;
    start = begin;
    left.pop();
  }
  return { tokens: left, start };
}

/** Return the classes that `tokens` state of `subject`. */
export function classesOf(tokens, subject) {
  const found = [];
  tokens.forEach(({ text }, place) => {
    if (text === subject && typing.test(tokens[place + 1]?.text ?? "")) found.push(tokens[place + 2]?.text);
  });
  return found.filter(Boolean);
}

/** Return the index in `text` of `line` and `column`, both from 1, where columns count characters. */
export function indexOf(text, line, column) {
  const lines = text.split(/\r\n|\r|\n/);
  let index = 0;
  for (let number = 0; number < Math.min(line - 1, lines.length - 1); number += 1) index += lines[number].length + 1;
  const characters = [...(lines[Math.min(line, lines.length) - 1] ?? "")];
  return index + characters.slice(0, column - 1).join("").length;
}

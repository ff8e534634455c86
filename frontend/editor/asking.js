// Sending a query, and what its response says of time and cache.
import { readAnswer } from "../results/answer.js";

const accepted = "application/sparql-results+json, application/n-triples";
// Proxies take addresses of some thousand characters; longer queries are sent by the method QUERY (RFC 10008).
const longest = 4000;

/** A problem of the server (RFC 9457): its title, detail, and line and column where it has a place. */
export class Problem extends Error {
  constructor(members) {
    super(members.detail);
    Object.assign(this, members);
  }
}

/** Return the address of the answer to `query`, in `format` if it is given. */
export function addressOf(endpoint, query, graphs, format) {
  const address = new URL(endpoint, document.baseURI);
  address.search = new URLSearchParams([["query", query], ...graphs, ...(format ? [["format", format]] : [])]);
  return address;
}

/** Ask `endpoint`; return {answer, timing, text}. Aborting `signal` stops the query on the server, too. */
export async function ask(endpoint, query, graphs, { signal, accept = accepted }) {
  const start = performance.now();
  const address = addressOf(endpoint, query, graphs);
  const isShort = address.href.length <= longest;
  if (!isShort) address.search = new URLSearchParams(graphs);
  const response = await fetch(address, {
    signal,
    ...(isShort ? {} : { method: "QUERY", body: query }),
    headers: { Accept: accept, ...(isShort ? {} : { "Content-Type": "application/sparql-query" }) },
  });
  const text = await response.text();
  const timing = timingOf(response.headers, performance.now() - start);
  const type = response.headers.get("Content-Type") ?? "";
  if (!response.ok) throw new Problem(/problem\+json/.test(type) ? JSON.parse(text) : { title: `Status ${response.status}`, detail: text.slice(0, 500) });
  return { answer: accept === accepted ? readAnswer(text, type) : undefined, text, timing };
}

function timingOf(headers, milliseconds) {
  const engine = /query;dur=([\d.]+)/.exec(headers.get("Server-Timing") ?? "")?.[1];
  const cache = headers.get("Cache-Status") ?? "";
  return { milliseconds, engine: engine && Number(engine), isCached: /;\s*hit/.test(cache) };
}

/** Return the timing of the page itself, as far as the browser knows it. */
export function timingOfPage() {
  const [page] = performance.getEntriesByType("navigation");
  const found = Object.fromEntries((page?.serverTiming ?? []).map((one) => [one.name, one]));
  // What the browser had kept itself came with less than its own bytes.
  const isKept = page?.transferSize < page?.encodedBodySize;
  return { milliseconds: page ? page.responseEnd - page.requestStart : 0, engine: found.query?.duration, isCached: isKept || found.cache?.description === "hit" };
}

/** Say in words how long it took, and where the answer came from. */
export function timingInWords({ milliseconds, engine, isCached }) {
  const taken = `answered in ${written(milliseconds)}`;
  if (isCached) return `${taken} from the cache${engine ? `; computed in ${written(engine)} before` : ""}`;
  return engine ? `${taken}, of which the query took ${written(engine)}` : taken;
}

function written(milliseconds) {
  return milliseconds < 1000 ? `${Math.max(1, Math.round(milliseconds))} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

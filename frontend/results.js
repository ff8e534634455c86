// Draws the answers that pages name: <div class="result" data-source="ADDRESS" data-view='{"kind": "bars",
// "x": COLUMN, "y": COLUMN}' data-boundaries="ADDRESS">. The kinds are bars, lines (x, y and, for a line
// each, series), map and graph; the address gives SPARQL results in JSON, for a graph N-Triples.
import { readAnswer } from "./results/answer.js";
import { drawFigure } from "./results/figure.js";
import { Shown } from "./results/terms.js";

// Below the chart the page has all rows.
const mostBars = 30;
const root = document.querySelector("a.brand")?.href ?? "/";

for (const place of document.querySelectorAll(".result[data-source]")) {
  // What is far below is fetched when it comes near.
  const watch = new IntersectionObserver(([entry]) => {
    if (!entry.isIntersecting) return;
    watch.disconnect();
    draw(place).catch((error) => {
      place.textContent = "The figure cannot be shown now; the table has the same.";
      console.warn(error);
    });
  }, { rootMargin: "300px" });
  watch.observe(place);
}

async function draw(place) {
  const { source, view, boundaries, name = "answer" } = place.dataset;
  const chosen = JSON.parse(view);
  const response = await fetch(source, { headers: { Accept: "application/sparql-results+json, application/n-triples" } });
  if (!response.ok) throw new Error(`${source}: ${response.status}`);
  const answer = readAnswer(await response.text(), response.headers.get("Content-Type") ?? "");
  const shown = new Shown({ root, base: document.body.dataset.base, prefixes: chosen.kind === "graph" ? await prefixes() : {} });
  await drawFigure(place, answer, chosen, { shown, boundaries, name, mostBars, label: place.getAttribute("aria-label") });
}

/** Return the prefixes that this instance uses, none if they cannot be had. */
async function prefixes() {
  const response = await fetch(new URL("sparql/completions.json", root));
  return response.ok ? (await response.json()).prefixes : {};
}

// The SPARQL editor of the page /sparql: it takes the place of the form that works without scripts.
import { addressOf, ask, Problem, timingInWords, timingOfPage } from "./editor/asking.js";
import { galleryDialog, keysDialog, shareDialog } from "./editor/dialogs.js";
import { makeField } from "./editor/editing.js";
import { Views } from "./editor/views.js";
import { element, named } from "./figures/element.js";
import { readAnswer } from "./results/answer.js";
import { Shown } from "./results/terms.js";

// Longer addresses are refused on the way.
const longestAddress = 16000;

const form = document.querySelector("form.query-editor");
const answers = document.querySelector("section.answers");
const area = form.querySelector("textarea");
const endpoint = form.getAttribute("action");
const { root, boundaries, search, queries } = form.dataset;
const formats = { results: form.dataset.results.split(" "), graph: form.dataset.graph.split(" ") };
const graphs = [...form.querySelectorAll("input[type=hidden]")].map(({ name, value }) => [name, value]);
const shown = new Shown({ root, base: document.body.dataset.base });
const vocabulary = fetch(`${endpoint}/completions.json`)
  .then((response) => (response.ok ? response.json() : Promise.reject(new Error(`${response.status}`))))
  .catch(() => ({ prefixes: {}, terms: [] }));
let running;
// The views of a stored query that was chosen are kept when it is run.
let isChosen = false;

const place = document.createElement("div");
place.className = "query-field";
form.querySelector("label").hidden = true;
area.hidden = true;
area.before(place);
form.classList.add("scripted");

const { tools, runButton } = makeTools();
const share = shareDialog(() => addressHere().href);
const help = keysDialog();
const field = makeField(place, area.value, { vocabulary, search, acts: { run: runOrStop, format, help, changed: () => field?.unmark() } });
const state = stateOf(location.hash);
const views = new Views(answers, {
  shown, endpoint, boundaries, state, formats,
  address: (format) => addressOf(endpoint, asked, graphs, format),
  raw: async () => (await ask(endpoint, asked, graphs, { accept: "text/turtle" })).text,
  keep: () => history.replaceState(history.state, "", withState(location.href)),
});
let asked = area.value;

vocabulary.then(({ prefixes }) => {
  shown.prefixes = Object.entries(prefixes);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  runOrStop();
});
addEventListener("popstate", () => {
  const query = new URLSearchParams(location.search).get("query");
  Object.assign(state, { view: undefined, names: undefined, x: undefined, y: undefined, series: undefined, kind: undefined }, stateOf(location.hash));
  if (query === null) return location.reload();
  field.text = query;
  run(false);
});
begin();

/** Show the answer that came with the page, or ask for it; mark the error that came instead. */
async function begin() {
  const query = new URLSearchParams(location.search).get("query");
  const problem = answers.querySelector(".problem");
  if (problem) {
    const { line, column } = problem.dataset;
    await vocabulary;
    showProblem({ title: problem.querySelector("h2").textContent, detail: problem.querySelector("p").textContent, line: Number(line) || undefined, column: Number(column) });
    return;
  }
  const data = document.getElementById("answer-data");
  if (data) {
    await vocabulary;
    await views.show(readAnswer(data.textContent, "application/sparql-results+json"), timingInWords(timingOfPage()));
  } else if (query !== null) await run(false);
}

function runOrStop() {
  if (running) running.abort();
  else run(true);
}

/** Ask the query that is in the field, and show its answer; `isNew` puts it into the address. */
async function run(isNew) {
  asked = field.text;
  running = new AbortController();
  field.unmark();
  runButton.firstChild.textContent = "Stop";
  runButton.classList.add("running");
  answers.setAttribute("aria-busy", "true");
  const since = performance.now();
  const clock = setInterval(() => say(`Running for ${((performance.now() - since) / 1000).toFixed(1)} s`), 200);
  if (isNew) {
    // The views that were chosen are those of the query before.
    const before = new URLSearchParams(location.search).get("query");
    if (before !== asked && !isChosen) forget();
    isChosen = false;
    const address = addressHere();
    if (before !== asked && address.href.length <= longestAddress) history.pushState(null, "", address);
  }
  try {
    const { answer, timing } = await ask(endpoint, asked, graphs, { signal: running.signal });
    await vocabulary;
    say("");
    await views.show(answer, timingInWords(timing));
  } catch (error) {
    say("");
    if (error.name === "AbortError") answers.replaceChildren(named("p", "The query was stopped."));
    else if (error instanceof Problem) showProblem(error);
    else answers.replaceChildren(named("p", "The endpoint cannot be reached now; try again."));
  } finally {
    clearInterval(clock);
    running = undefined;
    runButton.firstChild.textContent = "Run";
    runButton.classList.remove("running");
    answers.removeAttribute("aria-busy");
  }
}

function showProblem({ title, detail, line, column }) {
  const box = document.createElement("div");
  box.className = "problem";
  box.setAttribute("role", "alert");
  element(box, "h2", "", title);
  element(box, "p", "", detail);
  for (const [name, act] of line ? field.mark({ line, column, detail }) : []) {
    const button = element(box, "button", "quiet", name);
    button.type = "button";
    button.addEventListener("click", act);
  }
  answers.replaceChildren(box);
}

async function format() {
  const [{ formatAst }, { parse }] = await Promise.all([import("sparql-formatter/src/formatter.js"), import("sparql-formatter/src/sparql-parser.js")]);
  const text = field.text;
  try {
    const formatted = formatAst(parse(text)).trimEnd();
    if (formatted !== text.trimEnd()) field.text = `${formatted}\n`;
    say("Formatted.");
  } catch (error) {
    const { line, column } = error.location?.start ?? {};
    say(line ? `It cannot be formatted: something is wrong at line ${line}, column ${column}, or is of SPARQL 1.2.` : "It cannot be formatted.");
  }
  field.focus();
}

function choose(stored) {
  forget();
  const { kind, ...axes } = stored.view;
  if (kind === "lines" || kind === "bars") Object.assign(state, axes, { kind, view: "bars" });
  else if (kind !== "table") state.view = kind;
  field.text = `${stored.query.trim()}\n`;
  field.focus();
  isChosen = true;
  runOrStop();
}

function makeTools() {
  const row = form.querySelector(".actions");
  const button = row.querySelector("button");
  button.replaceChildren("Run");
  button.title = "Run the query (Ctrl+Enter)";
  row.querySelector(".as").hidden = true;
  const link = row.querySelector("a");
  link?.remove();
  const status = element(row, "span", "soft");
  status.setAttribute("role", "status");
  const made = element(row, "span", "tools");
  const offered = [["Format", format], ["Share", () => share()], ["Keys", () => help()]];
  if (queries) offered.unshift(["Stored queries", galleryDialog(queries, choose)]);
  for (const [name, act] of offered) {
    const tool = element(made, "button", "quiet", name);
    tool.type = "button";
    tool.addEventListener("click", act);
  }
  return { tools: { status }, runButton: button };
}

function say(text) {
  tools.status.textContent = text;
}

/** Return the address of this page with the query of the field and the views as they are. */
function addressHere() {
  return new URL(withState(addressOf(endpoint, field.text, graphs).href));
}

function stateOf(hash) {
  const found = Object.fromEntries(new URLSearchParams(hash.slice(1)));
  return { ...found, names: "names" in found };
}

function withState(address) {
  const url = new URL(address);
  const { view, names, x, y, series, kind } = state;
  const kept = Object.entries({ view, names: names ? "1" : "", ...(view === "bars" ? { kind, x, y, series } : {}) }).filter(([, value]) => value);
  url.hash = new URLSearchParams(kept);
  return url.href;
}

function forget() {
  for (const name of ["view", "x", "y", "series", "kind"]) delete state[name];
}

// The answer below the editor: how many rows, how long it took, its views, its downloads.
import { element } from "../figures/element.js";
import { axesOf, columnsOf, placesOf } from "../results/answer.js";
import { drawFigure } from "../results/figure.js";
import { drawTable } from "../results/table.js";
import { learnNames } from "../results/terms.js";

const titles = { table: "Table", bars: "Chart", map: "Map", graph: "Graph", raw: "Raw" };
const mostCharacters = 300000;
const mostNames = 5000;

/**
 * Shows answers in `place`. `formats` has the names of those of results and of graphs, `address` gives that
 * of the answer in one, `raw` the text of the graph for people,
 * `state` has what the address keeps: {view, names, x, y, series, kind}; `keep` notes a change of it.
 */
export class Views {
  constructor(place, { shown, endpoint, boundaries, formats, address, raw, state, keep }) {
    Object.assign(this, { place, shown, endpoint, boundaries, formats, address, raw, state, keep });
  }

  /** Show `answer`, which came with `words` on its timing. */
  async show(answer, words) {
    this.answer = answer;
    this.place.replaceChildren();
    const head = element(this.place, "div", "answer-head");
    const said = element(head, "p", "said");
    said.setAttribute("role", "status");
    element(said, "strong", "", summary(answer));
    element(said, "span", "soft", ` · ${words}`);
    this.offerFormats(head, answer);
    if (answer.kind === "boolean") return;
    const possible = viewsOf(answer);
    const tabs = element(this.place, "div", "answer-tabs");
    const list = element(tabs, "div", "tabs");
    list.setAttribute("role", "tablist");
    list.setAttribute("aria-label", "Views");
    this.offerNames(tabs, answer);
    this.panel = element(this.place, "div", "panel");
    this.panel.id = "answer-panel";
    this.panel.setAttribute("role", "tabpanel");
    this.panel.tabIndex = -1;
    const chosen = possible.includes(this.state.view) ? this.state.view : possible[0];
    for (const view of possible) {
      const tab = element(list, "button", "tab", titles[view]);
      tab.type = "button";
      tab.id = `tab-${view}`;
      tab.dataset.view = view;
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", this.panel.id);
      tab.addEventListener("click", () => this.choose(view, true));
    }
    list.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const all = [...list.children];
      const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
      next.focus();
      next.click();
    });
    this.tabs = list;
    await this.choose(chosen, false);
    if (this.state.names) await this.name(true);
  }

  async choose(view, isByReader) {
    for (const tab of this.tabs.children) {
      const isChosen = tab.dataset.view === view;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
    }
    this.view = view;
    if (isByReader) {
      this.state.view = view;
      this.keep();
    }
    this.panel.setAttribute("aria-labelledby", `tab-${view}`);
    await this.draw();
  }

  async draw() {
    const { panel, answer, view } = this;
    panel.replaceChildren();
    const figure = { shown: this.shown, boundaries: this.boundaries, name: "answer", label: `${titles[view]} of the answer` };
    try {
      if (view === "table") drawTable(panel, answer, this.shown);
      else if (view === "bars") await this.chart(panel, figure);
      else if (view === "raw") await this.text(panel);
      else await drawFigure(panel, answer, { kind: view }, figure);
    } catch (error) {
      if (error.name === "AbortError") return;
      element(panel, "p", "", `This cannot be shown now: ${error.message}`);
      console.warn(error);
    }
  }

  /** Draw the chart, below the choice of its axes. */
  async chart(panel, figure) {
    const columns = columnsOf(this.answer);
    const { x, y, series, kind } = this.state;
    const has = (name) => columns.some((one) => one.name === name);
    const suited = axesOf(columns);
    const axes = has(x) && has(y) ? { kind: kind ?? "bars", x, y, series: has(series) ? series : "" } : suited;
    const form = element(panel, "form", "axes");
    form.addEventListener("submit", (event) => event.preventDefault());
    const choices = [
      ["kind", "Drawn as", [["bars", "bars"], ["lines", "lines"]]],
      ["x", "Labels or times", columns.map(({ name }) => [name, name])],
      ["y", "Numbers", columns.filter((one) => one.isNumber).map(({ name }) => [name, name])],
      ["series", "A line for each", [["", "–"], ...columns.filter((one) => !one.isNumber).map(({ name }) => [name, name])]],
    ];
    for (const [name, title, options] of choices) {
      if (name === "series" && axes.kind !== "lines") continue;
      const label = element(form, "label", "", "");
      element(label, "span", "", title);
      const select = element(label, "select");
      select.name = name;
      for (const [value, text] of options) select.append(new Option(text, value));
      select.value = axes[name] ?? "";
    }
    form.addEventListener("change", async (event) => {
      Object.assign(this.state, axes, Object.fromEntries(new FormData(form)), { view: "bars" });
      this.keep();
      const { name } = event.target;
      await this.draw();
      this.panel.querySelector(`select[name=${name}]`)?.focus();
    });
    await drawFigure(panel, this.answer, axes, figure);
  }

  async text(panel) {
    const whole = this.answer.kind === "graph" ? await this.raw() : pretty(this.answer.text);
    const pre = element(panel, "pre", "raw");
    pre.tabIndex = 0;
    pre.setAttribute("role", "region");
    pre.setAttribute("aria-label", "The answer as text");
    element(pre, "code", "", whole.slice(0, mostCharacters));
    if (whole.length > mostCharacters) element(panel, "p", "soft", "The text is cut here; the downloads have all of it.");
  }

  offerFormats(head, answer) {
    const downloads = element(head, "p", "formats");
    element(downloads, "span", "soft", "Download");
    for (const format of this.formats[answer.kind === "graph" ? "graph" : "results"]) {
      const link = element(downloads, "a", "", format);
      link.href = this.address(format);
      link.download = `answer.${format}`;
    }
  }

  offerNames(tabs, answer) {
    if (!irisOf(answer).length) return;
    const label = element(tabs, "label", "names");
    const box = element(label, "input");
    box.type = "checkbox";
    box.checked = Boolean(this.state.names);
    label.append(" Names instead of IRIs");
    box.addEventListener("change", async () => {
      this.state.names = box.checked;
      this.keep();
      await this.name(box.checked);
    });
  }

  /** Show names instead of IRIs, or no longer. */
  async name(hasNames) {
    this.shown.hasNames = hasNames;
    if (hasNames) {
      try {
        await learnNames(this.shown, irisOf(this.answer).slice(0, mostNames), this.endpoint);
      } catch (error) {
        element(this.panel, "p", "", error.message);
        return;
      }
    }
    await this.draw();
  }
}

/** Return the IRIs in `answer`, each once. */
function irisOf(answer) {
  const terms = answer.kind === "graph" ? answer.triples.flat() : answer.rows.flatMap((row) => Object.values(row));
  return [...new Set(terms.filter(({ type }) => type === "uri").map(({ value }) => value))];
}

function viewsOf(answer) {
  if (answer.kind === "graph") return ["graph", "table", "raw"];
  if (!answer.rows.length) return ["table", "raw"];
  const columns = columnsOf(answer);
  return ["table", ...(axesOf(columns) ? ["bars"] : []), ...(placesOf(columns) ? ["map"] : []), "raw"];
}

function summary(answer) {
  if (answer.kind === "boolean") return answer.value ? "Yes, the query has a solution" : "No, the query has no solution";
  const count = answer.kind === "graph" ? answer.triples.length : answer.rows.length;
  const what = answer.kind === "graph" ? "statement" : "row";
  return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
}

function pretty(text) {
  return text.length > mostCharacters ? text : JSON.stringify(JSON.parse(text), null, 2);
}

// An answer as a table: rows are shown some hundreds at a time, and sorted by the headings.
import { element } from "../figures/element.js";
import { columnsOf, numberOf } from "./answer.js";

const first = 200;
const further = 1000;

/** Show the rows of `answer`, or its triples, in `place`. */
export function drawTable(place, answer, shown) {
  const { columns, rows } = answer.kind === "graph" ? ofTriples(answer) : answer;
  if (!rows.length) return element(place, "p", "", "The query has no solution: there are no rows.");
  const known = new Map(columnsOf({ columns, rows }).map((one) => [one.name, one]));
  const region = document.createElement("div");
  region.className = "answer scroll";
  region.tabIndex = 0;
  region.setAttribute("role", "region");
  region.setAttribute("aria-label", "Rows");
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  const body = table.createTBody();
  const more = document.createElement("button");
  more.type = "button";
  more.className = "quiet";
  let sorted = rows;
  let order;

  for (const name of columns) {
    const heading = document.createElement("th");
    heading.scope = "col";
    if (known.get(name).isNumber) heading.className = "value";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.textContent = name;
    button.addEventListener("click", () => sort(name, heading));
    heading.append(button);
    head.append(heading);
  }
  more.addEventListener("click", () => {
    const start = body.rows.length;
    fill(further);
    body.rows[start]?.querySelector("a")?.focus();
  });
  region.append(table);
  place.append(region, more);
  fill(first);

  function fill(count) {
    const part = document.createDocumentFragment();
    const start = body.rows.length;
    for (const row of sorted.slice(start, start + count)) {
      const line = document.createElement("tr");
      for (const name of columns) {
        const cell = line.insertCell();
        if (known.get(name).isNumber) cell.className = "value";
        if (row[name]) cell.append(shown.node(row[name]));
      }
      part.append(line);
    }
    body.append(part);
    const left = sorted.length - body.rows.length;
    more.hidden = !left;
    more.textContent = `Show ${Math.min(left, further).toLocaleString("en")} more of ${left.toLocaleString("en")}`;
  }

  function sort(name, heading) {
    // Up, down, and as the answer has them.
    const next = order?.name !== name ? "ascending" : order.way === "ascending" ? "descending" : undefined;
    for (const cell of head.cells) cell.removeAttribute("aria-sort");
    order = next && { name, way: next };
    if (next) heading.setAttribute("aria-sort", next);
    sorted = next ? [...rows].sort((one, other) => compared(one[name], other[name]) * (next === "ascending" ? 1 : -1)) : rows;
    const count = body.rows.length;
    body.replaceChildren();
    fill(count);
  }

  function compared(one, other) {
    // Cells without a value come first.
    if (!one || !other) return Number(Boolean(one)) - Number(Boolean(other));
    const difference = numberOf(one) - numberOf(other);
    return Number.isNaN(difference) ? shown.text(one).localeCompare(shown.text(other), "en", { numeric: true }) : difference;
  }
}

/** Return triples as rows. */
export function ofTriples({ triples }) {
  const columns = ["subject", "property", "value"];
  return { columns, rows: triples.map(([subject, property, value]) => ({ subject, property, value })) };
}

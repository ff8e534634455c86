// An answer as a figure: a chart, a map or a graph, each of which is loaded when it is first drawn.
import { offerDownloads } from "../figures/download.js";

/**
 * Draw `answer` in `place` as `view` says ({kind, x, y, series}), as a figure with its downloads.
 * `boundaries` is the address of the countries, `label` says what it shows; a chart has `mostBars` at most.
 */
export async function drawFigure(place, answer, view, { shown, boundaries, name, label, mostBars = 60 }) {
  const figure = document.createElement("figure");
  const inner = document.createElement("div");
  const downloads = document.createElement("p");
  figure.className = "figure";
  downloads.className = "downloads";
  figure.append(inner, downloads);
  place.append(figure);
  let svg;
  if (view.kind === "map") {
    const { drawAnswerMap } = await import("./map.js");
    inner.className = "map";
    inner.dataset.name = name;
    inner.setAttribute("role", "group");
    if (label) inner.setAttribute("aria-label", label);
    await drawAnswerMap(inner, answer, shown, boundaries);
  } else if (view.kind === "graph") {
    const { drawGraph } = await import("./graph.js");
    svg = drawGraph(inner, answer, shown, downloads);
  } else {
    const { drawChart } = await import("./chart.js");
    svg = drawChart(inner, answer, view, shown, mostBars);
  }
  if (svg) offerDownloads(svg, downloads, name);
}

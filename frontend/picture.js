// Pictures that stand in the page: their downloads, and the zoom of large ones.
import { offerDownloads } from "./figures/download.js";
import { attach } from "./figures/zooming.js";

for (const figure of document.querySelectorAll("figure[data-name]")) {
  const svg = figure.querySelector("svg");
  const place = figure.querySelector(".downloads");
  if (!svg || !place) continue;
  offerDownloads(svg, place, figure.dataset.name);
  const zoomed = svg.querySelector(".zoomable");
  if (zoomed) attach(svg, zoomed, place);
}

// Pictures that stand in the page: their downloads.
import { offerDownloads } from "./figures/download.js";

for (const figure of document.querySelectorAll("figure[data-name]")) {
  const svg = figure.querySelector("svg");
  const place = figure.querySelector(".downloads");
  if (svg && place) offerDownloads(svg, place, figure.dataset.name);
}

// Zooming a part of a picture, by buttons, the pointer and keys.
import { select } from "d3-selection";
import { zoom, zoomIdentity } from "d3-zoom";

// From this zoom on all names are shown.
const near = 2.2;

/** Have `svg` zoom its part `zoomed`, by buttons in `place`, the pointer, and keys where it has the focus. */
export function attach(svg, zoomed, place) {
  const { width, height } = svg.viewBox.baseVal;
  let scale = 1;
  const zooming = zoom().scaleExtent([1, 12]).extent([[0, 0], [width, height]]).translateExtent([[0, 0], [width, height]])
    // The page must scroll over the picture.
    .filter((event) => (event.type === "wheel" ? event.ctrlKey || document.activeElement === svg
      : event.touches ? event.touches.length > 1 || scale > 1 : !event.button))
    .on("zoom", ({ transform }) => {
      scale = transform.k;
      zoomed.setAttribute("transform", transform);
      svg.classList.toggle("near", scale >= near);
    });
  const picture = select(svg).attr("tabindex", 0).call(zooming);
  const acts = {
    "+": ["Zoom in", () => picture.call(zooming.scaleBy, 1.6)],
    "−": ["Zoom out", () => picture.call(zooming.scaleBy, 1 / 1.6)],
    "↺": ["Show all", () => picture.call(zooming.transform, zoomIdentity)],
  };
  for (const [sign, [label, act]] of Object.entries(acts)) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = sign;
    button.setAttribute("aria-label", label);
    button.addEventListener("click", act);
    place.append(button);
  }
  const moves = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
  svg.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (target !== svg) return;
    if (key === "+" || key === "=") acts["+"][1]();
    else if (key === "-") acts["−"][1]();
    else if (key in moves && scale > 1) picture.call(zooming.translateBy, ...moves[key].map((way) => way / scale));
    else return;
    event.preventDefault();
  });
}

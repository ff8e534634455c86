// The drawing of a map: points with names, lines between them, and areas, on the countries of Europe.
// Keys: arrows go from point to point, Enter opens, + and − zoom.
import { geoAzimuthalEqualArea, geoBounds, geoPath } from "d3-geo";
import { scaleSqrt } from "d3-scale";
import { select } from "d3-selection";
import { zoom, zoomIdentity } from "d3-zoom";
import { feature } from "topojson-client";
import { offerDownloads } from "./download.js";
import { element, named } from "./element.js";

// West, south, east, north of what a map of all cities shows first, in degrees.
const europe = [-10.5, 34.5, 34, 66.5];
// A map of few cities shows at least this many degrees around them.
const leastSpan = 3;
const farthest = 24;
const root = new URL(document.querySelector("a.brand")?.href ?? "/", document.baseURI);
const boundaries = new Map();

/**
 * Draw in `place` the `points` of `data`, its `lines` between points, and its `shapes`, which are
 * GeoJSON with a name; `land` are the countries. Points without a page open nothing.
 */
export function drawMap(place, land, data) {
  const width = place.clientWidth;
  const height = place.clientHeight;
  const projection = geoAzimuthalEqualArea().rotate([-12, -52]);
  projection.fitExtent([[24, 24], [width - 24, height - 24]], frame(data));
  const path = geoPath(projection);
  const largest = Math.max(...data.points.map((point) => point.size), 4);
  const radius = scaleSqrt([0, largest], [1.2, Math.min(11, width / 45)]);

  const svg = select(place).append("svg").attr("viewBox", [0, 0, width, height]).attr("tabindex", 0)
    .attr("role", "application").attr("aria-roledescription", "map")
    .attr("aria-label", `${place.getAttribute("aria-label") ?? data.title}. Arrow keys go from place to place, Enter opens its page, plus and minus zoom.`);
  const moved = svg.append("g");
  moved.append("g").selectAll("path").data(land.features).join("path").attr("class", "land").attr("d", path);
  moved.append("g").selectAll("path").data(data.shapes ?? []).join("path").attr("class", "shape").attr("d", ({ geometry }) => path(geometry))
    .append("title").text(({ name }) => name);
  const lines = moved.append("g").selectAll("path").data(data.lines).join("path").attr("class", "line")
    .attr("d", ([start, end]) => path({ type: "LineString", coordinates: [start, end].map((one) => [data.points[one].lon, data.points[one].lat]) }))
    .attr("stroke-width", ([, , weight]) => 0.6 + weight * 0.6);
  for (const point of data.points) [point.x, point.y] = projection([point.lon, point.lat]);
  const cities = moved.append("g").selectAll("a").data(data.points).join("a")
    .attr("href", ({ page }) => (page ? new URL(page, root).href : null)).attr("tabindex", -1)
    .attr("aria-label", ({ name, note }) => `${name}, ${note}`)
    .attr("class", ({ role }) => `city ${role ?? ""}`);
  const circles = cities.append("circle").attr("cx", ({ x }) => x).attr("cy", ({ y }) => y);
  const names = data.points.length <= 30
    ? cities.append("text").attr("x", ({ x }) => x).attr("y", ({ y }) => y).text(({ name }) => name)
    : undefined;

  const tip = element(place, "div", "tip");
  tip.hidden = true;
  const status = element(place, "span", "hidden");
  status.setAttribute("role", "status");
  let view = zoomIdentity;
  let current;

  const zooming = zoom().scaleExtent([0.6, farthest]).translateExtent([[-width, -height], [2 * width, 2 * height]])
    // The page must scroll over the map: the wheel zooms where the map has the focus.
    .filter((event) => (event.type === "wheel" ? event.ctrlKey || document.activeElement === svg.node()
      : event.touches ? event.touches.length > 1 || view.k > 1 : !event.button))
    .on("zoom", ({ transform }) => {
      view = transform;
      moved.attr("transform", transform);
      place.classList.toggle("zoomed", transform.k > 1);
      size();
      show(current);
    });
  svg.call(zooming).on("dblclick.zoom", null);

  /** Give circles and names their size at this zoom: they grow slower than the land. */
  function size() {
    const scale = Math.sqrt(view.k) / view.k;
    circles.attr("r", (point) => (point.size ? radius(point.size) * scale : 0)).attr("stroke-width", 0.8 * scale);
    names?.attr("font-size", 12 / view.k).attr("dx", (point) => radius(point.size) * scale + 3 / view.k).attr("dy", 4 / view.k)
      .attr("stroke-width", 3 / view.k);
    if (names) separate(names, view.k);
    lines.attr("stroke-width", ([, , weight]) => (0.6 + weight * 0.6) * scale);
  }

  function show(point) {
    current = point;
    cities.classed("current", (one) => one === point);
    tip.hidden = !point;
    if (!point) return;
    const [x, y] = view.apply([point.x, point.y]);
    const shown = place.clientWidth / width;
    tip.replaceChildren(named("strong", point.name), named("span", point.note));
    tip.style.left = `${Math.max(8, Math.min(x * shown, place.clientWidth - tip.offsetWidth - 8))}px`;
    const above = y * shown - tip.offsetHeight - 14;
    tip.style.top = `${above > 4 ? above : y * shown + 14}px`;
  }

  cities.on("pointerenter", (_, point) => show(point)).on("pointerleave", () => show(undefined));
  svg.on("blur", () => show(undefined)).on("keydown", (event) => {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key in ways) {
      const next = current ? neighbour(data.points, current, ways[event.key]) : data.points.find((one) => one.size);
      if (next) {
        if (!isInside(view.apply([next.x, next.y]), width, height)) svg.call(zooming.translateTo, next.x, next.y);
        show(next);
        status.textContent = `${next.name}, ${next.note}`;
      }
    } else if (event.key === "Enter" && current?.page) location.assign(new URL(current.page, root));
    else if (event.key === "+" || event.key === "=") by(1.5);
    else if (event.key === "-") by(1 / 1.5);
    else if (event.key === "0") svg.call(zooming.transform, zoomIdentity);
    else if (event.key === "Escape") show(undefined);
    else return;
    event.preventDefault();
  });

  function by(factor) {
    svg.call(zooming.scaleBy, factor, current ? view.apply([current.x, current.y]) : undefined);
  }

  const buttons = element(place, "div", "zoom");
  for (const [sign, label, act] of [
    ["+", "Zoom in", () => by(1.5)],
    ["−", "Zoom out", () => by(1 / 1.5)],
    ["↺", "Show all", () => svg.call(zooming.transform, zoomIdentity)],
  ]) {
    const button = element(buttons, "button", "quiet", sign);
    button.type = "button";
    button.title = label;
    button.setAttribute("aria-label", label);
    button.addEventListener("click", act);
  }

  size();
  const downloads = place.parentElement.querySelector(".downloads");
  if (downloads) offerDownloads(svg.node(), downloads, place.dataset.name ?? "map");

  /** Show the points as they are now, of which those of size 0 are hidden; return how many are left. */
  return function update() {
    cities.classed("away", (point) => !point.size).attr("aria-label", ({ name, note }) => `${name}, ${note}`);
    show(undefined);
    size();
    const shown = data.points.filter((point) => point.size).length;
    status.textContent = `${shown} ${shown === 1 ? "city" : "cities"}`;
    return shown;
  };
}

/** Hide the names that would lie on others; those of larger cities and of the lead stay. */
function separate(names, scale) {
  const taken = [];
  const order = names.nodes().sort((one, other) => rank(other.__data__) - rank(one.__data__));
  for (const node of order) {
    const { x, y, name, size } = node.__data__;
    const box = [x, y - 8 / scale, x + (name.length * 6.6 + 10) / scale, y + 8 / scale];
    const isFree = size && taken.every((other) => box[0] > other[2] || box[2] < other[0] || box[1] > other[3] || box[3] < other[1]);
    node.setAttribute("visibility", isFree ? "visible" : "hidden");
    if (isFree) taken.push(box);
  }
}

function rank({ role, size }) {
  return role ? 1000 : size;
}

/** Return the point nearest to `from` in the direction `way`. */
function neighbour(points, from, [dx, dy]) {
  let best;
  let least = Infinity;
  for (const point of points) {
    if (point === from || !point.size) continue;
    const x = point.x - from.x;
    const y = point.y - from.y;
    const along = x * dx + y * dy;
    const aside = Math.abs(x * dy - y * dx);
    const far = along + 2 * aside;
    if (along > 0 && aside <= along * 2 && far < least) [best, least] = [point, far];
  }
  return best;
}

function isInside([x, y], width, height) {
  return x > 10 && y > 10 && x < width - 10 && y < height - 10;
}

/** Return what a map of `data` must show, as GeoJSON. */
function frame({ points, networks, shapes = [] }) {
  let [west, south, east, north] = europe;
  if (!networks && (points.length || shapes.length)) {
    const corners = shapes.flatMap(({ geometry }) => geoBounds(geometry)).filter((one) => one.every(Number.isFinite));
    const lons = [...points.map(({ lon }) => lon), ...corners.map(([lon]) => lon)];
    const lats = [...points.map(({ lat }) => lat), ...corners.map(([, lat]) => lat)];
    [west, east] = around(Math.min(...lons), Math.max(...lons));
    [south, north] = around(Math.min(...lats), Math.max(...lats));
  }
  const middle = (west + east) / 2;
  return { type: "MultiPoint", coordinates: [[west, south], [west, north], [east, south], [east, north], [middle, north], [middle, south]] };
}

function around(least, most) {
  const missing = Math.max(0, leastSpan - (most - least)) / 2;
  return [least - missing, most + missing];
}

/** Return the countries at `address`, which is fetched once. */
export async function countries(address) {
  if (!boundaries.has(address)) boundaries.set(address, json(address).then((found) => feature(found, found.objects.countries)));
  return boundaries.get(address);
}

export async function json(address) {
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.json();
}

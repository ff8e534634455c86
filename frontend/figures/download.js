// Pictures as files: an SVG of the page that looks the same alone, and a PNG of it.
// What of the style of an element makes its looks: what it has from its parent, and what it has not.
const inherited = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-linejoin",
  "font-size", "font-weight", "text-anchor", "visibility", "paint-order"];
const own = { opacity: "1", display: "inline", "vector-effect": "none" };
const scale = 2;

/** Add to `place` a button for each format that saves `svg` as `name`. */
export function offerDownloads(svg, place, name) {
  for (const [format, make] of Object.entries({ SVG: vector, PNG: raster })) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = format;
    button.setAttribute("aria-label", `Save the picture as ${format}`);
    button.addEventListener("click", async () => save(await make(svg), `${name}.${format.toLowerCase()}`));
    place.append(button);
  }
}

/** Return `svg` as a file of its own: what style sheets say of it becomes attributes. */
export function alone(svg) {
  const copy = svg.cloneNode(true);
  const originals = [svg, ...svg.querySelectorAll("*")];
  const copies = [copy, ...copy.querySelectorAll("*")];
  originals.forEach((original, number) => {
    const style = getComputedStyle(original);
    const above = original === svg ? undefined : getComputedStyle(original.parentElement);
    for (const property of inherited) {
      const value = style.getPropertyValue(property);
      if (value === above?.getPropertyValue(property)) copies[number].removeAttribute(property);
      else copies[number].setAttribute(property, value);
    }
    for (const [property, usual] of Object.entries(own)) {
      const value = style.getPropertyValue(property);
      if (value !== usual && original !== svg) copies[number].setAttribute(property, value);
    }
    for (const gone of ["class", "style", "tabindex"]) copies[number].removeAttribute(gone);
    if (original.href?.baseVal) copies[number].setAttribute("href", new URL(original.href.baseVal, document.baseURI));
  });
  const { width, height } = svg.viewBox.baseVal;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  copy.setAttribute("font-family", "Figtree, system-ui, sans-serif");
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  const colour = getComputedStyle(svg.closest(".map") ?? document.body).backgroundColor;
  for (const [key, value] of Object.entries({ width: "100%", height: "100%", fill: colour })) ground.setAttribute(key, value);
  copy.prepend(ground);
  return new XMLSerializer().serializeToString(copy);
}

function vector(svg) {
  return new Blob([alone(svg)], { type: "image/svg+xml" });
}

async function raster(svg) {
  const { width, height } = svg.viewBox.baseVal;
  const address = URL.createObjectURL(vector(svg));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width * scale;
    canvas.height = height * scale;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) => canvas.toBlob(done, "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

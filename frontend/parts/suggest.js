// The fields of a stored query that take a thing: what is found is shown as the reader types, and the
// choice is written into the field. Without this script a field takes any name all the same.
import { attach } from "./search.js";

for (const input of document.querySelectorAll("input[data-suggest]")) {
  attach(input, new URL(input.dataset.search, location.href), {
    place: input.closest(".search-box"),
    parameters: { kind: input.dataset.suggest },
    // A name of several things says too little; countries have no path of their own.
    choose(one, all) {
      const isOne = all.filter((other) => other.label === one.label).length === 1;
      input.value = isOne || one.kind === "country" ? one.label : one.path.replace(/\.html$/, "");
    },
  });
}

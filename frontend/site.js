// On every page: the search box, the facets of lists, and the button that switches between the theme
// of the system, light and dark.
import "./parts/search.js";
import "./parts/suggest.js";
import "./parts/facets.js";
import "./parts/calls.js";

const themes = ["auto", "light", "dark"];
const root = document.documentElement;
const button = document.querySelector("button.theme");

function show(theme) {
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  const next = themes[(themes.indexOf(theme) + 1) % themes.length];
  button.dataset.state = theme;
  button.setAttribute("aria-label", `Theme: ${theme}; switch to ${next}`);
  button.title = `Theme: ${theme}`;
}

if (button) {
  button.hidden = false;
  show(root.dataset.theme ?? "auto");
  button.addEventListener("click", () => {
    const before = root.dataset.theme ?? "auto";
    const theme = themes[(themes.indexOf(before) + 1) % themes.length];
    show(theme);
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // Storage is blocked: the choice holds for this page.
    }
    document.dispatchEvent(new CustomEvent("themechange"));
  });
}

// The search boxes: what is found is shown as the reader types (ARIA 1.2, combobox with a listbox).
// Without this script a box is a form, and its answer a page.
const delay = 120;
const limit = 8;

for (const input of document.querySelectorAll('form[role="search"] input[type="search"]')) {
  attach(input, new URL(input.form.action), { place: input.closest(".search-box") ?? input.form });
}

/**
 * Give `input` its list of what is found at `search`, an address; the list stands in `place`.
 * `parameters` narrow the search. What is chosen is opened, unless `choose` does something else.
 */
export function attach(input, search, { place, parameters = {}, choose = null }) {
  const root = new URL(".", search);
  const list = document.createElement("ul");
  const status = document.createElement("span");
  const answers = new Map();
  let pending;
  let timer;
  let active = -1;
  let found = [];

  list.id = `${input.id}-found`;
  list.className = "found";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Found");
  status.className = "hidden";
  status.setAttribute("role", "status");
  place.append(list, status);
  const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
  input.autocomplete = "off";

  input.addEventListener("input", () => {
    clearTimeout(timer);
    pending?.abort();
    timer = setTimeout(find, delay);
  });
  input.addEventListener("focus", () => list.children.length && input.value.trim() && open());
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) return list.children.length ? open() : find();
      move(key === "ArrowDown" ? 1 : -1);
    } else if (key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (key === "Enter" && active >= 0 && !list.hidden) {
      event.preventDefault();
      take(list.children[active]);
    }
  });
  // The pointer must not take the focus away from the box before the click.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });

  async function find() {
    const words = input.value.trim();
    if (!words) return show([], "");
    const request = new AbortController();
    pending = request;
    try {
      if (!answers.has(words)) {
        const address = new URL(search);
        address.search = new URLSearchParams({ q: words, ...parameters, limit, format: "json" });
        const response = await fetch(address, { signal: request.signal });
        if (!response.ok) return close();
        answers.set(words, await response.json());
      }
      if (!request.signal.aborted) show(answers.get(words), words);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  }

  function show({ results = [], total = 0 }, words) {
    active = -1;
    input.removeAttribute("aria-activedescendant");
    found = results;
    list.replaceChildren(...results.map((one, number) => option(number, new URL(one.path, root), lines(one))));
    if (total > results.length && !choose) {
      const address = new URL(search);
      address.search = new URLSearchParams({ q: words });
      const all = option(results.length, address, [text("span", "all", `All ${total} results`)]);
      list.append(all);
    }
    status.textContent = !words ? "" : total ? `${total} found` : "Nothing found";
    if (list.children.length && document.activeElement === input) open();
    else close();
  }

  function option(number, address, content) {
    const item = document.createElement("li");
    item.id = `${list.id}-${number}`;
    item.dataset.address = address;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.append(...content);
    return item;
  }

  function open() {
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    mark(-1);
  }

  function move(step) {
    const count = list.children.length + 1;
    // One place more than options: that of the box itself, with none marked.
    mark(((active + 1 + step + count) % count) - 1);
  }

  function mark(number) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = number;
    const option = list.children[active];
    if (option) {
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", option.id);
    } else input.removeAttribute("aria-activedescendant");
  }

  function take(option) {
    if (!choose) return location.assign(option.dataset.address);
    choose(found[[...list.children].indexOf(option)], found);
    close();
  }
}

/** Return the lines of an option: the name and kind, then the reason or what else is known. */
function lines(one) {
  const reason = one.matched && one.matched !== one.label ? `“${one.matched}”: ${one.reason}` : one.reason;
  const below = [one.note, reason].filter(Boolean).join(" · ");
  return [text("span", "name", one.label), text("span", "of", one.kind_label), ...(below ? [text("span", "below", below)] : [])];
}

function text(name, className, content) {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = content;
  return element;
}

// The dialogs of the editor: stored queries, a link to share, the keys.
import { element } from "../figures/element.js";

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
const mod = isMac ? "⌘" : "Ctrl";

export const keys = [
  [`${mod}+Enter`, "run the query; once more stops it"],
  ["Ctrl+Space", "propose terms, variables and things by their names"],
  ["Tab or Enter", "take the marked proposal"],
  [`${isMac ? "⌥" : "Alt"}+Shift+F`, "format the query"],
  [`${mod}+/`, "comment the lines, or no longer"],
  [`${mod}+Z, ${mod}+Shift+Z`, "undo, do again"],
  ["F8", "go to the error"],
  ["Escape, then Tab", "leave the field"],
  ["F1", "this list"],
];

/** Return an empty dialog with the heading `title`, which closes by its button, Escape and a click beside it. */
function dialog(title, className) {
  const made = document.createElement("dialog");
  made.className = `editor-dialog ${className}`;
  made.setAttribute("aria-label", title);
  const head = element(made, "div", "dialog-head");
  element(head, "h2", "", title);
  const close = element(head, "button", "quiet", "Close");
  close.type = "button";
  close.addEventListener("click", () => made.close());
  made.addEventListener("click", (event) => event.target === made && made.close());
  document.body.append(made);
  return made;
}

/** Return what shows the list of keys. */
export function keysDialog() {
  const made = dialog("Keys", "keys");
  const list = element(made, "dl", "facts");
  for (const [key, what] of keys) {
    const row = element(list, "div", "row");
    element(element(row, "dt"), "kbd", "", key);
    element(row, "dd", "", what);
  }
  return () => made.showModal();
}

/** Return what shows the link to the query as it is now, which `address` gives. */
export function shareDialog(address) {
  const made = dialog("Share", "sharing");
  const label = element(made, "label", "", "The link opens the editor with this query and its answer; programs get the answer from it.");
  label.htmlFor = "shared-link";
  const field = element(made, "input");
  field.id = "shared-link";
  field.readOnly = true;
  field.addEventListener("focus", () => field.select());
  const row = element(made, "p", "actions");
  const copy = element(row, "button", "", "Copy the link");
  copy.type = "button";
  const status = element(row, "span", "soft");
  status.setAttribute("role", "status");
  copy.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      status.textContent = "Copied.";
    } catch {
      status.textContent = `Press ${mod}+C to copy it.`;
    }
  });
  return () => {
    field.value = address();
    status.textContent = field.value.length > 8000 ? "This link is long; some programs cut it." : "";
    made.showModal();
    copy.focus();
  };
}

/** Return what shows the stored queries at `source`, of which `choose` gets the chosen one. */
export function galleryDialog(source, choose) {
  let made;
  let all;

  async function fill() {
    const response = await fetch(`${source}?format=json`, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(`${source}: ${response.status}`);
    all = (await response.json()).queries;
    const order = [...new Set(all.map((one) => one.subject))].sort();
    all.sort((one, other) => order.indexOf(one.subject) - order.indexOf(other.subject) || one.title.localeCompare(other.title, "en"));
    const bar = element(made, "div", "gallery-bar");
    const label = element(bar, "label", "hidden", "Words of the question");
    label.htmlFor = "gallery-words";
    const words = element(bar, "input");
    Object.assign(words, { id: "gallery-words", type: "search", placeholder: "Words of the question", autocomplete: "off" });
    const status = element(bar, "span", "soft");
    status.setAttribute("role", "status");
    const subjects = element(made, "div", "kinds");
    subjects.setAttribute("role", "group");
    subjects.setAttribute("aria-label", "Subjects");
    const list = element(made, "div", "gallery-list");
    let subject = "";
    for (const name of ["", ...order]) {
      const button = element(subjects, "button", "tag", name || "all");
      button.type = "button";
      button.setAttribute("aria-pressed", String(!name));
      button.addEventListener("click", () => {
        subject = name;
        for (const one of subjects.children) one.setAttribute("aria-pressed", String(one === button));
        show();
      });
    }
    words.addEventListener("input", show);
    words.addEventListener("keydown", (event) => event.key === "Enter" && list.querySelector("button")?.click());
    show();

    function show() {
      const wanted = folded(words.value).split(/\s+/).filter(Boolean);
      const found = all.filter((one) => (!subject || one.subject === subject)
        && wanted.every((word) => folded([one.title, one.question, one.subject, ...one.phrases].join(" ")).includes(word)));
      status.textContent = `${found.length} of ${all.length}`;
      list.replaceChildren();
      let group;
      for (const one of found) {
        if (one.subject !== group) {
          group = one.subject;
          element(list, "h3", "", group[0].toUpperCase() + group.slice(1));
        }
        const button = element(list, "button", "stored");
        button.type = "button";
        element(button, "strong", "", one.title);
        element(button, "span", "", one.question);
        const kind = { bars: "chart", lines: "chart", map: "map", graph: "graph" }[one.view.kind];
        if (kind) element(button, "span", "tag", kind);
        button.addEventListener("click", () => {
          made.close();
          choose(one);
        });
      }
      if (!found.length) element(list, "p", "soft", "No question has all of these words.");
    }
  }

  return async () => {
    made ??= dialog("Stored queries", "gallery");
    made.showModal();
    if (all) return made.querySelector("input").focus();
    const wait = element(made, "p", "soft", "They are fetched …");
    try {
      await fill();
      made.querySelector("input").focus();
    } catch (error) {
      element(made, "p", "", "The stored queries cannot be had now.");
      console.warn(error);
    }
    wait.remove();
  };
}

function folded(text) {
  return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
}

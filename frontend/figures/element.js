// The making of elements.

/** Add an element `name` to `parent`, with a class and a text. */
export function element(parent, name, className = "", text = "") {
  const made = named(name, text);
  if (className) made.className = className;
  parent.append(made);
  return made;
}

/** Return an element `name` with a text. */
export function named(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

// Calls: whether each is open today is marked, which a page kept since yesterday cannot know.
const now = new Date();
const today = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");

/** Say of a call whether it is open today; a date without its day holds for the month. */
function stateOf({ opens, closes }) {
  if (today.slice(0, closes.length) > closes) return "Closed";
  return today.slice(0, opens.length) < opens ? "Not open yet" : "Open today";
}

let anyOpen = false;
for (const call of document.querySelectorAll("[data-closes]")) {
  if (!call.dataset.closes) continue;
  const state = stateOf(call.dataset);
  const tag = document.createElement("span");
  tag.className = state === "Open today" ? "tag open" : "tag";
  tag.textContent = state;
  anyOpen ||= state === "Open today";
  call.prepend(tag, " ");
}
for (const said of document.querySelectorAll("[data-none-open]")) said.hidden = anyOpen;

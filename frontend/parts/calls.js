// Calls: the one that is open today is marked, which a page kept since yesterday cannot know.
const now = new Date();
const today = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");

for (const call of document.querySelectorAll("[data-closes]")) {
  const { opens, closes } = call.dataset;
  // A date without its day holds for the month.
  if (!closes || today.slice(0, closes.length) > closes || today.slice(0, opens.length) < opens) continue;
  const tag = document.createElement("span");
  tag.className = "tag open";
  tag.textContent = "Open today";
  call.prepend(tag, " ");
}

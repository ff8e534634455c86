// Runs before the page is shown: the theme that the reader chose, else that of the system.
(() => {
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage is blocked: the theme is that of the system.
  }
})();

// The page's manners: dark or light, large type, and the keys that a teacher uses while standing
// at a projector (a presenter's clicker sends PageDown and PageUp). All of it stays in the browser,
// but for the keys that step and play, which the page is told of.
(() => {
  "use strict";
  const KEPT = "frontline-look";
  const asked = new URLSearchParams(location.search);
  let look = {};
  try { look = JSON.parse(localStorage.getItem(KEPT) || "{}"); } catch { look = {}; }
  if (asked.has("look")) look.dark = asked.get("look") === "dark";
  if (asked.has("type")) look.large = asked.get("type") === "large";
  if (look.dark === undefined) look.dark = matchMedia("(prefers-color-scheme: dark)").matches;

  function apply() {
    document.documentElement.classList.toggle("dark", Boolean(look.dark));
    document.documentElement.classList.toggle("large", Boolean(look.large));
    globalThis.Quasar?.Dark?.set(Boolean(look.dark));
    document.querySelectorAll("[data-look]").forEach((button) => {
      button.setAttribute("aria-pressed", String(Boolean(look[button.dataset.look])));
    });
  }

  function toggle(name) {
    look[name] = !look[name];
    try { localStorage.setItem(KEPT, JSON.stringify(look)); } catch { /* a private window */ }
    apply();
    globalThis.dispatchEvent(new Event("resize"));
  }

  const STEPS = {
    ArrowRight: "next", PageDown: "next", n: "next",
    ArrowLeft: "back", PageUp: "back", p: "back",
    " ": "play", Enter: "enter", Home: "first", Escape: "escape",
  };

  // Keys that the thing in focus needs for itself.
  function taken(key, target) {
    if (target.closest("input:not([type=range]), select, textarea, [contenteditable]")) return true;
    if (target.closest("input[type=range], [role=slider], [role=radio], [role=listbox]")) {
      return key.startsWith("Arrow") || key.startsWith("Page") || key === "Home" || key === " ";
    }
    if (target.closest("button, a, summary, [role=button]")) return key === " " || key === "Enter";
    return false;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const key = event.key;
    if (event.repeat && /^[dthl?1-9 ]$|^Enter$/.test(key)) return; // a key that is held down
    if (!(event.target instanceof Element) || taken(key, event.target)) return;
    if (key === "d") toggle("dark");
    else if (key === "t") toggle("large");
    else if (STEPS[key] || /^[1-9?hl]$/.test(key)) {
      if (key !== "Home") event.preventDefault();
      if (typeof emitEvent === "function") emitEvent("key_pressed", STEPS[key] || key);
    }
  });

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-look]");
    if (button) toggle(button.dataset.look);
  });

  // Paper is light.
  addEventListener("beforeprint", () => document.documentElement.classList.remove("dark"));
  addEventListener("afterprint", apply);

  apply();
  addEventListener("load", () => setTimeout(apply, 0));
  globalThis.frontlineLook = { apply, toggle };
})();

// A hand-out's slider: shows the results that were worked out beforehand and lie in the page.
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  document.querySelectorAll("section[data-place]").forEach((section) => {
    const { at, frames } = data[Number(section.dataset.place)];
    if (!frames.length) return;
    const bar = section.querySelector("input[type=range]");
    const told = section.querySelector("output");
    const words = section.querySelector(".told");
    const panels = section.querySelectorAll(".panel");
    const show = () => {
      const frame = frames[bar ? Number(bar.value) : at];
      if (told) told.textContent = frame.name;
      if (bar) bar.setAttribute("aria-valuetext", frame.name);
      if (words) words.innerHTML = frame.markup || "";
      panels.forEach((panel, k) => {
        globalThis.frontlinePlots.draw(panel.querySelector(".plot"), frame.panels[k].spec);
        panel.querySelector(".table").innerHTML = frame.panels[k].table;
      });
    };
    bar?.addEventListener("input", show);
    addEventListener("resize", show);
    addEventListener("beforeprint", show);
    show();
  });
})();

// The plots of the class room's page and of its hand-outs: plain SVG, coloured by the page's CSS
// variables, so that dark and light need no new data. `frontlinePlots.draw(element, spec)` is all
// that others call; `spec.kind` is "lines" (means over time, each with a band) or "dots" (means
// with intervals, lying across).
(() => {
  "use strict";
  const SPACE = "http://www.w3.org/2000/svg";
  const KEYS = ["circle", "square", "diamond", "triangle", "down", "plus", "cross", "star"];

  function make(name, attributes, parent, text) {
    const node = document.createElementNS(SPACE, name);
    for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
    if (text !== undefined) node.textContent = text;
    if (parent) parent.append(node);
    return node;
  }

  const finite = (value) => typeof value === "number" && Number.isFinite(value);
  const colour = (place) => `var(--p${place % 8})`;

  // Round numbers that divide [low, high] into about `count` parts.
  function ticks(low, high, count) {
    const raw = (high - low) / Math.max(1, count);
    if (!(raw > 0)) return [low];
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 2.5, 5, 10].find((one) => one * power >= raw * 0.999) * power;
    const found = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) {
      found.push(k * step);
    }
    return found;
  }

  // As few decimals as tell neighbouring ticks apart; a true minus sign.
  function label(value, step, scale = 1) {
    const places = Math.max(0, Math.min(6, -Math.floor(Math.log10(Math.abs(step * scale)) + 1e-9)));
    const exact = Math.abs(step * scale * 10 ** places - Math.round(step * scale * 10 ** places));
    const text = (value * scale).toFixed(exact > 1e-6 ? places + 1 : places);
    const [whole, part] = text.replace(/^-(0(\.0*)?)$/, "$1").split(".");
    const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
    return (part ? `${grouped}.${part}` : grouped).replace("-", "−");
  }

  function extent(values, asked) {
    const known = values.filter(finite);
    let [low, high] = known.length ? [Math.min(...known), Math.max(...known)] : [0, 1];
    if (asked) [low, high] = [Math.min(low, asked[0]), Math.max(high, asked[1])];
    const room = (high - low || Math.abs(high) * 0.1 || 1) * 0.07;
    return asked ? [low, high] : [low - room, high + room];
  }

  function marker(shape, x, y, size, attributes, parent) {
    const s = size;
    const at = (points) => points.map(([a, b]) => `${x + a * s},${y + b * s}`).join(" ");
    const shapes = {
      square: [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
      diamond: [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]],
      triangle: [[0, -1.2], [1.1, 0.9], [-1.1, 0.9]],
      down: [[0, 1.2], [1.1, -0.9], [-1.1, -0.9]],
      plus: [[-0.4, -1.1], [0.4, -1.1], [0.4, -0.4], [1.1, -0.4], [1.1, 0.4], [0.4, 0.4],
        [0.4, 1.1], [-0.4, 1.1], [-0.4, 0.4], [-1.1, 0.4], [-1.1, -0.4], [-0.4, -0.4]],
      cross: [[-1.1, -0.6], [-0.6, -1.1], [0, -0.5], [0.6, -1.1], [1.1, -0.6], [0.5, 0],
        [1.1, 0.6], [0.6, 1.1], [0, 0.5], [-0.6, 1.1], [-1.1, 0.6], [-0.5, 0]],
      star: [[0, -1.4], [0.4, -0.4], [1.4, -0.4], [0.6, 0.3], [0.9, 1.3], [0, 0.7],
        [-0.9, 1.3], [-0.6, 0.3], [-1.4, -0.4], [-0.4, -0.4]],
    };
    if (!shapes[shape]) return make("circle", { cx: x, cy: y, r: s, ...attributes }, parent);
    return make("polygon", { points: at(shapes[shape]), ...attributes }, parent);
  }

  // A canvas as large as its element, emptied.
  function canvas(element, spec) {
    const width = Math.max(220, element.clientWidth || 600);
    const height = Math.max(60, element.clientHeight || 180);
    const svg = make("svg", {
      viewBox: `0 0 ${width} ${height}`, width: "100%", height: "100%",
      role: "img", "aria-label": spec.label || "",
    });
    element.replaceChildren(svg);
    const size = parseFloat(getComputedStyle(element).fontSize) || 14;
    return { svg, width, height, size };
  }

  function path(xs, ys, x, y) {
    let open = false;
    return xs.map((at, k) => {
      if (!finite(ys[k])) { open = false; return ""; }
      const step = `${open ? "L" : "M"}${x(at).toFixed(1)},${y(ys[k]).toFixed(1)}`;
      open = true;
      return step;
    }).join("");
  }

  function band(line, xs, x, y) {
    const there = xs.map((_, k) => k).filter((k) => finite(line.low[k]) && finite(line.high[k]));
    if (there.length < 2) return "";
    const forth = there.map((k) => `${x(xs[k]).toFixed(1)},${y(line.high[k]).toFixed(1)}`);
    const back = there.reverse().map((k) => `${x(xs[k]).toFixed(1)},${y(line.low[k]).toFixed(1)}`);
    return `M${forth.join("L")}L${back.join("L")}Z`;
  }

  function lines(element, spec) {
    const { svg, width, height, size } = canvas(element, spec);
    const all = spec.lines.flatMap((line) => [...line.mean, ...(line.low || []), ...(line.high || [])]);
    const guessed = (spec.guesses || []).flatMap((guess) => guess.y);
    const [low, high] = extent([...all, ...guessed], spec.range);
    const marks = ticks(low, high, Math.max(2, Math.floor(height / (size * 3))));
    const step = marks.length > 1 ? marks[1] - marks[0] : high - low || 1;
    const names = marks.map((value) => (spec.bare ? "" : label(value, step, spec.scale)));
    const left = Math.max(...names.map((name) => name.length)) * size * 0.56 + size * 0.9;
    // Where there is no room, names stand in the legend and in the table alone.
    const named = spec.named && width > size * 34;
    const last = spec.lines.length && named ? size * 0.58 * Math.max(
      ...spec.lines.map((line) => line.name.length)) + size * 1.6 : size * 0.8;
    const box = { left, right: width - last, top: size * 0.6, bottom: height - size * 2.5 };
    const xs = spec.x;
    const [from, to] = [spec.from ?? xs[0], spec.to ?? xs[xs.length - 1]];
    const x = (value) => box.left + ((value - from) / (to - from || 1)) * (box.right - box.left);
    const y = (value) => box.bottom - ((value - low) / (high - low || 1)) * (box.bottom - box.top);

    marks.forEach((value, k) => {
      make("line", { x1: box.left, x2: box.right, y1: y(value), y2: y(value), class: "rule" }, svg);
      make("text", { x: box.left - size * 0.5, y: y(value) + size * 0.33, class: "tick end" }, svg, names[k]);
    });
    if (low < 0 && high > 0) {
      make("line", { x1: box.left, x2: box.right, y1: y(0), y2: y(0), class: "zero" }, svg);
    }
    const across = ticks(from, to, Math.max(2, Math.floor((box.right - box.left) / (size * 6))));
    const stride = across.length > 1 ? across[1] - across[0] : 1;
    across.forEach((value) => {
      make("line", { x1: x(value), x2: x(value), y1: box.bottom, y2: box.bottom + 4, class: "zero" }, svg);
      make("text", { x: x(value), y: box.bottom + size * 1.15, class: "tick middle" }, svg, label(value, stride));
    });
    make("text", { x: (box.left + box.right) / 2, y: height - size * 0.3, class: "axis middle" }, svg, spec.xlabel || "");
    if (finite(spec.mark)) {
      make("line", { x1: x(spec.mark), x2: x(spec.mark), y1: box.top, y2: box.bottom, class: "now" }, svg);
    }
    for (const line of spec.lines) {
      if (line.low) make("path", { d: band(line, xs, x, y), fill: colour(line.place), class: "band" }, svg);
    }
    for (const guess of spec.guesses || []) {
      const drawn = path(guess.x, guess.y, x, y);
      make("path", { d: drawn, stroke: colour(guess.place), class: "guess" }, svg);
    }
    const ends = [];
    for (const line of spec.lines) {
      const drawn = make("path", { d: path(xs, line.mean, x, y), stroke: colour(line.place), class: "mean" }, svg);
      make("title", {}, drawn, line.name);
      const k = line.mean.findLastIndex(finite);
      if (k < 0) continue;
      marker(KEYS[line.place % 8], x(xs[k]), y(line.mean[k]), size * 0.28, { fill: colour(line.place) }, svg);
      ends.push({ y: y(line.mean[k]), line });
    }
    if (named) nameEnds(svg, ends, box, size);
    element.frontlinePlot = { x, y, box, from, to, low, high };
  }

  // Names at the lines' ends, pushed apart where they would lie on each other.
  function nameEnds(svg, ends, box, size) {
    ends.sort((a, b) => a.y - b.y);
    const gap = size * 1.15;
    ends.forEach((end, k) => { end.at = k ? Math.max(end.y, ends[k - 1].at + gap) : end.y; });
    const over = ends.length ? ends[ends.length - 1].at - box.bottom : 0;
    if (over > 0) {
      for (let k = ends.length - 1; k >= 0; k--) {
        ends[k].at = Math.min(ends[k].at, k === ends.length - 1 ? box.bottom : ends[k + 1].at - gap);
      }
    }
    for (const { at, line } of ends) {
      make("text", { x: box.right + size * 0.7, y: at + size * 0.33, class: "name", style: `fill: var(--t${line.place % 8})` }, svg, line.name);
    }
  }

  function dots(element, spec) {
    const { svg, width, height, size } = canvas(element, spec);
    const points = spec.rows.map((row) => [row.mean, row.low, row.high]).flat();
    const [low, high] = extent(spec.zero ? [...points, 0] : points, spec.range);
    const longest = Math.max(0, ...spec.rows.map((row) => row.name.length));
    const box = { left: longest * size * 0.56 + size, right: width - size, top: size * 0.4, bottom: height - size * 2.4 };
    const x = (value) => box.left + ((value - low) / (high - low || 1)) * (box.right - box.left);
    const marks = ticks(low, high, Math.max(2, Math.floor((box.right - box.left) / (size * 6))));
    const step = marks.length > 1 ? marks[1] - marks[0] : high - low || 1;
    for (const value of marks) {
      make("line", { x1: x(value), x2: x(value), y1: box.top, y2: box.bottom, class: "rule" }, svg);
      make("text", { x: x(value), y: box.bottom + size * 1.1, class: "tick middle" }, svg, label(value, step, spec.scale));
    }
    if (spec.zero) make("line", { x1: x(0), x2: x(0), y1: box.top, y2: box.bottom, class: "zero" }, svg);
    make("text", { x: (box.left + box.right) / 2, y: height - size * 0.25, class: "axis middle" }, svg, spec.xlabel || "");
    const tall = (box.bottom - box.top) / Math.max(1, spec.rows.length);
    spec.rows.forEach((row, k) => {
      const at = box.top + (k + 0.5) * tall;
      make("text", { x: box.left - size * 0.6, y: at + size * 0.33, class: "name end", fill: `var(--t${row.place % 8})` }, svg, row.name);
      if (finite(row.low) && finite(row.high)) {
        make("line", { x1: x(row.low), x2: x(row.high), y1: at, y2: at, stroke: colour(row.place), class: "interval" }, svg);
      }
      if (finite(row.mean)) {
        marker(KEYS[row.place % 8], x(row.mean), at, size * 0.34, { fill: colour(row.place) }, svg);
      }
    });
  }

  // Lets a curve be drawn with mouse, finger or pen; `done` gets it as [[x, y], ...].
  function drawable(element, points, done) {
    // What was drawn outlives a redrawing: another size of the window, full screen, large type.
    const state = element.frontlineStroke?.points === points
      ? element.frontlineStroke : { down: false, values: new Map(), points };
    element.frontlineStroke = state;
    const place = (event) => {
      const plot = element.frontlinePlot;
      const frame = element.getBoundingClientRect();
      if (!plot) return;
      const { box, from, to, low, high } = plot;
      const share = (event.clientX - frame.left - box.left) / (box.right - box.left);
      const tall = (box.bottom - (event.clientY - frame.top)) / (box.bottom - box.top);
      const k = Math.round(Math.min(1, Math.max(0, share)) * (points - 1));
      const value = low + Math.min(1, Math.max(0, tall)) * (high - low);
      // A quick stroke skips places: they are filled in on a straight line.
      if (state.last !== undefined && Math.abs(k - state.last[0]) > 1) {
        const [start, begun] = state.last;
        const way = Math.sign(k - start);
        for (let at = start + way; at !== k; at += way) {
          state.values.set(at, begun + ((value - begun) * (at - start)) / (k - start));
        }
      }
      state.values.set(k, value);
      state.last = [k, value];
      show(from, to);
    };
    const show = (from, to) => {
      const svg = element.querySelector("svg");
      svg.querySelector(".drawn")?.remove();
      const { x, y } = element.frontlinePlot;
      const line = [...state.values.entries()].sort((a, b) => a[0] - b[0])
        .map(([k, value]) => [from + ((to - from) * k) / (points - 1), value]);
      const d = line.map(([a, b], k) => `${k ? "L" : "M"}${x(a).toFixed(1)},${y(b).toFixed(1)}`).join("");
      make("path", { d, class: "guess drawn", stroke: "var(--ink)" }, svg);
      state.line = line;
    };
    element.onpointerdown = (event) => {
      state.down = true;
      state.last = undefined;
      element.setPointerCapture(event.pointerId);
      place(event);
      event.preventDefault();
    };
    element.onpointermove = (event) => { if (state.down) place(event); };
    element.onpointerup = () => { state.down = false; if (state.line) done(state.line); };
    element.classList.add("drawable");
    if (state.values.size) show(element.frontlinePlot.from, element.frontlinePlot.to);
  }

  function still(element) {
    element.onpointerdown = element.onpointermove = element.onpointerup = null;
    element.classList.remove("drawable");
  }

  function draw(element, spec) {
    if (!spec || !element.isConnected) return;
    if (spec.kind === "dots") dots(element, spec);
    else lines(element, spec);
  }

  globalThis.frontlinePlots = { draw, drawable, still, ticks, label, extent };
})();

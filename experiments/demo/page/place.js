// The centre as a place: desks at the left, the queue beside them, customers as a crowd at the
// right. A frame is {day, minute, queue, moments: [{minute, queue, talking: [desk...]}, ...],
// reps: [{desk, exhaustion, on, talking, away}], crowd: "...", edges: [[from, to, good], ...]}; the
// crowd is one letter a customer, "0" for loyalty 0, "o" for 1. A day is played: its clock runs
// through the moments while word of mouth travels; it ends with the moment at which most waited.
export default {
  template: "<div class='floor'><canvas role='img' :aria-label='label'></canvas></div>",
  props: { frame: Object, label: String, pace: Number },
  mounted() {
    this.draw();
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.$el);
    this.themed = new MutationObserver(() => this.draw());
    this.themed.observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
  },
  unmounted() {
    this.observer?.disconnect();
    this.themed?.disconnect();
    cancelAnimationFrame(this.turn);
  },
  watch: {
    frame() {
      this.run();
    },
  },
  methods: {
    // Play the day that has come, in as many seconds as a day takes.
    run() {
      cancelAnimationFrame(this.turn);
      this.share = 1;
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      if (still || !this.frame?.moments?.length || !this.pace) return this.draw();
      const began = performance.now();
      const go = (now) => {
        this.share = Math.min(1, Math.max(0, now - began) / (this.pace * 1000));
        this.draw();
        if (this.share < 1) this.turn = requestAnimationFrame(go);
      };
      this.turn = requestAnimationFrame(go);
    },
    draw() {
      const canvas = this.$el.querySelector("canvas");
      const frame = this.frame;
      const [width, height] = [this.$el.clientWidth, this.$el.clientHeight];
      if (!canvas || !width || !height) return;
      const scale = devicePixelRatio || 1;
      canvas.width = width * scale;
      canvas.height = height * scale;
      const pen = canvas.getContext("2d");
      pen.scale(scale, scale);
      pen.clearRect(0, 0, width, height);
      if (!frame?.reps) return;
      const style = getComputedStyle(document.documentElement);
      const ink = (name) => style.getPropertyValue(name).trim();
      const size = parseFloat(style.fontSize);
      const floor = Math.max(size * 14, width * 0.3);
      const left = floor + size * 2;
      this.desks(pen, frame, floor, height, size, ink);
      const places = lay(frame.crowd.length, left, width, height);
      const share = this.share ?? 1;
      pen.drawImage(this.crowd(frame, places, width, height, scale, ink), 0, 0, width, height);
      this.words(pen, frame, places, share, ink);
    },
    // What is to be seen now: the moment of the day that the clock shows.
    moment(frame) {
      const share = this.share ?? 1;
      const moments = frame.moments || [];
      if (share >= 1 || !moments.length) {
        const talking = frame.reps.flatMap((rep, k) => (rep.talking ? [k] : []));
        return { minute: frame.minute, queue: frame.queue, talking };
      }
      return moments[Math.min(moments.length - 1, Math.floor(share * moments.length))];
    },
    desks(pen, frame, width, height, size, ink) {
      const count = frame.reps.length;
      const columns = Math.max(1, Math.ceil(Math.sqrt((count * width) / height)));
      const rows = Math.ceil(count / columns);
      const queue = size * 3.5;
      const [w, h] = [width / columns, (height - queue) / Math.max(1, rows)];
      const side = Math.min(w, h) * 0.72;
      const now = this.moment(frame);
      const square = (x, y, share) => {
        pen.beginPath();
        const half = (side * share) / 2;
        pen.roundRect(x - half, y - half, 2 * half, 2 * half, side * 0.16);
      };
      pen.textAlign = "center";
      frame.reps.forEach((rep, k) => {
        const x = (k % columns) * w + w / 2;
        const y = Math.floor(k / columns) * h + h / 2;
        if (rep.away === "vacant") {
          pen.setLineDash([5, 5]);
          pen.lineWidth = 2;
          pen.strokeStyle = ink("--muted");
          square(x, y, 1);
          pen.stroke();
          pen.setLineDash([]);
          return;
        }
        let paint = mix(ink("--soft"), ink("--p1"), rep.exhaustion);
        pen.fillStyle = paint;
        square(x, y, 1);
        pen.fill();
        if (now.talking.includes(k)) {
          pen.lineWidth = 4;
          pen.strokeStyle = ink("--ink");
          pen.stroke();
        } else {
          pen.lineWidth = 1;
          pen.strokeStyle = ink("--muted");
          pen.stroke();
        }
        // Who is away keeps the colour as a frame: pale squares take no legible number.
        if (!rep.on) {
          paint = ink("--paper");
          pen.fillStyle = paint;
          square(x, y, 0.82);
          pen.fill();
        }
        pen.fillStyle = legible(paint, ink("--ink"), ink("--paper"));
        pen.font = `600 ${Math.max(10, Math.min(size, side * 0.34))}px system-ui, sans-serif`;
        const away = AWAY[rep.away];
        const told = rep.exhaustion.toFixed(2).replace(/^0/, "");
        pen.fillText(away ? `${away} ${told}` : told, x, y + side * 0.1);
      });
      const clock = `${Math.floor(now.minute / 60)}:${String(now.minute % 60).padStart(2, "0")}`;
      pen.fillStyle = ink("--ink");
      pen.textAlign = "left";
      pen.font = `600 ${size * 1.1}px system-ui, sans-serif`;
      pen.fillText(clock, 0, height - queue / 2 + size * 0.4);
      const start = size * 4.8;
      const shown = Math.min(now.queue, Math.floor((width - start) / (size * 0.9)));
      pen.fillStyle = ink("--now");
      for (let k = 0; k < shown; k++) {
        pen.beginPath();
        pen.arc(start + k * size * 0.9, height - queue / 2, size * 0.34, 0, 7);
        pen.fill();
      }
    },
    // The crowd is painted once a day, and kept: thousands of dots are too many for every step.
    crowd(frame, places, width, height, scale, ink) {
      const key = [width, height, scale, ink("--p0"), ink("--p1")].join();
      if (this.kept?.frame === frame && this.kept.key === key) return this.kept.canvas;
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [width * scale, height * scale];
      const pen = canvas.getContext("2d");
      pen.scale(scale, scale);
      const tints = Array.from({ length: 64 }, (_, k) => mix(ink("--p1"), ink("--p0"), k / 63));
      const { radius, at } = places;
      for (let k = 0; k < frame.crowd.length; k++) {
        const level = frame.crowd.charCodeAt(k) - 48;
        if (level < 0) continue; // gone
        const [x, y] = at(k);
        pen.fillStyle = tints[Math.min(63, level)];
        if (radius < 2) pen.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
        else {
          pen.beginPath();
          pen.arc(x, y, radius, 0, 7);
          pen.fill();
        }
      }
      this.kept = { frame, key, canvas };
      return canvas;
    },
    // Word of mouth: each line grows from who tells to who hears, one after the other.
    words(pen, frame, { radius, at }, share, ink) {
      pen.strokeStyle = pen.fillStyle = ink("--ink");
      pen.lineWidth = 1.6;
      const count = frame.edges.length;
      frame.edges.forEach(([from, to, good], k) => {
        const begins = (1 - TRAVEL) * (count > 1 ? k / (count - 1) : 0);
        const way = Math.min(1, (share - begins) / TRAVEL);
        if (way <= 0) return;
        const [[a, b], [c, d]] = [at(from), at(to)];
        const [e, f] = [(a + c) / 2 + (d - b) * 0.15, (b + d) / 2 + (a - c) * 0.15];
        // The part of the curve up to now is such a curve itself.
        const [g, h] = [a + (e - a) * way, b + (f - b) * way];
        const [i, j] = [e + (c - e) * way, f + (d - f) * way];
        const [x, y] = [g + (i - g) * way, h + (j - h) * way];
        pen.setLineDash(good ? [] : [3, 3]);
        pen.beginPath();
        pen.moveTo(a, b);
        pen.quadraticCurveTo(g, h, x, y);
        pen.stroke();
        pen.beginPath();
        pen.arc(x, y, Math.max(2.5, radius), 0, 7);
        pen.fill();
      });
      pen.setLineDash([]);
    },
  },
};

// The share of a day for which one word travels.
const TRAVEL = 0.25;

// Where each of a crowd stands, in rows.
function lay(count, left, right, height) {
  const columns = Math.max(1, Math.ceil(Math.sqrt((count * (right - left)) / height)));
  const step = Math.min((right - left) / columns, height / Math.ceil(Math.max(1, count) / columns));
  const at = (k) => [left + ((k % columns) + 0.5) * step, (Math.floor(k / columns) + 0.5) * step];
  return { radius: Math.max(0.8, step * 0.38), at };
}

// What stands on the desk of a rep who is away.
const AWAY = { training: "T", ill: "I", off: "O", holiday: "H", surplus: "S" };

// A colour between two, each "#rrggbb" or "#rgb".
function mix(one, other, share) {
  const [a, b] = [parts(one), parts(other)];
  const at = Math.min(1, Math.max(0, share));
  return `rgb(${a.map((value, k) => Math.round(value + (b[k] - value) * at)).join(",")})`;
}

// The red, green and blue of "#rrggbb", "#rgb" or "rgb(...)".
function parts(text) {
  if (text.startsWith("rgb")) return text.match(/\d+/g).map(Number);
  const hex = text.replace("#", "");
  const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex;
  return [0, 2, 4].map((place) => parseInt(full.slice(place, place + 2), 16));
}

// Of two colours the one that is further from the ground, as bright as the eye takes it.
function legible(ground, ...colours) {
  const bright = (text) => {
    const [r, g, b] = parts(text).map((value) => (value / 255) ** 2.2);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const apart = (text) => Math.abs(Math.log(bright(text) / bright(ground)));
  return colours.sort((one, other) => apart(other) - apart(one))[0];
}

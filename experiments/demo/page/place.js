// The centre as a place: desks at the left, the queue beside them, customers as a crowd at the
// right. A frame is {day, queue, talking, reps: [{desk, exhaustion, on, talking}], crowd: "...",
// edges: [[from, to, good], ...]}; the crowd is one letter a customer, "0" for loyalty 0, "o" for 1.
export default {
  template: "<div class='floor'><canvas role='img' :aria-label='label'></canvas></div>",
  props: { frame: Object, label: String },
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
  },
  watch: {
    frame() {
      this.draw();
    },
  },
  methods: {
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
      this.desks(pen, frame, floor, height, size, ink);
      this.crowd(pen, frame, floor + size * 2, width, height, ink);
    },
    desks(pen, frame, width, height, size, ink) {
      const count = frame.reps.length;
      const columns = Math.max(1, Math.ceil(Math.sqrt((count * width) / height)));
      const rows = Math.ceil(count / columns);
      const queue = size * 3.5;
      const [w, h] = [width / columns, (height - queue) / Math.max(1, rows)];
      const side = Math.min(w, h) * 0.72;
      pen.textAlign = "center";
      frame.reps.forEach((rep, k) => {
        const x = (k % columns) * w + w / 2;
        const y = Math.floor(k / columns) * h + h / 2;
        if (rep.away === "vacant") {
          pen.setLineDash([5, 5]);
          pen.lineWidth = 2;
          pen.strokeStyle = ink("--muted");
          pen.beginPath();
          pen.roundRect(x - side / 2, y - side / 2, side, side, side * 0.16);
          pen.stroke();
          pen.setLineDash([]);
          return;
        }
        pen.fillStyle = mix(ink("--p2"), ink("--p1"), rep.exhaustion);
        pen.beginPath();
        pen.roundRect(x - side / 2, y - side / 2, side, side, side * 0.16);
        pen.fill();
        if (rep.talking) {
          pen.lineWidth = 3;
          pen.strokeStyle = ink("--ink");
          pen.stroke();
        }
        // Who is away keeps the colour as a frame: pale squares take no legible number.
        if (!rep.on) {
          pen.fillStyle = ink("--paper");
          pen.beginPath();
          pen.roundRect(x - side * 0.41, y - side * 0.41, side * 0.82, side * 0.82, side * 0.1);
          pen.fill();
        }
        pen.fillStyle = ink(rep.on ? "--paper" : "--ink");
        pen.font = `600 ${Math.max(10, Math.min(size, side * 0.34))}px system-ui, sans-serif`;
        const away = AWAY[rep.away];
        const told = rep.exhaustion.toFixed(2).replace(/^0/, "");
        pen.fillText(away ? `${away} ${told}` : told, x, y + side * 0.1);
      });
      const shown = Math.min(frame.queue, Math.floor(width / (size * 0.9)));
      pen.fillStyle = ink("--now");
      for (let k = 0; k < shown; k++) {
        pen.beginPath();
        pen.arc(size * 0.5 + k * size * 0.9, height - queue / 2, size * 0.34, 0, 7);
        pen.fill();
      }
    },
    crowd(pen, frame, left, right, height, ink) {
      const count = frame.crowd.length;
      if (!count) return;
      const columns = Math.max(1, Math.ceil(Math.sqrt((count * (right - left)) / height)));
      const step = Math.min((right - left) / columns, height / Math.ceil(count / columns));
      const radius = Math.max(0.8, step * 0.38);
      const tints = Array.from({ length: 64 }, (_, k) => mix(ink("--p1"), ink("--p0"), k / 63));
      const at = (k) => [left + ((k % columns) + 0.5) * step, (Math.floor(k / columns) + 0.5) * step];
      for (let k = 0; k < count; k++) {
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
      pen.strokeStyle = ink("--ink");
      pen.lineWidth = 1.6;
      for (const [from, to, good] of frame.edges) {
        pen.setLineDash(good ? [] : [3, 3]);
        const [[a, b], [c, d]] = [at(from), at(to)];
        pen.beginPath();
        pen.moveTo(a, b);
        pen.quadraticCurveTo((a + c) / 2 + (d - b) * 0.15, (b + d) / 2 + (a - c) * 0.15, c, d);
        pen.stroke();
        pen.fillStyle = ink("--ink");
        pen.beginPath();
        pen.arc(c, d, Math.max(2.5, radius), 0, 7);
        pen.fill();
      }
    },
  },
};

// What stands on the desk of a rep who is away.
const AWAY = { training: "T", ill: "I", off: "O", holiday: "H", surplus: "S" };

// A colour between two, each "#rrggbb" or "#rgb".
function mix(one, other, share) {
  const parts = (text) => {
    const hex = text.replace("#", "");
    const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex;
    return [0, 2, 4].map((place) => parseInt(full.slice(place, place + 2), 16));
  };
  const [a, b] = [parts(one), parts(other)];
  const at = Math.min(1, Math.max(0, share));
  return `rgb(${a.map((value, k) => Math.round(value + (b[k] - value) * at)).join(",")})`;
}

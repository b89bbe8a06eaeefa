// A plot on the page: what is drawn is in static/plots.js, which hand-outs use too.
export default {
  template: "<div class='plot'></div>",
  props: { spec: Object, drawing: Number },
  mounted() {
    this.draw();
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.$el);
  },
  unmounted() {
    this.observer?.disconnect();
  },
  watch: {
    spec() {
      this.$el.frontlineStroke = undefined; // another sheet
      this.draw();
    },
    drawing() {
      this.draw();
    },
  },
  methods: {
    draw() {
      globalThis.frontlinePlots.draw(this.$el, this.spec);
      if (this.drawing) {
        globalThis.frontlinePlots.drawable(this.$el, this.drawing, (line) => this.$emit("drawn", line));
      } else {
        globalThis.frontlinePlots.still(this.$el);
      }
    },
  },
};

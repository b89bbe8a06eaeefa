// HTML that the server made and escaped, shown as it is.
export default {
  template: "<div v-html='markup'></div>",
  props: { markup: String },
};

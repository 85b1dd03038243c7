// What is on the page: controls, one page of rows, and the line that says what is shown.

const PAGE = 50;
const LONG = 24; // letters from which the texts of a column are broken into lines
const CHOICES = 200; // distinct words up to which a column has a list to choose from

const data = JSON.parse(document.getElementById("data").textContent);
const cost = data.columns.find((column) => column.kind === "money"); // a tag may be called cost too
const state = { sort: cost, ascending: false, first: 0, rows: [] };

/** Element with properties and children; text is text, never markup. */
function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const search = make("input", { type: "search", autocomplete: "off" });
const choices = data.columns
  .filter((column) => column.kind === "word" && column.words.length > 1 && column.words.length <= CHOICES)
  .map((column) => [column, make("select", {}, ...choiceOptions(column))]);
let fields = 0;
const status = make("p", { className: "status" });
const heads = data.columns.map(headCell);
const body = make("tbody");
const pages = make("span");
const buttons = {
  first: make("button", { type: "button" }, "First"),
  back: make("button", { type: "button" }, "Back"),
  next: make("button", { type: "button" }, "Next"),
  last: make("button", { type: "button" }, "Last"),
};

/** Lists of words, each with its own number as value: a word may be empty, or look like "all". */
function choiceOptions(column) {
  const words = column.words.map((word, code) => make("option", { value: String(code) }, word || "(none)"));
  return [make("option", { value: "" }, "all"), ...words];
}

/** Field with its name above it. */
function labelled(text, field) {
  field.id = `choose-${++fields}`;
  return make("div", {}, make("label", { htmlFor: field.id }, text), field);
}

function headCell(column) {
  const button = make("button", { type: "button" }, column.label);
  const head = make("th", { scope: "col", className: isNumber(column) ? "number" : "" }, button);
  if (column.unit) head.append(make("small", {}, column.unit));
  button.addEventListener("click", () => {
    // Numbers begin with the largest, words with A.
    state.ascending = state.sort === column ? !state.ascending : !isNumber(column);
    state.sort = column;
    state.first = 0;
    order();
  });
  button.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = step && heads[heads.indexOf(head) + step];
    if (next) { event.preventDefault(); next.querySelector("button").focus(); }
  });
  return head;
}

/** Choose the rows again, then order and show them. */
function choose() {
  const wanted = choices.filter(([, list]) => list.value !== "")
    .map(([column, list]) => [column, column.words[Number(list.value)]]);
  state.rows = filtered(data, search.value, wanted);
  state.first = 0;
  status.textContent = summary();
  order();
}

/** How many rows are chosen, what they cost, and how many of them have no price. */
function summary() {
  let sum = 0, missing = 0;
  for (const row of state.rows) {
    if (cost.values[row] === null) missing++;
    else sum += cost.values[row];
  }
  const paid = data.currency && missing < state.rows.length ? `, ${money(sum)} ${data.currency} per month` : "";
  const gap = missing ? `, ${count(missing)} without a price left out` : "";
  return `${count(state.rows.length)} of ${count(data.rows)} workloads${paid}${gap}`;
}

function order() {
  sorted(state.rows, state.sort, data.rows, state.ascending);
  data.columns.forEach((column, n) => {
    const direction = column === state.sort ? (state.ascending ? "ascending" : "descending") : "none";
    heads[n].setAttribute("aria-sort", direction);
  });
  show();
}

function show() {
  const end = Math.min(state.first + PAGE, state.rows.length);
  body.replaceChildren(...Array.from(state.rows.subarray(state.first, end), rowElement));
  pages.textContent = state.rows.length ? `${count(state.first + 1)} to ${count(end)} of ${count(state.rows.length)}` : "no workload";
  buttons.first.disabled = buttons.back.disabled = state.first === 0;
  buttons.next.disabled = buttons.last.disabled = end >= state.rows.length;
}

function rowElement(row) {
  return make("tr", {}, ...data.columns.map((column, n) => {
    const text = cellText(column, row);
    if (isNumber(column)) return make("td", { className: "number" }, text);
    const isLong = text.length > LONG;
    const inner = make("bdi", {}, ...(isLong ? breakable(text) : [text || "-"]));
    const className = isLong ? "long" : "";
    return n ? make("td", { className }, inner) : make("th", { scope: "row", className }, inner);
  }));
}

/** Text that may be broken after its dots and underscores. */
function breakable(text) {
  return text.split(/(?<=[._])/).flatMap((piece, n) => (n ? [make("wbr"), piece] : [piece]));
}

/** Frames of tables that are wider than the screen can be reached by keyboard, to scroll them. */
function reachScrolling() {
  for (const frame of document.querySelectorAll(".scroll")) {
    if (frame.scrollWidth > frame.clientWidth) frame.tabIndex = 0;
    else frame.removeAttribute("tabindex");
  }
}

/** Go to another page of rows. */
function turn(first) {
  const last = Math.floor(Math.max(state.rows.length - 1, 0) / PAGE) * PAGE;
  state.first = Math.min(Math.max(first, 0), last);
  show();
}

function start() {
  status.setAttribute("role", "status");
  const csv = make("button", { type: "button" }, "Save as CSV");
  const clear = make("button", { type: "reset" }, "Clear");
  const form = make("form", { className: "controls" }, labelled("Search", search),
    ...choices.map(([column, list]) => labelled(column.label, list)), clear, csv);
  const table = make("table", { className: "all" }, make("caption", {}, "All workloads, sortable by every column"),
    make("thead", {}, make("tr", {}, ...heads)), body);
  const frame = make("div", { className: "scroll" }, table);
  frame.setAttribute("role", "region");
  frame.setAttribute("aria-label", "All workloads");
  const pager = make("div", { className: "pager" }, buttons.first, buttons.back, pages, buttons.next, buttons.last);
  form.setAttribute("role", "search");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(choose));
  search.addEventListener("input", choose);
  choices.forEach(([, list]) => list.addEventListener("change", choose));
  csv.addEventListener("click", () => download("workloads.csv", csvText(data, state.rows)));
  buttons.first.addEventListener("click", () => turn(0));
  buttons.back.addEventListener("click", () => turn(state.first - PAGE));
  buttons.next.addEventListener("click", () => turn(state.first + PAGE));
  buttons.last.addEventListener("click", () => turn(state.rows.length));
  document.getElementById("workloads-table").append(form, status, frame, pager);
  choose();
  reachScrolling();
  addEventListener("resize", reachScrolling);
}

start();

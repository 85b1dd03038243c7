// The rows: which are chosen, and in which order. Columns lie one after the other, as they came.

/** Text of a cell; what is shown, searched and sorted of words. */
function cellText(column, row) {
  if (column.kind === "word") return column.words[column.codes[row]];
  const value = column.values[row];
  if (column.kind === "money") return money(value);
  return column.kind === "number" ? plain(value) : value;
}

const isNumber = (column) => column.kind === "money" || column.kind === "number";

/** Place of every row in the order of a column, ascending; made once. Rows without a value get -1. */
function ranks(column, rows) {
  if (column.ranks) return column.ranks;
  const found = new Float64Array(rows);
  if (isNumber(column)) {
    for (let row = 0; row < rows; row++) found[row] = column.values[row] ?? NaN;
  } else {
    const collator = new Intl.Collator("en", { numeric: true });
    const words = column.kind === "word" ? column.words : column.values;
    const order = Uint32Array.from(words.keys()).sort((a, b) => collator.compare(words[a], words[b]) || a - b);
    const place = new Float64Array(words.length);
    order.forEach((word, n) => { place[word] = words[word] === "" ? NaN : n; });
    for (let row = 0; row < rows; row++) found[row] = place[column.kind === "word" ? column.codes[row] : row];
  }
  column.ranks = found;
  return found;
}

/** Rows in the order of a column; those without a value come last, both ways. */
function sorted(chosen, column, rows, ascending) {
  const rank = ranks(column, rows);
  const sign = ascending ? 1 : -1;
  return chosen.sort((a, b) => {
    const x = rank[a], y = rank[b];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y) || a - b;
    return sign * (x - y) || a - b;
  });
}

/** Text of every row that a search looks in, in small letters; made once. */
function haystack(data) {
  if (!data.haystack) {
    const columns = data.columns.filter((column) => !isNumber(column));
    data.haystack = Array.from({ length: data.rows }, (_, row) =>
      columns.map((column) => cellText(column, row)).join("\n").toLowerCase());
  }
  return data.haystack;
}

/** Rows that hold every word of a search and have the chosen word in each column. */
function filtered(data, search, choices) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const texts = words.length ? haystack(data) : [];
  const wanted = choices.map(([column, word]) => [column.codes, column.words.indexOf(word)]);
  const found = new Uint32Array(data.rows);
  let size = 0;
  for (let row = 0; row < data.rows; row++) {
    if (wanted.every(([codes, code]) => codes[row] === code) && words.every((word) => texts[row].includes(word))) {
      found[size++] = row;
    }
  }
  return found.slice(0, size);
}

// The filtered table as a CSV file, in full precision.

/** Cell as CSV; text that a spreadsheet would run as a formula gets a quote mark in front. */
function csvCell(value) {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csvText(data, rows) {
  const value = (column, row) => (column.kind === "word" ? column.words[column.codes[row]] : column.values[row]);
  const name = (column) => (column.unit ? `${column.label} [${column.unit}]` : column.label);
  const lines = [data.columns.map((column) => csvCell(name(column))).join(",")];
  for (const row of rows) lines.push(data.columns.map((column) => csvCell(value(column, row))).join(","));
  return lines.join("\r\n") + "\r\n";
}

/** Offer a file to keep; it is made here, nothing is fetched. */
function download(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(["\ufeff" + text], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

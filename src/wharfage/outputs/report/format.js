// Numbers for people, as everywhere in wharfage: rounded half up, thousands apart, a dash for none.

/** Amount with two decimals; decimal text is rounded, so that 1.005 becomes 1.01. */
function money(value) {
  if (value === null) return "-";
  const text = String(Math.abs(value));
  const cents = text.includes("e") ? Math.abs(value) * 100 : Number(`${text}e2`);
  const shown = Math.floor(cents + 0.5) / 100;
  const sign = value < 0 && shown > 0 ? "-" : "";
  return sign + shown.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/** Number with at most four significant decimals. */
function plain(value) {
  return value === null ? "-" : value.toLocaleString("en-US", { maximumFractionDigits: 4 });
}

function count(value) {
  return value.toLocaleString("en-US");
}

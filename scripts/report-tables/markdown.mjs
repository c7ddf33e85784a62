/** A table; columns are aligned to the right but for the first `texts`. */
export function markdownTable(header, rows, texts = 1) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const rule = header.map((_, column) => (column < texts ? "---" : "--:"));
  return [header, rule, ...rows].map(line).join("\n");
}

/** A score or a loss; nothing where there is none. */
export const score = (value) => (value === undefined || value === null ? "" : value.toFixed(4));

export function difference(value) {
  const text = Math.abs(value).toFixed(4);
  if (Number(text) === 0) return "0";
  return `${value < 0 ? "−" : "+"}${text}`;
}

/** Three digits and the unit that suits. */
export function duration(seconds) {
  if (seconds < 1e-3) return `${digits(seconds * 1e6)} µs`;
  if (seconds < 1) return `${digits(seconds * 1e3)} ms`;
  return `${digits(seconds)} s`;
}

export const times = (ratio) => `${digits(ratio)} x`;

export function digits(value) {
  return value < 100 ? String(value.toPrecision(3)) : Math.round(value).toLocaleString("en");
}

/** `max_depth 3, n_estimators 100`, by name. */
export function paramsText(params) {
  const snake = (name) => name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.entries(params)
    .map(([name, value]) => [snake(name), value])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

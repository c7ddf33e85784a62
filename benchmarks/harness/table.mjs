import { time } from "./compare.mjs";

const number = (value, digits = 3) => (value === null || value === undefined ? "-" : value.toPrecision(digits));

function goalsOf(row) {
  const named = Object.entries({ ...(row.goal_of && { [row.goal_of]: row.goal }), ...row.also });
  const told = named.map(([field, least]) => `${field} ${least} (${number(row[field])})`);
  return (row.goal_of ? told : [row.goal, ...told]).join(", ");
}

/** @param {object[]} rows of a results file @returns {string} them as a Markdown table, with remarks below */
export function table(rows) {
  const cells = rows.map((row) => [
    row.id,
    time(row.ours_s),
    row.peer ?? "-",
    time(row.peer_s),
    number(row.ratio),
    goalsOf(row),
    row.met === null ? "-" : row.met ? "yes" : "NO",
  ]);
  const all = [["row", "ours", "peer", "peer's", "ratio", "goal", "met"], ...cells];
  const widths = all[0].map((_, column) => Math.max(...all.map((line) => line[column].length)));
  const lines = all.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`);
  lines.splice(1, 0, `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`);
  return [...lines, ...remarks(rows)].join("\n");
}

function remarks(rows) {
  const errors = ["ours_error", "peer_error", "current_error", "error"];
  const said = [
    ...new Set(rows.flatMap((row) => (row.peer_missing ? [`MISSING: ${row.peer_missing}`] : []))),
    ...rows.flatMap((row) => errors.filter((field) => row[field]).map((field) => `${row.id}: ${row[field]}`)),
  ];
  return said.length ? ["", ...said] : [];
}

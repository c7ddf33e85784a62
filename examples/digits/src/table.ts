/** Rows of cells as a Markdown table, the first row on top; the first column to the left and the others to the right. */
export function markdownTable([header, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = header!.map((_, column) => (column === 0 ? "---" : "--:"));
  return [header!, rule, ...rows].map(line).join("\n");
}

/** Rows of cells in aligned columns, the first to the left and the others to the right. */
export function plainTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, j) => Math.max(...rows.map((row) => row[j]!.length)));
  return rows
    .map((row) => row.map((cell, j) => (j === 0 ? cell.padEnd(widths[j]!) : cell.padStart(widths[j]!))).join("   "))
    .join("\n");
}

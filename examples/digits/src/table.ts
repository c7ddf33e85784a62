/** Rows of cells as a Markdown table, the first row on top; the first column to the left and the others to the right. */
export function markdownTable([header, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = header!.map((_, column) => (column === 0 ? "---" : "--:"));
  return [header!, rule, ...rows].map(line).join("\n");
}

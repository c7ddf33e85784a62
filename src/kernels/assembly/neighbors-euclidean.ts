// The k nearest rows by sums of squared differences, of all rows.
import { COLS, panelBytes, PANEL_COUNT } from "./neighbors-codes";
import { begin, comparePanels, settle } from "./neighbors-compare";
import { clear, sort } from "./neighbors-ranking";

/** Bytes of panels that stay in the fastest caches while all groups go over them. */
const TILE: u32 = 65536;

/** See ../neighbors.ts. */
export function nearestEuclidean(
  scratch: u32, k: u32, data: u32, kind: u32, table: u32, rows: u32, from: u32, to: u32, coded: u32, firstPanel: u32, lastPanel: u32,
  sums: u32, indices: u32,
): i32 {
  if (firstPanel == 0) clear(k, from, to, sums, indices);
  const groups = begin(scratch, k, data, kind, table, rows, from, to, coded, sums, indices);
  const atOnce = max(1, TILE / panelBytes(load<u32>(coded, COLS)));
  for (let tile = firstPanel; tile < lastPanel; tile += atOnce) {
    const end = min(lastPanel, tile + atOnce);
    for (let g: u32 = 0; g < groups; g++) comparePanels(g, tile, end);
  }
  settle();
  if (lastPanel == load<u32>(coded, PANEL_COUNT)) sort(k, from, to, sums, indices);
  return 0;
}

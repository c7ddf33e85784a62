// A k-d tree over panels (Bentley, Multidimensional binary search trees used for associative searching, CACM 18, 1975): the rows of a node
// are those of a range of panels, in two halves by the feature in which they are farthest apart. Rows without codes come before the tree.
//
// Nodes are numbered from 1, the halves of node i being 2i and 2i + 1. A box is the smallest codes of the node's rows and then the largest,
// i16 each, padded by zeros to whole vectors.
import { ALWAYS_NEAR, LINE, panelBytes, WIDTH } from "./neighbors-codes";

const DONE: i32 = 0;
const MORE: i32 = 1;
/** Cells that are looked at between two answers. */
const BUDGET: u32 = 4194304;

/** Bytes of one side of a box. */
// @ts-ignore: decorator
@inline
export function sideBytes(cols: u32): u32 {
  return ((cols + 7) >> 3) << 4;
}

/** The panel that part `i` of 2^level equal parts begins with. */
// @ts-ignore: decorator
@inline
export function partOf(from: u32, count: u32, i: u32, level: u32): u32 {
  return from + u32((u64(count - from) * i) >> level);
}

let panels: u32 = 0;
let cols: u32 = 0;
let bytes: u32 = 0;
let order: u32 = 0;

/** See ../neighbors.ts. */
export function orderRows(panels_: u32, cols_: u32, n: u32, leaves: u32, order_: u32, boxes: u32, state: u32): i32 {
  panels = panels_;
  cols = cols_;
  bytes = panelBytes(cols);
  order = order_;
  if (load<u32>(state) == 0) {
    store<u32>(state, 1);
    store<u32>(state, (putUncodedFirst(n) + WIDTH - 1) / WIDTH, 4);
  }
  const treeFrom = load<u32>(state, 4);
  const count = (n + WIDTH - 1) / WIDTH;
  let left = BUDGET;
  for (let node = load<u32>(state); node < 2 * leaves; node++) {
    const level: u32 = 31 - clz(node);
    const i = node - (1 << level);
    const from = partOf(treeFrom, count, i, level) * WIDTH;
    const to = min(n, partOf(treeFrom, count, i + 1, level) * WIDTH);
    const out = boxes + 2 * node * sideBytes(cols);
    if (from >= to) {
      memory.fill(out, 0, 2 * sideBytes(cols));
      continue;
    }
    const cells = (to - from) * cols;
    if (cells > left && left < BUDGET) {
      store<u32>(state, node);
      return MORE;
    }
    left -= min(left, cells);
    const widest = box(from, to, out);
    if (node < leaves) select(widest, from, to, partOf(treeFrom, count, 2 * i + 1, level + 1) * WIDTH);
  }
  return DONE;
}

/** Numbers all rows, those without codes first; answers how many these are. */
function putUncodedFirst(n: u32): u32 {
  let uncoded: u32 = 0;
  for (let row: u32 = 0; row < n; row++) {
    store<u32>(order + (row << 2), row);
    if (load<i32>(panels + row / WIDTH * bytes + ((row % WIDTH) << 2)) != ALWAYS_NEAR) continue;
    swap(uncoded, row);
    uncoded++;
  }
  return uncoded;
}

// @ts-ignore: decorator
@inline
function swap(i: u32, j: u32): void {
  const row = load<u32>(order + (i << 2));
  store<u32>(order + (i << 2), load<u32>(order + (j << 2)));
  store<u32>(order + (j << 2), row);
}

/** The code of a feature of the row at a place. */
// @ts-ignore: decorator
@inline
function codeAt(place: u32, feature: u32): i32 {
  const row = load<u32>(order + (place << 2));
  const line = panels + row / WIDTH * bytes + LINE * (1 + (feature >> 1));
  return i32(load<i16>(line + ((row % WIDTH) << 2) + ((feature & 1) << 1)));
}

/** Writes the box of the rows at the places from .. to; answers the feature in which they are farthest apart. */
function box(from: u32, to: u32, out: u32): u32 {
  const side = sideBytes(cols);
  memory.fill(out, 0, 2 * side);
  let widest: u32 = 0;
  let width: i32 = -1;
  for (let j: u32 = 0; j < cols; j++) {
    let low = codeAt(from, j);
    let high = low;
    for (let place = from + 1; place < to; place++) {
      const code = codeAt(place, j);
      low = min(low, code);
      high = max(high, code);
    }
    store<i16>(out + (j << 1), i16(low));
    store<i16>(out + side + (j << 1), i16(high));
    if (high - low > width) {
      width = high - low;
      widest = j;
    }
  }
  return widest;
}

/** Moves the rows with the smallest codes of a feature before the place `middle` (Hoare, Algorithm 65: Find, CACM 4, 1961). */
function select(feature: u32, from: u32, to: u32, middle: u32): void {
  let low = i32(from);
  let high = i32(to) - 1;
  const target = i32(middle);
  let random = from ^ to;
  while (low < high) {
    random = random * 1664525 + 1013904223;
    const pivot = codeAt(low + i32((u64(random) * (high - low + 1)) >> 32), feature);
    let i = low;
    let j = high;
    while (i <= j) {
      while (codeAt(i, feature) < pivot) i++;
      while (codeAt(j, feature) > pivot) j--;
      if (i > j) break;
      swap(i, j);
      i++;
      j--;
    }
    if (target <= j) high = j;
    else if (target >= i) low = i;
    else return;
  }
}

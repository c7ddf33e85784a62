// Dot products of the columns of a table, each with each, in tiles of 4 x 4 that stay in registers while a block of rows goes by.
import { BYTES, F32, F64, pairOf, valueOf } from "./table-cells";

const MORE: i32 = 1;

/** Rows of a block; see ../cross-products.ts, which has the sizes of the scratch. */
const BLOCK: u32 = 64;
/** Bytes of four columns of a block, row by row; one cache line more than a power of two, so that panels share no cache set. */
const PANEL: u32 = 32 * BLOCK + 64;
/** Bytes of a list of the rows of a panel that are not all 0: their number, then the offset of each. */
const LIST: u32 = 4 * BLOCK + 64;
/** Rows of tiles in one call: some milliseconds. */
const BUDGET: i32 = 1 << 21;

/** See ../cross-products.ts. Progress: u32 rows done, u32 panels done of the block that begins there. */
export function addProducts(
  progress: u32, scratch: u32, data: u32, kind: u32, table: u32, rows: u32, cols: u32, shift: u32, roots: u32, extra: u32,
  from: u32, to: u32, sums: u32,
): i32 {
  const panels = (cols + u32(extra != 0) + 3) >> 2;
  const lists = scratch;
  const cells = scratch + panels * LIST;
  let row = load<u32>(progress);
  let panel = load<u32>(progress, 4);
  if (row == 0 && panel == 0) memory.fill(sums, 0, (panels * (panels + 1)) << 6);
  let budget = BUDGET;
  for (; from + row < to; row += BLOCK) {
    const count = min(BLOCK, to - from - row);
    if (panel == 0) {
      for (let k: u32 = 0; k < count; k++) {
        packRow(data, kind, table, rows, cols, shift, roots, extra, from + row + k, cells + (k << 5));
      }
      for (let i: u32 = 0; i < panels; i++) listRows(cells + i * PANEL, count, lists + i * LIST);
      budget -= i32(count * panels) << 2;
    }
    for (; panel < panels; panel++) {
      if (budget <= 0) {
        store<u32>(progress, row);
        store<u32>(progress, panel, 4);
        return MORE;
      }
      budget -= addPanel(panel, lists, cells, sums + ((panel * (panel + 1)) << 6));
    }
    panel = 0;
  }
  return 0;
}

/** Writes the shifted values of a row, times its root, one panel after the other. */
// @ts-ignore: decorator
@inline
function packRow(
  data: u32, kind: u32, table: u32, rows: u32, cols: u32, shift: u32, roots: u32, extra: u32, position: u32, out: u32,
): void {
  const cell = load<u32>(rows + (position << 2)) * cols;
  const root = roots ? load<f64>(roots + (position << 3)) : 1;
  if (kind == BYTES) packCells(data, BYTES, table, cell, cols, shift, root, out);
  else if (kind == F32) packCells(data, F32, table, cell, cols, shift, root, out);
  else packCells(data, F64, table, cell, cols, shift, root, out);
  let j = cols;
  if (extra) {
    store<f64>(cellAt(out, j), root * (load<f64>(extra + (position << 3)) - load<f64>(shift + (j << 3))));
    j++;
  }
  for (; j & 3; j++) store<f64>(cellAt(out, j), 0);
}

// @ts-ignore: decorator
@inline
function cellAt(out: u32, j: u32): u32 {
  return out + (j >> 2) * PANEL + ((j & 3) << 3);
}

// Kind is a literal in every call, so each inlined copy has a loop without branches.
// @ts-ignore: decorator
@inline
function packCells(
  data: u32, kind: u32, table: u32, cell: u32, cols: u32, shift: u32, root: f64, out: u32,
): void {
  const roots = f64x2.splat(root);
  let j: u32 = 0;
  for (; j + 3 < cols; j += 4, out += PANEL, shift += 32) {
    const left = f64x2.sub(pairOf(data, kind, table, cell + j), v128.load(shift));
    const right = f64x2.sub(pairOf(data, kind, table, cell + j + 2), v128.load(shift, 16));
    v128.store(out, f64x2.mul(roots, left));
    v128.store(out, f64x2.mul(roots, right), 16);
  }
  for (; j < cols; j++, out += 8, shift += 8) {
    store<f64>(out, root * (valueOf(data, kind, table, cell + j) - load<f64>(shift)));
  }
}

function listRows(panel: u32, count: u32, list: u32): void {
  let end = list + 4;
  for (let k: u32 = 0; k < count; k++) {
    const at = k << 5;
    store<u32>(end, at);
    end += u32(v128.any_true(v128.or(v128.load(panel + at), v128.load(panel + at, 16)))) << 2;
  }
  store<u32>(list, (end - list) >> 2);
}

/** Adds the tiles of a panel with itself and with those before it; answers the rows that were gone through. */
function addPanel(i: u32, lists: u32, cells: u32, tiles: u32): i32 {
  const mine = lists + i * LIST;
  const length = load<u32>(mine);
  let done: i32 = 0;
  for (let j: u32 = 0; j <= i; j++) {
    // A row that is 0 in one of the two panels adds nothing but zeros.
    const theirs = lists + j * LIST;
    const isMine = length <= load<u32>(theirs);
    const list = isMine ? mine : theirs;
    const end = list + (load<u32>(list) << 2);
    if (end > list + 4) addTile(cells + i * PANEL, cells + j * PANEL, list + 4, end, tiles + (j << 7));
    done += i32(end - list) >> 2;
  }
  return done;
}

function addTile(a: u32, b: u32, list: u32, end: u32, tile: u32): void {
  let c00 = v128.load(tile);
  let c01 = v128.load(tile, 16);
  let c10 = v128.load(tile, 32);
  let c11 = v128.load(tile, 48);
  let c20 = v128.load(tile, 64);
  let c21 = v128.load(tile, 80);
  let c30 = v128.load(tile, 96);
  let c31 = v128.load(tile, 112);
  for (; list < end; list += 4) {
    const k = load<u32>(list);
    const x = a + k;
    const y = b + k;
    const left = v128.load(y);
    const right = v128.load(y, 16);
    let splat = v128.load_splat<f64>(x);
    c00 = f64x2.add(c00, f64x2.mul(splat, left));
    c01 = f64x2.add(c01, f64x2.mul(splat, right));
    splat = v128.load_splat<f64>(x, 8);
    c10 = f64x2.add(c10, f64x2.mul(splat, left));
    c11 = f64x2.add(c11, f64x2.mul(splat, right));
    splat = v128.load_splat<f64>(x, 16);
    c20 = f64x2.add(c20, f64x2.mul(splat, left));
    c21 = f64x2.add(c21, f64x2.mul(splat, right));
    splat = v128.load_splat<f64>(x, 24);
    c30 = f64x2.add(c30, f64x2.mul(splat, left));
    c31 = f64x2.add(c31, f64x2.mul(splat, right));
  }
  v128.store(tile, c00);
  v128.store(tile, c01, 16);
  v128.store(tile, c10, 32);
  v128.store(tile, c11, 48);
  v128.store(tile, c20, 64);
  v128.store(tile, c21, 80);
  v128.store(tile, c30, 96);
  v128.store(tile, c31, 112);
}

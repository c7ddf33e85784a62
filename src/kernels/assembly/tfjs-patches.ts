// Convolutions and their gradients as products of matrices that are never built. A patch is the window of an image that makes one
// output; its k-th value lies at base(patch) + offset(k), offsets being the same for all patches. Offsets and bases are u32[] in
// bytes. The other factor is packed in panels of 16 columns, the last one filled up with zeros. Tiles are 2 x 16: engines make
// more of few broadcasts and many sums than of squarer tiles.
import { term } from "./neural-term";

/** Columns of a panel, and its bytes a row. */
const WIDTH: u32 = 16;
const LINE: u32 = 64;

// @ts-ignore: decorator
@inline
function at(table: u32, i: u32): u32 {
  return load<u32>(table + (i << 2));
}

/** Packs the columns of a matrix whose value (row, column) lies at from + rowStride * row + columnStride * column (in bytes). */
export function packColumns(
  from: u32, rows: u32, rowStride: u32, columns: u32, columnStride: u32, to: u32,
): void {
  for (let first: u32 = 0; first < columns; first += WIDTH) {
    const width = min(WIDTH, columns - first);
    let line = from + columnStride * first;
    for (let row: u32 = 0; row < rows; row++, line += rowStride, to += LINE) {
      if (width == WIDTH && columnStride == 4) {
        memory.copy(to, line, LINE);
        continue;
      }
      let cell = line;
      for (let i: u32 = 0; i < WIDTH; i++, cell += columnStride) {
        store<f32>(to + (i << 2), i < width ? load<f32>(cell) : 0);
      }
    }
  }
}

/** out (patches x columns) = values of patches (patches x depth) * packed (depth x columns). */
export function patchProducts(
  image: u32, bases: u32, patches: u32, offsets: u32, depth: u32, packed: u32, columns: u32, out: u32,
): void {
  memory.fill(out, 0, (patches * columns) << 2);
  addTiles(image, bases, patches, offsets, depth, packed, columns, out);
}

/** out (depth x columns) += values of patches, transposed (depth x patches) * packed (patches x columns). */
export function addOuterProducts(
  image: u32, bases: u32, patches: u32, offsets: u32, depth: u32, packed: u32, columns: u32, out: u32,
): void {
  addTiles(image, offsets, depth, bases, patches, packed, columns, out);
}

/** out (rows x columns) += A * packed; A's value (row, k) lies at image + row's offset + k's offset. */
function addTiles(
  image: u32, rowOffsets: u32, rows: u32, offsets: u32, depth: u32, packed: u32, columns: u32, out: u32,
): void {
  const stride = columns << 2;
  const end = offsets + (depth << 2);
  let panel = packed;
  for (let column: u32 = 0; column < columns; column += WIDTH, panel += depth * LINE) {
    const width = min(WIDTH, columns - column);
    let to = out + (column << 2);
    let row: u32 = 0;
    for (; row + 2 <= rows; row += 2, to += 2 * stride) {
      const from0 = image + at(rowOffsets, row);
      const from1 = image + at(rowOffsets, row + 1);
      let a0 = f32x4.splat(0), b0 = f32x4.splat(0), c0 = f32x4.splat(0), d0 = f32x4.splat(0);
      let a1 = f32x4.splat(0), b1 = f32x4.splat(0), c1 = f32x4.splat(0), d1 = f32x4.splat(0);
      for (let offset = offsets, line = panel; offset < end; offset += 4, line += LINE) {
        const k = load<u32>(offset);
        const a = v128.load(line);
        const b = v128.load(line, 16);
        const c = v128.load(line, 32);
        const d = v128.load(line, 48);
        const x0 = v128.load32_splat(from0 + k);
        a0 = term(a0, x0, a);
        b0 = term(b0, x0, b);
        c0 = term(c0, x0, c);
        d0 = term(d0, x0, d);
        const x1 = v128.load32_splat(from1 + k);
        a1 = term(a1, x1, a);
        b1 = term(b1, x1, b);
        c1 = term(c1, x1, c);
        d1 = term(d1, x1, d);
      }
      add(to, a0, b0, c0, d0, width);
      add(to + stride, a1, b1, c1, d1, width);
    }
    if (row == rows) continue;
    const from0 = image + at(rowOffsets, row);
    let a0 = f32x4.splat(0), b0 = f32x4.splat(0), c0 = f32x4.splat(0), d0 = f32x4.splat(0);
    for (let offset = offsets, line = panel; offset < end; offset += 4, line += LINE) {
      const x0 = v128.load32_splat(from0 + load<u32>(offset));
      a0 = term(a0, x0, v128.load(line));
      b0 = term(b0, x0, v128.load(line, 16));
      c0 = term(c0, x0, v128.load(line, 32));
      d0 = term(d0, x0, v128.load(line, 48));
    }
    add(to, a0, b0, c0, d0, width);
  }
}

/** Adds the first `width` of 16 values. */
// @ts-ignore: decorator
@inline
function add(to: u32, a: v128, b: v128, c: v128, d: v128, width: u32): void {
  if (width == WIDTH) {
    v128.store(to, f32x4.add(v128.load(to), a));
    v128.store(to, f32x4.add(v128.load(to, 16), b), 16);
    v128.store(to, f32x4.add(v128.load(to, 32), c), 32);
    v128.store(to, f32x4.add(v128.load(to, 48), d), 48);
    return;
  }
  addSome(to, a, width);
  if (width > 4) addSome(to + 16, b, width - 4);
  if (width > 8) addSome(to + 32, c, width - 8);
  if (width > 12) addSome(to + 48, d, width - 12);
}

/** Adds the first `width` of 4 values, or all. */
function addSome(to: u32, values: v128, width: u32): void {
  for (let i: u32 = 0, end = min(4, width); i < end; i++, to += 4) {
    store<f32>(to, load<f32>(to) + f32x4.extract_lane(values, 0));
    values = v128.shuffle<i32>(values, values, 1, 2, 3, 0);
  }
}

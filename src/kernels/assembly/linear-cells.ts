// A row's cells that are not 0, as a list of 16-byte entries: u32 offset of the feature's weights, f64 value at 8. Leaving
// out zeros changes no bit of a sum that begins at +0, since adding +0 or -0 to it changes nothing.
import { BYTES, F32 } from "./table-cells";

/** Bytes of one entry. */
export const CELL: u32 = 16;

/** Lists the row's cells in ascending order of features, whose weights are `step` bytes apart; answers the list's end. */
export function listCells(data: u32, kind: u32, table: u32, cols: u32, row: u32, step: u32, list: u32): u32 {
  if (kind == BYTES) return listBytes(data + row * cols, table, cols, step, list);
  if (kind == F32) return listFloats<f32>(data + ((row * cols) << 2), cols, step, list);
  return listFloats<f64>(data + ((row * cols) << 3), cols, step, list);
}

function listBytes(at: u32, table: u32, cols: u32, step: u32, list: u32): u32 {
  const whole = cols & ~7;
  let end = list;
  for (let j: u32 = 0; j < whole; j += 8) {
    let word = load<u64>(at + j);
    while (word != 0) {
      const shift = ctz(word) & 56;
      store<u32>(end, (j + u32(shift >> 3)) * step);
      store<f64>(end, load<f64>(table + (u32((word >> shift) & 255) << 3)), 8);
      end += CELL;
      word &= ~(u64(255) << shift);
    }
  }
  for (let j = whole; j < cols; j++) {
    const byte = u32(load<u8>(at + j));
    if (!byte) continue;
    store<u32>(end, j * step);
    store<f64>(end, load<f64>(table + (byte << 3)), 8);
    end += CELL;
  }
  return end;
}

function listFloats<T>(at: u32, cols: u32, step: u32, list: u32): u32 {
  let end = list;
  for (let j: u32 = 0, offset: u32 = 0; j < cols; j++, offset += step) {
    const value = f64(load<T>(at));
    at += sizeof<T>();
    store<u32>(end, offset);
    store<f64>(end, value, 8);
    end += u32(value != 0) << 4;
  }
  return end;
}

/** out f64[2 * pairs] = the sums of value * weight over the list, in its order, one accumulator an output. */
export function dots(pairs: u32, list: u32, end: u32, weights: u32, out: u32): void {
  for (; pairs >= 6; pairs -= 6, weights += 96, out += 96) dotsOf(6, list, end, weights, out);
  if (pairs == 5) dotsOf(5, list, end, weights, out);
  else if (pairs == 4) dotsOf(4, list, end, weights, out);
  else if (pairs == 3) dotsOf(3, list, end, weights, out);
  else if (pairs == 2) dotsOf(2, list, end, weights, out);
  else if (pairs == 1) dotsOf(1, list, end, weights, out);
}

// `pairs` is a literal in every call, so each inlined copy keeps only its own accumulators, in registers.
// @ts-ignore: decorator
@inline
function dotsOf(pairs: u32, list: u32, end: u32, weights: u32, out: u32): void {
  let a = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  let f = a;
  for (let at = list; at < end; at += CELL) {
    const x = v128.load_splat<f64>(at, 8);
    const w = weights + load<u32>(at);
    a = f64x2.add(a, f64x2.mul(x, v128.load(w)));
    if (pairs > 1) b = f64x2.add(b, f64x2.mul(x, v128.load(w, 16)));
    if (pairs > 2) c = f64x2.add(c, f64x2.mul(x, v128.load(w, 32)));
    if (pairs > 3) d = f64x2.add(d, f64x2.mul(x, v128.load(w, 48)));
    if (pairs > 4) e = f64x2.add(e, f64x2.mul(x, v128.load(w, 64)));
    if (pairs > 5) f = f64x2.add(f, f64x2.mul(x, v128.load(w, 80)));
  }
  v128.store(out, a);
  if (pairs > 1) v128.store(out, b, 16);
  if (pairs > 2) v128.store(out, c, 32);
  if (pairs > 3) v128.store(out, d, 48);
  if (pairs > 4) v128.store(out, e, 64);
  if (pairs > 5) v128.store(out, f, 80);
}

/** Adds value * factor to the weights of each cell of the list: the transposed product of `dots`. */
export function spread(pairs: u32, list: u32, end: u32, factors: u32, weights: u32): void {
  for (; pairs >= 6; pairs -= 6, weights += 96, factors += 96) spreadOf(6, list, end, factors, weights);
  if (pairs == 5) spreadOf(5, list, end, factors, weights);
  else if (pairs == 4) spreadOf(4, list, end, factors, weights);
  else if (pairs == 3) spreadOf(3, list, end, factors, weights);
  else if (pairs == 2) spreadOf(2, list, end, factors, weights);
  else if (pairs == 1) spreadOf(1, list, end, factors, weights);
}

// @ts-ignore: decorator
@inline
function spreadOf(pairs: u32, list: u32, end: u32, factors: u32, weights: u32): void {
  const a = v128.load(factors);
  const b = pairs > 1 ? v128.load(factors, 16) : a;
  const c = pairs > 2 ? v128.load(factors, 32) : a;
  const d = pairs > 3 ? v128.load(factors, 48) : a;
  const e = pairs > 4 ? v128.load(factors, 64) : a;
  const f = pairs > 5 ? v128.load(factors, 80) : a;
  for (let at = list; at < end; at += CELL) {
    const x = v128.load_splat<f64>(at, 8);
    const w = weights + load<u32>(at);
    v128.store(w, f64x2.add(v128.load(w), f64x2.mul(x, a)));
    if (pairs > 1) v128.store(w, f64x2.add(v128.load(w, 16), f64x2.mul(x, b)), 16);
    if (pairs > 2) v128.store(w, f64x2.add(v128.load(w, 32), f64x2.mul(x, c)), 32);
    if (pairs > 3) v128.store(w, f64x2.add(v128.load(w, 48), f64x2.mul(x, d)), 48);
    if (pairs > 4) v128.store(w, f64x2.add(v128.load(w, 64), f64x2.mul(x, e)), 64);
    if (pairs > 5) v128.store(w, f64x2.add(v128.load(w, 80), f64x2.mul(x, f)), 80);
  }
}

// Weighted sums of rows: what all passes of dense layers, and the backward passes of convolutions, come down to. Which rows are
// summed stands in a list that leaves out weights of 0: inputs of networks are sparse, and so is whatever comes out of
// ReLU, dropout and the backward pass of a pooling. A list has 8 bytes an entry: u32 address of the row, f32 its weight.
// An output has one accumulator, to which entries are added in their order.
import { term } from "./neural-term";

/** Bytes of an entry. */
export const ENTRY: u32 = 8;

/**
 * out f32[n] = (adds ? out : 0) + the sum of the list's rows, each of n floats that begin `from` bytes after its address. n is
 * a multiple of 4.
 */
export function sumRows(list: u32, end: u32, from: u32, n: u32, out: u32, adds: bool): void {
  let left = n >>> 2;
  for (; left >= 12; left -= 12, from += 192, out += 192) block(1, 12, list, end, from, 0, out, 0, adds);
  if (left >= 8) {
    block(1, 8, list, end, from, 0, out, 0, adds);
    left -= 8;
    from += 128;
    out += 128;
  }
  if (left >= 4) {
    block(1, 4, list, end, from, 0, out, 0, adds);
    left -= 4;
    from += 64;
    out += 64;
  }
  if (left == 3) block(1, 3, list, end, from, 0, out, 0, adds);
  else if (left == 2) block(1, 2, list, end, from, 0, out, 0, adds);
  else if (left == 1) block(1, 1, list, end, from, 0, out, 0, adds);
}

/** Most vectors of a run that `sumRuns` is given at a time. */
export const RUN_VECTORS: u32 = 4;

/**
 * The same for patches of `rows` runs, of at most RUN_VECTORS vectors each: the runs of a patch are inStep bytes apart, those of
 * the output outStep bytes. The output is always added to.
 */
export function sumRuns(rows: u32, vectors: u32, list: u32, end: u32, from: u32, inStep: u32, out: u32, outStep: u32): void {
  if (rows == 3) {
    if (vectors == 4) block(3, 4, list, end, from, inStep, out, outStep, true);
    else if (vectors == 3) block(3, 3, list, end, from, inStep, out, outStep, true);
    else if (vectors == 2) block(3, 2, list, end, from, inStep, out, outStep, true);
    else block(3, 1, list, end, from, inStep, out, outStep, true);
    return;
  }
  for (let row: u32 = 0; row < rows; row++, from += inStep, out += outStep) {
    sumRows(list, end, from, vectors << 2, out, true);
  }
}

// `rows` and `vectors` are literals in every call, so each inlined copy keeps only its own accumulators, in registers.
// @ts-ignore: decorator
@inline
function block(
  rows: u32, vectors: u32, list: u32, end: u32, from: u32, inStep: u32, out: u32, outStep: u32, adds: bool,
): void {
  const out2 = out + outStep;
  const out3 = out2 + outStep;
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  let f = a;
  let g = a;
  let h = a;
  let i = a;
  let j = a;
  let k = a;
  let l = a;
  if (adds) {
    a = v128.load(out);
    if (vectors > 1) b = v128.load(out, 16);
    if (vectors > 2) c = v128.load(out, 32);
    if (vectors > 3) d = v128.load(out, 48);
    if (rows == 3 && vectors > 0) e = v128.load(out2, 0);
    if (vectors > 4) e = v128.load(out, 64);
    if (rows == 3 && vectors > 1) f = v128.load(out2, 16);
    if (vectors > 5) f = v128.load(out, 80);
    if (rows == 3 && vectors > 2) g = v128.load(out2, 32);
    if (vectors > 6) g = v128.load(out, 96);
    if (rows == 3 && vectors > 3) h = v128.load(out2, 48);
    if (vectors > 7) h = v128.load(out, 112);
    if (rows == 3 && vectors > 0) i = v128.load(out3, 0);
    if (vectors > 8) i = v128.load(out, 128);
    if (rows == 3 && vectors > 1) j = v128.load(out3, 16);
    if (vectors > 9) j = v128.load(out, 144);
    if (rows == 3 && vectors > 2) k = v128.load(out3, 32);
    if (vectors > 10) k = v128.load(out, 160);
    if (rows == 3 && vectors > 3) l = v128.load(out3, 48);
    if (vectors > 11) l = v128.load(out, 176);
  }
  for (let at = list; at < end; at += ENTRY) {
    const row = load<u32>(at) + from;
    const row2 = row + inStep;
    const row3 = row2 + inStep;
    const weight = v128.load_splat<f32>(at, 4);
    a = term(a, weight, v128.load(row));
    if (vectors > 1) b = term(b, weight, v128.load(row, 16));
    if (vectors > 2) c = term(c, weight, v128.load(row, 32));
    if (vectors > 3) d = term(d, weight, v128.load(row, 48));
    if (rows == 3 && vectors > 0) e = term(e, weight, v128.load(row2, 0));
    if (vectors > 4) e = term(e, weight, v128.load(row, 64));
    if (rows == 3 && vectors > 1) f = term(f, weight, v128.load(row2, 16));
    if (vectors > 5) f = term(f, weight, v128.load(row, 80));
    if (rows == 3 && vectors > 2) g = term(g, weight, v128.load(row2, 32));
    if (vectors > 6) g = term(g, weight, v128.load(row, 96));
    if (rows == 3 && vectors > 3) h = term(h, weight, v128.load(row2, 48));
    if (vectors > 7) h = term(h, weight, v128.load(row, 112));
    if (rows == 3 && vectors > 0) i = term(i, weight, v128.load(row3, 0));
    if (vectors > 8) i = term(i, weight, v128.load(row, 128));
    if (rows == 3 && vectors > 1) j = term(j, weight, v128.load(row3, 16));
    if (vectors > 9) j = term(j, weight, v128.load(row, 144));
    if (rows == 3 && vectors > 2) k = term(k, weight, v128.load(row3, 32));
    if (vectors > 10) k = term(k, weight, v128.load(row, 160));
    if (rows == 3 && vectors > 3) l = term(l, weight, v128.load(row3, 48));
    if (vectors > 11) l = term(l, weight, v128.load(row, 176));
  }
  v128.store(out, a);
  if (vectors > 1) v128.store(out, b, 16);
  if (vectors > 2) v128.store(out, c, 32);
  if (vectors > 3) v128.store(out, d, 48);
  if (rows == 3 && vectors > 0) v128.store(out2, e, 0);
  if (vectors > 4) v128.store(out, e, 64);
  if (rows == 3 && vectors > 1) v128.store(out2, f, 16);
  if (vectors > 5) v128.store(out, f, 80);
  if (rows == 3 && vectors > 2) v128.store(out2, g, 32);
  if (vectors > 6) v128.store(out, g, 96);
  if (rows == 3 && vectors > 3) v128.store(out2, h, 48);
  if (vectors > 7) v128.store(out, h, 112);
  if (rows == 3 && vectors > 0) v128.store(out3, i, 0);
  if (vectors > 8) v128.store(out, i, 128);
  if (rows == 3 && vectors > 1) v128.store(out3, j, 16);
  if (vectors > 9) v128.store(out, j, 144);
  if (rows == 3 && vectors > 2) v128.store(out3, k, 32);
  if (vectors > 10) v128.store(out, k, 160);
  if (rows == 3 && vectors > 3) v128.store(out3, l, 48);
  if (vectors > 11) v128.store(out, l, 176);
}

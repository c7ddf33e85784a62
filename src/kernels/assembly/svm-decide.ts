import { dotsWithPanel, F64, gather, I16, kindOf, LINE, linesOf, normsOf, packPanel, widthOf } from "./svm-dots";
import { kernelValues } from "./svm-values";

// Decision values of pairs of classes: sums over the support vectors of both classes, in their order, begun at +0.

// Fields of a machine, u32 each; see svm-decide.ts among the kernels.
const VECTORS: u32 = 0;
const COUNT: u32 = 4;
const FN: u32 = 8;
const CLASSES: u32 = 12;
/** u32 by class: number of the first support vector of the class after it. */
const ENDS: u32 = 16;
/** f64[count][classes - 1], or [count][1] where there are no classes. */
const COEF: u32 = 20;
const RHO: u32 = 24;
const PAIRS: u32 = 28;
/** Rows of the support vectors in the table whose dot products are given, or 0. */
const ROWS: u32 = 32;

// Layout of scratch: dot products, values, squared norms, then sums by pair, then a panel.
const RAW: u32 = 0;
const VALUES: u32 = LINE;
const NORMS: u32 = 3 * LINE;
const SUMS: u32 = 4 * LINE;

/** Adds coefficient * value to the sums of all pairs that support vector s of class `own` takes part in. */
// @ts-ignore: decorator
@inline
function addValues(machine: u32, s: u32, own: u32, values: u32, sums: u32, bytes: u32): void {
  const classes = load<u32>(machine, CLASSES);
  const others: u32 = classes == 0 ? 1 : classes - 1;
  let coef = load<u32>(machine, COEF) + ((s * others) << 3);
  // Pair (a, b), a < b, is number a (2 classes - a - 1) / 2 + b - a - 1; the coefficient for class t is at t, or t - 1 past the own.
  let pair = own - 1;
  for (let other: u32 = 0; other < others; other++, coef += 8) {
    if (classes == 0) pair = 0;
    else if (other == own) pair = (own * (2 * classes - own - 1)) >> 1;
    const sum = sums + pair * bytes;
    const factor = v128.load_splat<f64>(coef);
    for (let at: u32 = 0; at < bytes; at += 16) {
      v128.store(sum + at, f64x2.add(v128.load(sum + at), f64x2.mul(factor, v128.load(values + at))));
    }
    pair += other < own ? classes - other - 2 : 1;
  }
}

/** The class of the support vector, which is that of the one before it or a later one. */
// @ts-ignore: decorator
@inline
function classOf(machine: u32, s: u32, own: u32): u32 {
  if (load<u32>(machine, CLASSES) == 0) return 0;
  while (s >= load<u32>(load<u32>(machine, ENDS) + (own << 2))) own++;
  return own;
}

/**
 * Decision values of the rows order[..] of `vectors` in the panels from .. to, out f64[n][pairs]. Where `dots` is not 0, dot
 * products are taken from there, by rows of the table that both are rows of.
 */
export function decide(
  scratch: u32, machine: u32, vectors: u32, order: u32, n: u32, from: u32, to: u32, out: u32, dots: u32, stride: u32,
): i32 {
  const kind = kindOf(vectors);
  const width = widthOf(kind);
  const pairs = load<u32>(machine, PAIRS);
  const bytes = width << 3;
  const sums = scratch + SUMS;
  const panel = sums + pairs * bytes;
  const support = load<u32>(machine, VECTORS);
  const size: u32 = kind == F64 ? 8 : 4;
  for (let p = from; p < to; p++) {
    const columns = order + ((p * width) << 2);
    const count = min(width, n - p * width);
    let norms = panel + linesOf(vectors) * LINE;
    if (dots == 0) packPanel(vectors, order, n, p * width, panel);
    else {
      norms = scratch + NORMS;
      memory.fill(scratch, 0, SUMS);
    }
    memory.fill(sums, 0, pairs * bytes);
    let own: u32 = 0;
    for (let s: u32 = 0; s < load<u32>(machine, COUNT); s++) {
      own = classOf(machine, s, own);
      let supportRow = s;
      if (dots == 0) dotsWithPanel(support, s, panel, scratch + RAW);
      else {
        supportRow = load<u32>(load<u32>(machine, ROWS) + (s << 2));
        gather(vectors, dots + supportRow * stride, columns, count, scratch + RAW, norms);
      }
      kernelValues(kind, load<u32>(machine, FN), scratch + RAW, normsOf(support) + supportRow * size, norms, scratch + VALUES);
      addValues(machine, s, own, scratch + VALUES, sums, bytes);
    }
    const rho = load<u32>(machine, RHO);
    for (let c: u32 = 0; c < count; c++) {
      for (let pair: u32 = 0; pair < pairs; pair++) {
        const value = load<f64>(sums + pair * bytes + (c << 3)) - load<f64>(rho + (pair << 3));
        store<f64>(out + (((p * width + c) * pairs + pair) << 3), value);
      }
    }
  }
  return 0;
}

/**
 * Decision values of one row, given as i16 codes padded by zeros to 16 features, and its squared norm i32, by support
 * vectors that lie as bytes, `cols` each; the same bits as those of `decide`.
 */
export function decideRow(scratch: u32, machine: u32, data: u32, cols: u32, row: u32, norm: u32, out: u32): i32 {
  const count = load<u32>(machine, COUNT);
  const pairs = load<u32>(machine, PAIRS);
  const sums = scratch + SUMS;
  memory.fill(sums, 0, pairs << 4);
  let own: u32 = 0;
  for (let from: u32 = 0; from < count; from += widthOf(I16)) {
    const end = min(count, from + widthOf(I16));
    for (let s = from; s < end; s++) byteDots(data + s * cols, cols, row, scratch + RAW + ((s - from) << 2), scratch + NORMS + ((s - from) << 2));
    kernelValues(I16, load<u32>(machine, FN), scratch + RAW, norm, scratch + NORMS, scratch + VALUES);
    for (let s = from; s < end; s++) {
      own = classOf(machine, s, own);
      addValues(machine, s, own, scratch + VALUES + ((s - from) << 3), sums, 16);
    }
  }
  for (let pair: u32 = 0; pair < pairs; pair++) {
    store<f64>(out + (pair << 3), load<f64>(sums + (pair << 4)) - load<f64>(load<u32>(machine, RHO) + (pair << 3)));
  }
  return 0;
}

/** The dot product of bytes with codes, and the bytes' squared norm. */
// @ts-ignore: decorator
@inline
function byteDots(bytes: u32, cols: u32, codes: u32, dot: u32, norm: u32): void {
  let a = i32x4.splat(0);
  let b = a;
  const whole = cols & ~15;
  let j: u32 = 0;
  for (; j < whole; j += 16) {
    const x = v128.load(bytes + j);
    const low = i16x8.extend_low_i8x16_u(x);
    const high = i16x8.extend_high_i8x16_u(x);
    a = i32x4.add(a, i32x4.dot_i16x8_s(low, v128.load(codes + (j << 1))));
    a = i32x4.add(a, i32x4.dot_i16x8_s(high, v128.load(codes + (j << 1), 16)));
    b = i32x4.add(b, i32x4.dot_i16x8_s(low, low));
    b = i32x4.add(b, i32x4.dot_i16x8_s(high, high));
  }
  let sum = sum4(a);
  let square = sum4(b);
  for (; j < cols; j++) {
    const x = i32(load<u8>(bytes + j));
    sum += x * i32(load<i16>(codes + (j << 1)));
    square += x * x;
  }
  store<i32>(dot, sum);
  store<i32>(norm, square);
}

// @ts-ignore: decorator
@inline
function sum4(x: v128): i32 {
  return i32x4.extract_lane(x, 0) + i32x4.extract_lane(x, 1) + i32x4.extract_lane(x, 2) + i32x4.extract_lane(x, 3);
}

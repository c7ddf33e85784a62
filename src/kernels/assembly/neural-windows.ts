// The inner loops of convolutions: sums of products of up to 5 windows side by side with the weights of 8 filters, all in registers.
import { term } from "./neural-term";

/** Filters of a block. */
export const FILTERS: u32 = 8;
/** Most windows of a block; engines do best with one less. */
const MOST: u32 = 5;

/**
 * For `count` windows that begin at x, x + step, ...: out f32[count][outStep / 4], of which `lanes` (1 to 8) filters are written = the
 * sum of their values times weights f32[runs * run / 4][8], plus the line of biases behind these. A window has `runs` runs of
 * `run` bytes, `line` bytes apart.
 */
export function sumWindows(
  count: u32, x: u32, step: u32, runs: u32, run: u32, line: u32, weights: u32, out: u32, outStep: u32, lanes: u32,
): void {
  // Blocks of two sizes that differ by one.
  const blocks = max((count + MOST - 1) / MOST, count / (MOST - 1));
  const size = count / blocks;
  const larger = count - blocks * size;
  const rest = (size + 1) * larger;
  if (larger) sumBlocks(size + 1, larger, x, step, runs, run, line, weights, out, outStep, lanes);
  sumBlocks(size, blocks - larger, x + rest * step, step, runs, run, line, weights, out + rest * outStep, outStep, lanes);
}

function sumBlocks(
  windows: u32, n: u32, x: u32, step: u32, runs: u32, run: u32, line: u32, weights: u32, out: u32, outStep: u32, lanes: u32,
): void {
  if (windows == 5) fives(n, x, step, runs, run, line, weights, out, outStep, lanes);
  else if (windows == 4) fours(n, x, step, runs, run, line, weights, out, outStep, lanes);
  else if (windows == 3) threes(n, x, step, runs, run, line, weights, out, outStep, lanes);
  else if (windows == 2) twos(n, x, step, runs, run, line, weights, out, outStep, lanes);
  else ones(n, x, step, runs, run, line, weights, out, outStep, lanes);
}

function fives(
  n: u32, x: u32, step: u32, runs: u32, run: u32, line: u32, weights: u32, out: u32, outStep: u32, lanes: u32,
): void {
  for (; n > 0; n--, x += 5 * step, out += 5 * outStep) block(5, x, step, runs, run, line, weights, out, outStep, lanes);
}

function fours(
  n: u32, x: u32, step: u32, runs: u32, run: u32, line: u32, weights: u32, out: u32, outStep: u32, lanes: u32,
): void {
  for (; n > 0; n--, x += 4 * step, out += 4 * outStep) block(4, x, step, runs, run, line, weights, out, outStep, lanes);
}

function threes(
  n: u32, x: u32, step: u32, runs: u32, run: u32, line: u32, weights: u32, out: u32, outStep: u32, lanes: u32,
): void {
  for (; n > 0; n--, x += 3 * step, out += 3 * outStep) block(3, x, step, runs, run, line, weights, out, outStep, lanes);
}

function twos(
  n: u32, x: u32, step: u32, runs: u32, run: u32, line: u32, weights: u32, out: u32, outStep: u32, lanes: u32,
): void {
  for (; n > 0; n--, x += 2 * step, out += 2 * outStep) block(2, x, step, runs, run, line, weights, out, outStep, lanes);
}

function ones(
  n: u32, x: u32, step: u32, runs: u32, run: u32, line: u32, weights: u32, out: u32, outStep: u32, lanes: u32,
): void {
  for (; n > 0; n--, x += 1 * step, out += 1 * outStep) block(1, x, step, runs, run, line, weights, out, outStep, lanes);
}

// `windows` is a literal in every call, so each copy keeps only its own sums, in registers. A function apiece: in a larger one
// engines find no registers for them. A sum begins at 0 and is added to the bias at its end.
// @ts-ignore: decorator
@inline
function block(
  windows: u32, x: u32, step: u32, runs: u32, run: u32, line: u32, weights: u32, out: u32, outStep: u32, lanes: u32,
): void {
  let a1 = f32x4.splat(0);
  let b1 = a1;
  let a2 = a1;
  let b2 = a1;
  let a3 = a1;
  let b3 = a1;
  let a4 = a1;
  let b4 = a1;
  let a5 = a1;
  let b5 = a1;
  const x2 = x + step;
  const x3 = x2 + step;
  const x4 = x3 + step;
  const x5 = x4 + step;
  for (let r: u32 = 0, from: u32 = 0; r < runs; r++, from += line) {
    const end = from + run;
    for (let at = from; at < end; at += 4) {
      const a = v128.load(weights);
      const b = v128.load(weights, 16);
      weights += 32;
      let value = v128.load_splat<f32>(x + at);
      a1 = term(a1, value, a);
      b1 = term(b1, value, b);
      if (windows > 1) {
        value = v128.load_splat<f32>(x2 + at);
        a2 = term(a2, value, a);
        b2 = term(b2, value, b);
      }
      if (windows > 2) {
        value = v128.load_splat<f32>(x3 + at);
        a3 = term(a3, value, a);
        b3 = term(b3, value, b);
      }
      if (windows > 3) {
        value = v128.load_splat<f32>(x4 + at);
        a4 = term(a4, value, a);
        b4 = term(b4, value, b);
      }
      if (windows > 4) {
        value = v128.load_splat<f32>(x5 + at);
        a5 = term(a5, value, a);
        b5 = term(b5, value, b);
      }
    }
  }
  const a = v128.load(weights);
  const b = v128.load(weights, 16);
  put(out, f32x4.add(a1, a), f32x4.add(b1, b), lanes);
  if (windows > 1) put(out + outStep, f32x4.add(a2, a), f32x4.add(b2, b), lanes);
  if (windows > 2) put(out + 2 * outStep, f32x4.add(a3, a), f32x4.add(b3, b), lanes);
  if (windows > 3) put(out + 3 * outStep, f32x4.add(a4, a), f32x4.add(b4, b), lanes);
  if (windows > 4) put(out + 4 * outStep, f32x4.add(a5, a), f32x4.add(b5, b), lanes);
}

/** The first `lanes` of 8 values. */
// @ts-ignore: decorator
@inline
function put(out: u32, a: v128, b: v128, lanes: u32): void {
  if (lanes == 8) {
    v128.store(out, a);
    v128.store(out, b, 16);
  } else putSome(out, a, b, lanes);
}

function putSome(out: u32, a: v128, b: v128, lanes: u32): void {
  if (lanes >= 4) {
    v128.store(out, a);
    a = b;
    out += 16;
    lanes -= 4;
  }
  if (lanes > 0) store<f32>(out, f32x4.extract_lane(a, 0));
  if (lanes > 1) store<f32>(out, f32x4.extract_lane(a, 1), 4);
  if (lanes > 2) store<f32>(out, f32x4.extract_lane(a, 2), 8);
}

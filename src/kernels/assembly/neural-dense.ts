// Dense layers: y = x W + b, row by row, over what is not 0.
import { clearLists, listColumns, listRow } from "./neural-lists";
import {
  BIAS, DX, DY, GRAD_BIAS, GRAD_W, INPUTS, LISTS, UNITS, W, W_T, word, X, X_STRIDE, Y, Y_STRIDE,
} from "./neural-op";
import { ENTRY, sumRows } from "./neural-rows";

/** Weights are gone through in blocks of so many bytes, which stay in the nearest cache from row to row. */
const CACHED_WEIGHTS: u32 = 20480;
/** Bytes of the lists of columns that are made at a time. */
const CACHED_LISTS: u32 = 16384;

/** LISTS holds the list of a part of a row; on the way back, lists of columns behind their ends. */
export function denseForward(op: u32, rows: u32): void {
  const x = word(op, X);
  const y = word(op, Y);
  const inputs = word(op, X_STRIDE);
  const units = word(op, Y_STRIDE);
  const w = word(op, W);
  const bias = word(op, BIAS);
  const lists = word(op, LISTS);
  const step = units << 2;
  for (let row: u32 = 0; row < rows; row++) {
    if (bias) memory.copy(y + row * step, bias, step);
    else memory.fill(y + row * step, 0, step);
  }
  const block = max<u32>(16, (CACHED_WEIGHTS / step) & ~3);
  for (let from: u32 = 0; from < inputs; from += block) {
    const n = min(block, inputs - from);
    for (let row: u32 = 0; row < rows; row++) {
      const end = listRow(x + ((row * inputs + from) << 2), n, w + from * step, step, lists);
      sumRows(lists, end, 0, units, y + row * step, true);
    }
  }
}

export function denseBackward(op: u32, rows: u32): void {
  const dy = word(op, DY);
  const units = word(op, Y_STRIDE);
  if (word(op, GRAD_BIAS)) addRows(dy, rows, units, word(op, GRAD_BIAS));
  gradientOfWeights(word(op, X), dy, rows, word(op, X_STRIDE), word(op, INPUTS), units, word(op, GRAD_W), word(op, LISTS));
  const dx = word(op, DX);
  if (!dx) return;
  const inputs = word(op, X_STRIDE);
  const transposed = word(op, W_T);
  const lists = word(op, LISTS);
  transpose(word(op, W), word(op, INPUTS), word(op, UNITS), units, inputs, transposed);
  for (let row: u32 = 0; row < rows; row++) {
    const end = listRow(dy + ((row * units) << 2), units, transposed, inputs << 2, lists);
    sumRows(lists, end, 0, inputs, dx + ((row * inputs) << 2), false);
  }
}

/** Input by input: the sum of the gradients of the rows in which it is not 0, times its value there. */
function gradientOfWeights(
  x: u32, dy: u32, rows: u32, stride: u32, inputs: u32, units: u32, gradient: u32, scratch: u32,
): void {
  const bytes = (rows + 1) * ENTRY;
  const block = max<u32>(8, CACHED_LISTS / bytes);
  const lists = scratch + (block << 2);
  const step = units << 2;
  for (let from: u32 = 0; from < inputs; from += block) {
    const n = min(block, inputs - from);
    clearLists(lists, bytes, n, scratch);
    for (let row: u32 = 0; row < rows; row++) {
      listColumns(x + ((row * stride + from) << 2), n, dy + row * step, scratch);
    }
    for (let i: u32 = 0; i < n; i++) {
      sumRows(lists + i * bytes, load<u32>(scratch + (i << 2)), 0, units, gradient + (from + i) * step, false);
    }
  }
}

/** out f32[n] = the sum of the rows; n is a multiple of 4. */
function addRows(values: u32, rows: u32, n: u32, out: u32): void {
  const step = n << 2;
  for (let i: u32 = 0; i < step; i += 16) {
    let sum = f32x4.splat(0);
    for (let row: u32 = 0, at = values + i; row < rows; row++, at += step) sum = f32x4.add(sum, v128.load(at));
    v128.store(out + i, sum);
  }
}

/**
 * The transposed of f32[rows][cols], whose rows are `stride` floats apart: f32[cols][outStride], with zeros where it is padded.
 */
function transpose(from: u32, rows: u32, cols: u32, stride: u32, outStride: u32, to: u32): void {
  const whole = rows & ~3;
  const step = stride << 2;
  const outStep = outStride << 2;
  for (let col: u32 = 0; col < cols; col += 4) {
    let at = from + (col << 2);
    let out = to + col * outStep;
    const lanes = cols - col;
    for (let row: u32 = 0; row < whole; row += 4, at += step << 2, out += 16) {
      const a = v128.load(at);
      const b = v128.load(at + step);
      const c = v128.load(at + 2 * step);
      const d = v128.load(at + 3 * step);
      const low = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
      const high = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const low2 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      const high2 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      v128.store(out, v128.shuffle<f32>(low, low2, 0, 1, 4, 5));
      if (lanes > 1) v128.store(out + outStep, v128.shuffle<f32>(low, low2, 2, 3, 6, 7));
      if (lanes > 2) v128.store(out + 2 * outStep, v128.shuffle<f32>(high, high2, 0, 1, 4, 5));
      if (lanes > 3) v128.store(out + 3 * outStep, v128.shuffle<f32>(high, high2, 2, 3, 6, 7));
    }
    for (let lane: u32 = 0; lane < min<u32>(lanes, 4); lane++) {
      for (let row = whole; row < outStride; row++) {
        const value = row < rows ? load<f32>(from + row * step + ((col + lane) << 2)) : 0;
        store<f32>(to + (col + lane) * outStep + (row << 2), value);
      }
    }
  }
}

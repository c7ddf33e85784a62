// Activations, in place, and dropout. Derivatives are told by an activation's values.
import { exp4, expm14 } from "./neural-exp";
import {
  CHANNELS, DX, DY, FUNCTION, KEPT, KEY, real, THRESHOLD, VALUES, word, X, X_STRIDE, Y, Y_STRIDE,
} from "./neural-op";

const RELU: u32 = 1;
const ELU: u32 = 2;
const SELU: u32 = 3;
const TANH: u32 = 4;
const SIGMOID: u32 = 5;
const SOFTPLUS: u32 = 6;
const SOFTMAX: u32 = 7;

/** Klambauer et al., "Self-normalizing neural networks" (2017). */
const SELU_ALPHA: f32 = 1.6732632423543772;
const SELU_SCALE: f32 = 1.0507009873554805;

// @ts-ignore: decorator
@inline
function one(): v128 {
  return f32x4.splat(1);
}

// @ts-ignore: decorator
@inline
function isPositive(x: v128): v128 {
  return f32x4.gt(x, f32x4.splat(0));
}

/** NaN stays NaN. */
function apply(kind: u32, x: v128): v128 {
  if (kind == RELU) return v128.andnot(x, f32x4.lt(x, f32x4.splat(0)));
  if (kind == ELU) return v128.bitselect(x, expm14(x), isPositive(x));
  if (kind == SELU) {
    const negative = f32x4.mul(f32x4.splat(SELU_ALPHA), expm14(x));
    return f32x4.mul(f32x4.splat(SELU_SCALE), v128.bitselect(x, negative, isPositive(x)));
  }
  if (kind == TANH) {
    // Of -2|x|, so that nothing overflows: (1 - e) / (1 + e).
    const e = expm14(f32x4.mul(f32x4.splat(-2), f32x4.abs(x)));
    const size = f32x4.div(f32x4.neg(e), f32x4.add(e, f32x4.splat(2)));
    return v128.bitselect(x, size, i32x4.splat(0x80000000));
  }
  return f32x4.div(one(), f32x4.add(one(), exp4(f32x4.neg(x))));
}

/** dy times the derivative where the value is y. */
function back(kind: u32, y: v128, dy: v128): v128 {
  if (kind == RELU) return v128.and(dy, isPositive(y));
  if (kind == ELU) return f32x4.mul(dy, v128.bitselect(one(), f32x4.add(y, one()), isPositive(y)));
  if (kind == SELU) {
    const scale = f32x4.splat(SELU_SCALE);
    const negative = f32x4.add(y, f32x4.splat(SELU_SCALE * SELU_ALPHA));
    return f32x4.mul(dy, v128.bitselect(scale, negative, isPositive(y)));
  }
  if (kind == TANH) return f32x4.mul(dy, f32x4.sub(one(), f32x4.mul(y, y)));
  if (kind == SIGMOID) return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(one(), y)));
  return f32x4.mul(dy, f32x4.neg(expm14(f32x4.neg(y))));
}

export function activate(op: u32, rows: u32): void {
  const kind = word(op, FUNCTION);
  if (kind == SOFTMAX) {
    softmax(op, rows, false);
    return;
  }
  const end = word(op, Y) + ((rows * word(op, Y_STRIDE)) << 2);
  if (kind == SOFTPLUS) {
    for (let at = word(op, Y); at < end; at += 4) {
      const x = load<f32>(at);
      store<f32>(at, max<f32>(x, 0) + Mathf.log1p(Mathf.exp(-Mathf.abs(x))));
    }
    return;
  }
  for (let at = word(op, Y); at < end; at += 16) v128.store(at, apply(kind, v128.load(at)));
}

/** In place too. */
export function activateBackward(op: u32, rows: u32): void {
  const kind = word(op, FUNCTION);
  if (kind == SOFTMAX) {
    softmax(op, rows, true);
    return;
  }
  const distance = word(op, DY) - word(op, Y);
  const end = word(op, Y) + ((rows * word(op, Y_STRIDE)) << 2);
  for (let at = word(op, Y); at < end; at += 16) {
    v128.store(at + distance, back(kind, v128.load(at), v128.load(at + distance)));
  }
}

/** Over the channels of each pixel, or over all values of a row. */
function softmax(op: u32, rows: u32, isBack: bool): void {
  const bytes = word(op, CHANNELS) << 2;
  const distance = word(op, DY) - word(op, Y);
  for (let row: u32 = 0; row < rows; row++) {
    let y = word(op, Y) + ((row * word(op, Y_STRIDE)) << 2);
    const end = y + (word(op, VALUES) << 2);
    for (; y < end; y += bytes) {
      if (isBack) softmaxBack(y, y + distance, bytes);
      else softmaxOf(y, bytes);
    }
  }
}

function softmaxOf(y: u32, bytes: u32): void {
  let most = load<f32>(y);
  for (let i: u32 = 4; i < bytes; i += 4) most = max(most, load<f32>(y + i));
  let sum: f32 = 0;
  for (let i: u32 = 0; i < bytes; i += 4) {
    const e = f32x4.extract_lane(exp4(f32x4.splat(load<f32>(y + i) - most)), 0);
    store<f32>(y + i, e);
    sum += e;
  }
  for (let i: u32 = 0; i < bytes; i += 4) store<f32>(y + i, load<f32>(y + i) / sum);
}

function softmaxBack(y: u32, dy: u32, bytes: u32): void {
  let dot: f32 = 0;
  for (let i: u32 = 0; i < bytes; i += 4) dot += load<f32>(y + i) * load<f32>(dy + i);
  for (let i: u32 = 0; i < bytes; i += 4) store<f32>(dy + i, load<f32>(y + i) * (load<f32>(dy + i) - dot));
}

/** y = x, or what src/neural/dropout-mask.ts says of the values counted from the first of the epoch. */
export function dropout(op: u32, rows: u32, rowsBefore: u32, training: bool): void {
  if (training) mask(op, word(op, X), word(op, X_STRIDE), word(op, Y), rows, rowsBefore);
  else memory.copy(word(op, Y), word(op, X), (rows * word(op, X_STRIDE)) << 2);
}

export function dropoutBackward(op: u32, rows: u32, rowsBefore: u32): void {
  mask(op, word(op, DY), word(op, Y_STRIDE), word(op, DX), rows, rowsBefore);
}

function mask(op: u32, from: u32, stride: u32, to: u32, rows: u32, rowsBefore: u32): void {
  const values = word(op, VALUES);
  const key = i32x4.splat(word(op, KEY));
  // Unsigned numbers are compared as signed ones, shifted.
  const threshold = i32x4.splat(word(op, THRESHOLD) ^ 0x80000000);
  const kept = f32x4.splat(real(op, KEPT));
  const lanes = i32x4(0, 1, 2, 3);
  for (let row: u32 = 0; row < rows; row++, from += stride << 2, to += stride << 2) {
    let counter = i32x4.add(i32x4.splat((rowsBefore + row) * values), lanes);
    for (let i: u32 = 0; i < stride; i += 4) {
      let x = v128.xor(counter, key);
      x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 16)), i32x4.splat(0x7feb352d));
      x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 15)), i32x4.splat(0x846ca68b));
      x = v128.xor(x, i32x4.shr_u(x, 16));
      const isDropped = i32x4.lt_s(v128.xor(x, i32x4.splat(0x80000000)), threshold);
      const at = i << 2;
      v128.store(to + at, v128.andnot(f32x4.mul(v128.load(from + at), kept), isDropped));
      counter = i32x4.add(counter, i32x4.splat(4));
    }
  }
}

// Convolution of images (height, width, channels), forward and direct: a block of pixels side by side times 8 filters at a time, whose
// sums stay in registers. A window is `runs` runs of `run` values that lie side by side in the image.
import {
  BIAS, CHANNELS, HEIGHT, INPUTS, OUT_HEIGHT, OUT_WIDTH, PACKED, PADDED, PADDED_HEIGHT, PADDED_WIDTH, BEFORE_X, BEFORE_Y,
  STEP_X, STEP_Y, UNITS, W, WIDTH, WINDOW_HEIGHT, WINDOW_WIDTH, word,
} from "./neural-op";
import { term } from "./neural-term";

/** Filters of a block. */
const FILTERS: u32 = 8;
/** Most pixels of a block. */
const PIXELS: u32 = 5;
/** Packed weights of so many bytes are read again for each row of pixels; larger ones for each image, a block of filters at a time. */
const CACHED_WEIGHTS: u32 = 16384;

/** PACKED of W: f32[blocks of 8 filters][inputs][8], and a last line of biases in each; zeros where filters end. */
export function packFilters(op: u32): void {
  const filters = word(op, UNITS);
  const inputs = word(op, INPUTS);
  const w = word(op, W);
  const bias = word(op, BIAS);
  const step = ((filters + 3) & ~3) << 2;
  let out = word(op, PACKED);
  for (let first: u32 = 0; first < filters; first += FILTERS) {
    const bytes = min<u32>(FILTERS << 2, step - (first << 2));
    for (let i: u32 = 0; i <= inputs; i++, out += 32) {
      const from = (i < inputs ? w + i * step : bias) + (first << 2);
      if (i == inputs && !bias) memory.fill(out, 0, 32);
      else {
        v128.store(out, v128.load(from));
        v128.store(out, bytes > 16 ? v128.load(from, 16) : f32x4.splat(0), 16);
      }
    }
  }
}

/** The image with its zeros around it, in PADDED; the image itself where it needs none. */
export function padded(op: u32, image: u32): u32 {
  const out = word(op, PADDED);
  if (!out) return image;
  const line = (word(op, PADDED_WIDTH) * word(op, CHANNELS)) << 2;
  const bytes = (word(op, WIDTH) * word(op, CHANNELS)) << 2;
  const height = word(op, HEIGHT);
  memory.fill(out, 0, word(op, PADDED_HEIGHT) * line);
  let to = out + word(op, BEFORE_Y) * line + ((word(op, BEFORE_X) * word(op, CHANNELS)) << 2);
  for (let y: u32 = 0; y < height; y++, to += line, image += bytes) memory.copy(to, image, bytes);
  return out;
}

/** out f32[OUT_HEIGHT][OUT_WIDTH][filters] of one image that has been padded. */
export function convolve(op: u32, image: u32, out: u32): void {
  const inputs = word(op, INPUTS);
  const filters = word(op, UNITS);
  const height = word(op, OUT_HEIGHT);
  const packed = word(op, PACKED);
  const blocks = (filters + FILTERS - 1) / FILTERS;
  const bytes = (inputs + 1) << 5;
  if (blocks * bytes <= CACHED_WEIGHTS) {
    for (let y: u32 = 0; y < height; y++) {
      for (let i: u32 = 0; i < blocks; i++) lineOf(op, image, y, i * FILTERS, packed + i * bytes, out);
    }
    return;
  }
  for (let i: u32 = 0; i < blocks; i++) {
    for (let y: u32 = 0; y < height; y++) lineOf(op, image, y, i * FILTERS, packed + i * bytes, out);
  }
}

/** One line of pixels, 8 filters. Pixels are shared out evenly among its blocks. */
function lineOf(op: u32, image: u32, y: u32, first: u32, weights: u32, out: u32): void {
  const channels = word(op, CHANNELS);
  const filters = word(op, UNITS);
  const width = word(op, OUT_WIDTH);
  const line = (word(op, PADDED_WIDTH) * channels) << 2;
  const step = (word(op, STEP_X) * channels) << 2;
  const runs = word(op, WINDOW_HEIGHT);
  const run = (word(op, WINDOW_WIDTH) * channels) << 2;
  let at = image + y * word(op, STEP_Y) * line;
  let to = out + ((y * width * filters + first) << 2);
  const count = (width + PIXELS - 1) / PIXELS;
  const lanes = min(FILTERS, filters - first);
  for (let i: u32 = 0; i < count; i++) {
    const pixels = (i + 1) * width / count - i * width / count;
    if (pixels == 5) block(5, at, step, runs, run, line, weights, to, filters << 2, lanes);
    else if (pixels == 4) block(4, at, step, runs, run, line, weights, to, filters << 2, lanes);
    else if (pixels == 3) block(3, at, step, runs, run, line, weights, to, filters << 2, lanes);
    else if (pixels == 2) block(2, at, step, runs, run, line, weights, to, filters << 2, lanes);
    else block(1, at, step, runs, run, line, weights, to, filters << 2, lanes);
    at += pixels * step;
    to += pixels * (filters << 2);
  }
}

// `pixels` is a literal in every call, so each inlined copy keeps only its own sums, in registers. A sum begins at 0 and is added
// to the bias at its end.
// @ts-ignore: decorator
@inline
function block(
  pixels: u32, x: u32, step: u32, runs: u32, run: u32, line: u32, weights: u32, out: u32, outStep: u32, lanes: u32,
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
      if (pixels > 1) {
        value = v128.load_splat<f32>(x2 + at);
        a2 = term(a2, value, a);
        b2 = term(b2, value, b);
      }
      if (pixels > 2) {
        value = v128.load_splat<f32>(x3 + at);
        a3 = term(a3, value, a);
        b3 = term(b3, value, b);
      }
      if (pixels > 3) {
        value = v128.load_splat<f32>(x4 + at);
        a4 = term(a4, value, a);
        b4 = term(b4, value, b);
      }
      if (pixels > 4) {
        value = v128.load_splat<f32>(x5 + at);
        a5 = term(a5, value, a);
        b5 = term(b5, value, b);
      }
    }
  }
  const a = v128.load(weights);
  const b = v128.load(weights, 16);
  put(out, f32x4.add(a1, a), f32x4.add(b1, b), lanes);
  if (pixels > 1) put(out + outStep, f32x4.add(a2, a), f32x4.add(b2, b), lanes);
  if (pixels > 2) put(out + 2 * outStep, f32x4.add(a3, a), f32x4.add(b3, b), lanes);
  if (pixels > 3) put(out + 3 * outStep, f32x4.add(a4, a), f32x4.add(b4, b), lanes);
  if (pixels > 4) put(out + 4 * outStep, f32x4.add(a5, a), f32x4.add(b5, b), lanes);
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

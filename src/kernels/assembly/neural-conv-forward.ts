// Convolution of images (height, width, channels), forward and direct: a block of pixels side by side times 8 filters at a time, whose
// sums stay in registers. A window is `runs` runs of `run` values that lie side by side in the image.
import {
  BIAS, CHANNELS, HEIGHT, INPUTS, OUT_HEIGHT, OUT_WIDTH, PACKED, PADDED, PADDED_HEIGHT, PADDED_WIDTH, BEFORE_X, BEFORE_Y,
  STEP_X, STEP_Y, UNITS, W, WIDTH, WINDOW_HEIGHT, WINDOW_WIDTH, word,
} from "./neural-op";
import { FILTERS, sumWindows } from "./neural-windows";

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

/** One line of pixels, 8 filters. */
function lineOf(op: u32, image: u32, y: u32, first: u32, weights: u32, out: u32): void {
  const channels = word(op, CHANNELS);
  const filters = word(op, UNITS);
  const width = word(op, OUT_WIDTH);
  const line = (word(op, PADDED_WIDTH) * channels) << 2;
  sumWindows(
    width, image + y * word(op, STEP_Y) * line, (word(op, STEP_X) * channels) << 2, word(op, WINDOW_HEIGHT),
    (word(op, WINDOW_WIDTH) * channels) << 2, line, weights, out + ((y * width * filters + first) << 2), filters << 2,
    min(FILTERS, filters - first),
  );
}

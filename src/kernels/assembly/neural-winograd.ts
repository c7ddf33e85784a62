// Convolution with kernels of 3 x 3 and strides of 1, a tile of 2 x 2 pixels at a time, with 16 multiplications where 36 were:
// Winograd's F(2 x 2, 3 x 3) in Lavin and Gray, "Fast algorithms for convolutional neural networks" (CVPR 2016), with its
// matrices. Tile by tile and channel by channel 4 x 4 pixels d become B' d B; filters g were made G g G' of; over channels the
// products add up as 16 matrix products, whose 4 x 4 sums m become the pixels A' m A.
import {
  BIAS, CHANNELS, OUT_HEIGHT, OUT_WIDTH, PACKED, PADDED_WIDTH, TILES, UNITS, W, word,
} from "./neural-op";
import { FILTERS, sumWindows } from "./neural-windows";

/** Places of a tile. */
const PLACES: u32 = 16;

/** PACKED of W: f32[16][blocks of 8 filters][channels + 1][8]; the last line of a block is 0. */
export function packTiles(op: u32): void {
  const channels = word(op, CHANNELS);
  const filters = word(op, UNITS);
  const step = ((filters + 3) & ~3) << 2;
  const kernelStep = channels * step;
  const blockBytes = (channels + 1) << 5;
  const placeBytes = ((filters + FILTERS - 1) / FILTERS) * blockBytes;
  const packed = word(op, PACKED);
  memory.fill(packed, 0, PLACES * placeBytes);
  for (let c: u32 = 0; c < channels; c++) {
    for (let f: u32 = 0; f < filters; f += 4) {
      const at = word(op, W) + c * step + (f << 2);
      const out = packed + (f >>> 3) * blockBytes + (c << 5) + ((f & 4) << 2);
      for (let i: u32 = 0; i < 4; i++) {
        const a = kernelRow(at, i, kernelStep, 0);
        const b = kernelRow(at, i, kernelStep, 1);
        const d = kernelRow(at, i, kernelStep, 2);
        const ends = f32x4.add(a, d);
        const half = f32x4.splat(0.5);
        const to = out + 4 * i * placeBytes;
        v128.store(to, a);
        v128.store(to + placeBytes, f32x4.mul(half, f32x4.add(ends, b)));
        v128.store(to + 2 * placeBytes, f32x4.mul(half, f32x4.sub(ends, b)));
        v128.store(to + 3 * placeBytes, d);
      }
    }
  }
}

/** Row i of G g, in a column of g. */
// @ts-ignore: decorator
@inline
function kernelRow(at: u32, i: u32, step: u32, column: u32): v128 {
  at += column * step;
  if (i == 0) return v128.load(at);
  if (i == 3) return v128.load(at + 6 * step);
  const ends = f32x4.add(v128.load(at), v128.load(at + 6 * step));
  const middle = v128.load(at + 3 * step);
  return f32x4.mul(f32x4.splat(0.5), i == 1 ? f32x4.add(ends, middle) : f32x4.sub(ends, middle));
}

/** As `convolve` of neural-conv-forward.ts; the padded image reaches as far as its tiles. TILES has room for their places. */
export function convolveTiles(op: u32, image: u32, out: u32): void {
  const channels = word(op, CHANNELS);
  const filters = word(op, UNITS);
  const down = (word(op, OUT_HEIGHT) + 1) >>> 1;
  const across = (word(op, OUT_WIDTH) + 1) >>> 1;
  const tiles = down * across;
  const values = word(op, TILES);
  const sums = values + ((PLACES * tiles * channels) << 2);
  const line = (word(op, PADDED_WIDTH) * channels) << 2;
  const valueBytes = (tiles * channels) << 2;
  for (let y: u32 = 0, at = values; y < down; y++) {
    for (let x: u32 = 0; x < across; x++, at += channels << 2) {
      const corner = image + 2 * y * line + ((2 * x * channels) << 2);
      for (let c: u32 = 0; c < channels << 2; c += 16) spread(corner + c, channels << 2, line, at + c, valueBytes);
    }
  }
  multiply(word(op, PACKED), values, sums, tiles, channels, filters);
  const sumBytes = (tiles * filters) << 2;
  for (let y: u32 = 0, at = sums; y < down; y++) {
    for (let x: u32 = 0; x < across; x++, at += filters << 2) {
      const pixel = out + ((2 * (y * word(op, OUT_WIDTH) + x) * filters) << 2);
      const isWhole = (y << 1) + 1 < word(op, OUT_HEIGHT);
      const isWide = (x << 1) + 1 < word(op, OUT_WIDTH);
      for (let f: u32 = 0; f < filters << 2; f += 16) {
        const bias = word(op, BIAS) ? v128.load(word(op, BIAS) + f) : f32x4.splat(0);
        gather(at + f, sumBytes, bias, pixel + f, filters << 2, (word(op, OUT_WIDTH) * filters) << 2, isWhole, isWide);
      }
    }
  }
}

/** The 16 matrix products: sums f32[16][tiles][filters] of values f32[16][tiles][channels]. */
function multiply(weights: u32, values: u32, sums: u32, tiles: u32, channels: u32, filters: u32): void {
  const blockBytes = (channels + 1) << 5;
  const step = channels << 2;
  const outStep = filters << 2;
  for (let place: u32 = 0; place < PLACES; place++, values += tiles * step, sums += tiles * outStep) {
    for (let f: u32 = 0; f < filters; f += FILTERS, weights += blockBytes) {
      sumWindows(tiles, values, step, 1, step, 0, weights, sums + (f << 2), outStep, min(FILTERS, filters - f));
    }
  }
}

/** B' d B of four channels: row by row of d, then column by column. */
function spread(at: u32, pixel: u32, line: u32, out: u32, step: u32): void {
  const at2 = at + line;
  const at3 = at2 + line;
  const at4 = at3 + line;
  spreadRow(at, at3, false, pixel, out, step);
  out += step << 2;
  spreadRow(at2, at3, true, pixel, out, step);
  out += step << 2;
  spreadRow(at3, at2, false, pixel, out, step);
  out += step << 2;
  spreadRow(at2, at4, false, pixel, out, step);
}

/** Row of B' d, which is the sum or the difference of two rows of d, times B. */
// @ts-ignore: decorator
@inline
function spreadRow(first: u32, second: u32, adds: bool, pixel: u32, out: u32, step: u32): void {
  const a = both(first, second, adds);
  const b = both(first + pixel, second + pixel, adds);
  const c = both(first + 2 * pixel, second + 2 * pixel, adds);
  const d = both(first + 3 * pixel, second + 3 * pixel, adds);
  v128.store(out, f32x4.sub(a, c));
  v128.store(out + step, f32x4.add(b, c));
  v128.store(out + 2 * step, f32x4.sub(c, b));
  v128.store(out + 3 * step, f32x4.sub(b, d));
}

// @ts-ignore: decorator
@inline
function both(first: u32, second: u32, adds: bool): v128 {
  const a = v128.load(first);
  const b = v128.load(second);
  return adds ? f32x4.add(a, b) : f32x4.sub(a, b);
}

/** A' m A of four filters, and the bias: four pixels, of which those below or to the right may lie outside. */
function gather(at: u32, step: u32, bias: v128, out: u32, pixel: u32, line: u32, isWhole: bool, isWide: bool): void {
  const down = step << 2;
  const upper1 = upper(at, down);
  const upper2 = upper(at + step, down);
  const upper3 = upper(at + 2 * step, down);
  v128.store(out, f32x4.add(f32x4.add(f32x4.add(upper1, upper2), upper3), bias));
  if (isWide) {
    const upper4 = upper(at + 3 * step, down);
    v128.store(out + pixel, f32x4.add(f32x4.sub(f32x4.sub(upper2, upper3), upper4), bias));
  }
  if (!isWhole) return;
  out += line;
  const lower1 = lower(at, down);
  const lower2 = lower(at + step, down);
  const lower3 = lower(at + 2 * step, down);
  v128.store(out, f32x4.add(f32x4.add(f32x4.add(lower1, lower2), lower3), bias));
  if (isWide) {
    const lower4 = lower(at + 3 * step, down);
    v128.store(out + pixel, f32x4.add(f32x4.sub(f32x4.sub(lower2, lower3), lower4), bias));
  }
}

/** Rows of A' m. */
// @ts-ignore: decorator
@inline
function upper(at: u32, down: u32): v128 {
  return f32x4.add(f32x4.add(v128.load(at), v128.load(at + down)), v128.load(at + 2 * down));
}
// @ts-ignore: decorator
@inline
function lower(at: u32, down: u32): v128 {
  return f32x4.sub(f32x4.sub(v128.load(at + down), v128.load(at + 2 * down)), v128.load(at + 3 * down));
}

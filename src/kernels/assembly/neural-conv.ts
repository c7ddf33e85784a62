// Convolutional layers, with the max pooling behind them where there is one: the image before it is not kept.
import { convolve, packFilters, padded } from "./neural-conv-forward";
import { clearLists } from "./neural-lists";
import {
  CHANNELS, DX, DY, GRAD_BIAS, GRAD_W, GRAD_W_T, LARGEST, LISTS, OUT_HEIGHT, OUT_WIDTH, PADDED, PADDED_HEIGHT,
  PADDED_WIDTH, PLACES, POOL_HEIGHT, POOL_WIDTH, STEP_X, STEP_Y, TILES, UNITS, UNPOOLED, W, W_T, WINDOW_HEIGHT, WINDOW_WIDTH, X, X_STRIDE,
  Y, Y_STRIDE, BEFORE_X, BEFORE_Y, HEIGHT, WIDTH, word,
} from "./neural-op";
import { convolveTiles, packTiles } from "./neural-winograd";
import { poolLargest } from "./neural-pool";
import { ENTRY, RUN_VECTORS, sumRuns } from "./neural-rows";

export function convForward(op: u32, rows: u32): void {
  const isTiled = word(op, TILES) != 0;
  if (isTiled) packTiles(op);
  else packFilters(op);
  const x = word(op, X);
  const y = word(op, Y);
  const step = word(op, X_STRIDE) << 2;
  const outStep = word(op, Y_STRIDE) << 2;
  const unpooled = word(op, UNPOOLED);
  const height = word(op, OUT_HEIGHT);
  const width = word(op, OUT_WIDTH);
  const filters = word(op, UNITS);
  const poolHeight = word(op, POOL_HEIGHT);
  const poolWidth = word(op, POOL_WIDTH);
  const values = (height / poolHeight) * (width / poolWidth) * filters;
  for (let row: u32 = 0; row < rows; row++) {
    const image = padded(op, x + row * step);
    const out = y + row * outStep;
    const pixels = unpooled ? unpooled : out;
    if (isTiled) convolveTiles(op, image, pixels);
    else convolve(op, image, pixels);
    if (!unpooled) continue;
    poolLargest(
      unpooled, height, width, filters, poolHeight, poolWidth, poolHeight, poolWidth, 0, 0,
      height / poolHeight, width / poolWidth, out, word(op, LARGEST) + ((row * values) << 2),
    );
  }
}

/**
 * Gradients come from pixels and filters whose dy is not 0; of a pooling's window only its largest value has one. LISTS holds
 * u32[filters] and u32[pixels], ends of lists; per filter a list of the windows of the image that dy multiplies, and per pixel a
 * list of the filters.
 */
export function convBackward(op: u32, rows: u32): void {
  const filters = word(op, UNITS);
  const dx = word(op, DX);
  const runs = word(op, WINDOW_HEIGHT);
  const run = word(op, WINDOW_WIDTH) * word(op, CHANNELS);
  const runStep = ((run + 3) & ~3) << 2;
  const gradient = word(op, GRAD_W_T);
  const step = word(op, X_STRIDE) << 2;
  memory.fill(gradient, 0, filters * runs * runStep);
  const biases = word(op, GRAD_BIAS);
  if (biases) memory.fill(biases, 0, ((filters + 3) & ~3) << 2);
  if (dx) transposeFilters(op, word(op, W), word(op, W_T), runs, run, runStep, false);
  for (let row: u32 = 0; row < rows; row++) {
    const image = padded(op, word(op, X) + row * step);
    listGradients(op, row, image);
    gradientOfFilters(op, runs, run, runStep);
    if (dx) gradientOfImage(op, dx + row * step, runs, run, runStep);
  }
  transposeFilters(op, word(op, GRAD_W), gradient, runs, run, runStep, true);
}

// @ts-ignore: decorator
@inline
function pixelsOf(op: u32): u32 {
  return word(op, OUT_HEIGHT) * word(op, OUT_WIDTH);
}

// @ts-ignore: decorator
@inline
function cellsOf(op: u32): u32 {
  return pixelsOf(op) / (word(op, POOL_HEIGHT) * word(op, POOL_WIDTH));
}

// The parts of LISTS.
// @ts-ignore: decorator
@inline
function pixelEnds(op: u32): u32 {
  return word(op, LISTS) + (word(op, UNITS) << 2);
}
// @ts-ignore: decorator
@inline
function filterLists(op: u32): u32 {
  return pixelEnds(op) + (pixelsOf(op) << 2);
}
// @ts-ignore: decorator
@inline
function pixelLists(op: u32): u32 {
  return filterLists(op) + word(op, UNITS) * (cellsOf(op) + 1) * ENTRY;
}

/** Fills the lists of one image, and adds to the gradient of the biases. What is 0 is written too, and overwritten by the next. */
function listGradients(op: u32, row: u32, image: u32): void {
  const filters = word(op, UNITS);
  const width = word(op, OUT_WIDTH);
  const poolHeight = word(op, POOL_HEIGHT);
  const poolWidth = word(op, POOL_WIDTH);
  const across = width / poolWidth;
  const down = word(op, OUT_HEIGHT) / poolHeight;
  const xStep = (word(op, STEP_X) * word(op, CHANNELS)) << 2;
  const yStep = (word(op, STEP_Y) * word(op, PADDED_WIDTH) * word(op, CHANNELS)) << 2;
  const places = placesOf(op, xStep, yStep);
  clearLists(filterLists(op), (cellsOf(op) + 1) * ENTRY, filters, word(op, LISTS));
  if (word(op, DX)) clearLists(pixelLists(op), (filters + 1) * ENTRY, pixelsOf(op), pixelEnds(op));
  let dy = word(op, DY) + row * (word(op, Y_STRIDE) << 2);
  let largest = word(op, LARGEST) + ((row * down * across * filters) << 2);
  const biases = word(op, GRAD_BIAS);
  for (let y: u32 = 0; y < down; y++) {
    let window = image + y * poolHeight * yStep;
    let ends = pixelEnds(op) + ((y * poolHeight * width) << 2);
    for (let x: u32 = 0; x < across; x++) {
      if (poolHeight * poolWidth == 1) listOfWindows(dy, 0, filters, window, places, word(op, LISTS));
      else listOfWindows(dy, largest, filters, window, places, word(op, LISTS));
      if (word(op, DX)) {
        const step = word(op, WINDOW_HEIGHT) * (((word(op, WINDOW_WIDTH) * word(op, CHANNELS) + 3) & ~3) << 2);
        if (poolHeight * poolWidth == 1) listOfFilters(dy, 0, filters, word(op, W_T), step, places, ends);
        else listOfFilters(dy, largest, filters, word(op, W_T), step, places, ends);
      }
      if (biases) addTo(biases, dy, filters);
      dy += filters << 2;
      largest += filters << 2;
      window += poolWidth * xStep;
      ends += poolWidth << 2;
    }
  }
}

/** For each place in a pooling's window: bytes from its first pixel to there in the image, and in the ends of the pixels' lists. */
function placesOf(op: u32, xStep: u32, yStep: u32): u32 {
  const table = word(op, PLACES);
  let at = table;
  for (let y: u32 = 0; y < word(op, POOL_HEIGHT); y++) {
    for (let x: u32 = 0; x < word(op, POOL_WIDTH); x++, at += 8) {
      store<u32>(at, y * yStep + x * xStep);
      store<u32>(at, (y * word(op, OUT_WIDTH) + x) << 2, 4);
    }
  }
  return table;
}

// @ts-ignore: decorator
@inline
function listOfWindows(dy: u32, largest: u32, filters: u32, window: u32, places: u32, ends: u32): void {
  for (let f: u32 = 0; f < filters; f++, dy += 4, ends += 4) {
    const value = load<f32>(dy);
    const list = load<u32>(ends);
    store<u32>(list, window + (largest ? load<u32>(places + (load<u32>(largest + (f << 2)) << 3)) : 0));
    store<f32>(list, value, 4);
    store<u32>(ends, list + (u32(value != 0) << 3));
  }
}

// @ts-ignore: decorator
@inline
function listOfFilters(dy: u32, largest: u32, filters: u32, weights: u32, step: u32, places: u32, ends: u32): void {
  for (let f: u32 = 0; f < filters; f++, dy += 4, weights += step) {
    const value = load<f32>(dy);
    const end = ends + (largest ? load<u32>(places + (load<u32>(largest + (f << 2)) << 3), 4) : 0);
    const list = load<u32>(end);
    store<u32>(list, weights);
    store<f32>(list, value, 4);
    store<u32>(end, list + (u32(value != 0) << 3));
  }
}

function addTo(sums: u32, values: u32, n: u32): void {
  let i: u32 = 0;
  for (; i + 4 <= n; i += 4, sums += 16, values += 16) v128.store(sums, f32x4.add(v128.load(sums), v128.load(values)));
  for (; i < n; i++, sums += 4, values += 4) store<f32>(sums, load<f32>(sums) + load<f32>(values));
}

function gradientOfFilters(op: u32, runs: u32, run: u32, runStep: u32): void {
  const filters = word(op, UNITS);
  const ends = word(op, LISTS);
  const bytes = (cellsOf(op) + 1) * ENTRY;
  const line = (word(op, PADDED_WIDTH) * word(op, CHANNELS)) << 2;
  const vectors = (run + 3) >>> 2;
  let list = filterLists(op);
  let gradient = word(op, GRAD_W_T);
  for (let f: u32 = 0; f < filters; f++, list += bytes, gradient += runs * runStep) {
    const end = load<u32>(ends + (f << 2));
    if (end == list) continue;
    for (let v: u32 = 0; v < vectors; v += RUN_VECTORS) {
      sumRuns(runs, min(RUN_VECTORS, vectors - v), list, end, v << 4, line, gradient + (v << 4), runStep);
    }
  }
}

function gradientOfImage(op: u32, dx: u32, runs: u32, run: u32, runStep: u32): void {
  const channels = word(op, CHANNELS);
  const width = word(op, OUT_WIDTH);
  const height = word(op, OUT_HEIGHT);
  const line = (word(op, PADDED_WIDTH) * channels) << 2;
  const xStep = (word(op, STEP_X) * channels) << 2;
  const yStep = word(op, STEP_Y) * line;
  const bytes = (word(op, UNITS) + 1) * ENTRY;
  const vectors = (run + 3) >>> 2;
  const room = word(op, PADDED);
  const image = room ? room : dx;
  if (room) memory.fill(room, 0, word(op, PADDED_HEIGHT) * line);
  memory.fill(dx, 0, word(op, X_STRIDE) << 2);
  // A few vectors of all filters at a time, which stay in the nearest cache from pixel to pixel.
  for (let v: u32 = 0; v < vectors; v += RUN_VECTORS) {
    const some = min(RUN_VECTORS, vectors - v);
    let list = pixelLists(op);
    let ends = pixelEnds(op);
    for (let y: u32 = 0; y < height; y++) {
      let at = image + y * yStep + (v << 4);
      for (let x: u32 = 0; x < width; x++, at += xStep, list += bytes, ends += 4) {
        const end = load<u32>(ends);
        if (end != list) sumRuns(runs, some, list, end, v << 4, runStep, at, line);
      }
    }
  }
  if (room) crop(op, room, dx, line);
}

function crop(op: u32, image: u32, dx: u32, line: u32): void {
  const channels = word(op, CHANNELS);
  const bytes = (word(op, WIDTH) * channels) << 2;
  const height = word(op, HEIGHT);
  let from = image + word(op, BEFORE_Y) * line + ((word(op, BEFORE_X) * channels) << 2);
  for (let y: u32 = 0; y < height; y++, from += line, dx += bytes) memory.copy(dx, from, bytes);
}

/** W f32[inputs][filters, padded to 4] to or from f32[filters][runs][run, padded to 4]. */
function transposeFilters(op: u32, w: u32, transposed: u32, runs: u32, run: u32, runStep: u32, back: bool): void {
  const filters = word(op, UNITS);
  const step = ((filters + 3) & ~3) << 2;
  for (let f: u32 = 0; f < filters; f++) {
    let at = w + (f << 2);
    for (let r: u32 = 0; r < runs; r++, transposed += runStep) {
      for (let i: u32 = 0; i < run; i++, at += step) {
        if (back) store<f32>(at, load<f32>(transposed + (i << 2)));
        else store<f32>(transposed + (i << 2), load<f32>(at));
      }
    }
  }
}

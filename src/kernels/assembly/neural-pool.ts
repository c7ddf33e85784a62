// Pooling of images, channel by channel: the largest value of a window, or its mean.
import {
  BEFORE_X, BEFORE_Y, CHANNELS, DX, DY, HEIGHT, LARGEST, OUT_HEIGHT, OUT_WIDTH, STEP_X, STEP_Y, WIDTH, WINDOW_HEIGHT,
  WINDOW_WIDTH, X, X_STRIDE, Y, Y_STRIDE, word,
} from "./neural-op";

export function largestForward(op: u32, rows: u32): void {
  const values = word(op, OUT_HEIGHT) * word(op, OUT_WIDTH) * word(op, CHANNELS);
  for (let row: u32 = 0; row < rows; row++) {
    poolLargest(
      word(op, X) + ((row * word(op, X_STRIDE)) << 2), word(op, HEIGHT), word(op, WIDTH), word(op, CHANNELS),
      word(op, WINDOW_HEIGHT), word(op, WINDOW_WIDTH), word(op, STEP_Y), word(op, STEP_X), word(op, BEFORE_Y), word(op, BEFORE_X),
      word(op, OUT_HEIGHT), word(op, OUT_WIDTH), word(op, Y) + ((row * word(op, Y_STRIDE)) << 2), word(op, LARGEST) + ((row * values) << 2),
    );
  }
}

/**
 * One image: the largest values, and their places in their windows, u32, counted row by row from the window's first corner; of
 * equal ones the first. What lies outside of the image does not count.
 */
export function poolLargest(
  image: u32, height: u32, width: u32, channels: u32, windowHeight: u32, windowWidth: u32, stepY: u32, stepX: u32,
  beforeY: u32, beforeX: u32, outHeight: u32, outWidth: u32, out: u32, largest: u32,
): void {
  const pixel = channels << 2;
  const line = width * pixel;
  for (let y: u32 = 0; y < outHeight; y++) {
    const top = i32(y * stepY) - i32(beforeY);
    const y0 = max(top, 0);
    const y1 = min(top + i32(windowHeight), i32(height));
    for (let x: u32 = 0; x < outWidth; x++) {
      const left = i32(x * stepX) - i32(beforeX);
      const x0 = max(left, 0);
      const x1 = min(left + i32(windowWidth), i32(width));
      const corner = image + u32(y0) * line + u32(x0) * pixel;
      const place = u32(y0 - top) * windowWidth + u32(x0 - left);
      let c: u32 = 0;
      if (windowHeight == 2 && windowWidth == 2 && x1 - x0 == 2 && y1 - y0 == 2) {
        for (; c + 4 <= channels; c += 4, out += 16, largest += 16) largestOfFour(corner + (c << 2), pixel, line, out, largest);
      }
      for (; c + 4 <= channels; c += 4, out += 16, largest += 16) {
        let best = v128.load(corner + (c << 2));
        let where = i32x4.splat(place);
        for (let i = y0; i < y1; i++) {
          let at = corner + u32(i - y0) * line + (c << 2);
          let here = place + u32(i - y0) * windowWidth;
          for (let j = x0; j < x1; j++, at += pixel, here++) {
            const value = v128.load(at);
            const isLarger = f32x4.gt(value, best);
            best = v128.bitselect(value, best, isLarger);
            where = v128.bitselect(i32x4.splat(here), where, isLarger);
          }
        }
        v128.store(out, best);
        v128.store(largest, where);
      }
      for (; c < channels; c++, out += 4, largest += 4) {
        let best = load<f32>(corner + (c << 2));
        let where = place;
        for (let i = y0; i < y1; i++) {
          let at = corner + u32(i - y0) * line + (c << 2);
          let here = place + u32(i - y0) * windowWidth;
          for (let j = x0; j < x1; j++, at += pixel, here++) {
            const value = load<f32>(at);
            if (!(value > best)) continue;
            best = value;
            where = here;
          }
        }
        store<f32>(out, best);
        store<u32>(largest, where);
      }
    }
  }
}

/** The most usual window, 2 x 2, of four channels. */
function largestOfFour(corner: u32, pixel: u32, line: u32, out: u32, largest: u32): void {
  let best = v128.load(corner);
  let value = v128.load(corner + pixel);
  let isLarger = f32x4.gt(value, best);
  best = v128.bitselect(value, best, isLarger);
  let where = v128.and(i32x4.splat(1), isLarger);
  value = v128.load(corner + line);
  isLarger = f32x4.gt(value, best);
  best = v128.bitselect(value, best, isLarger);
  where = v128.bitselect(i32x4.splat(2), where, isLarger);
  value = v128.load(corner + line + pixel);
  isLarger = f32x4.gt(value, best);
  best = v128.bitselect(value, best, isLarger);
  where = v128.bitselect(i32x4.splat(3), where, isLarger);
  v128.store(out, best);
  v128.store(largest, where);
}

export function largestBackward(op: u32, rows: u32): void {
  const channels = word(op, CHANNELS);
  const width = word(op, WIDTH);
  const windowWidth = word(op, WINDOW_WIDTH);
  let largest = word(op, LARGEST);
  for (let row: u32 = 0; row < rows; row++) {
    let dy = word(op, DY) + ((row * word(op, Y_STRIDE)) << 2);
    const dx = word(op, DX) + ((row * word(op, X_STRIDE)) << 2);
    memory.fill(dx, 0, word(op, X_STRIDE) << 2);
    for (let y: u32 = 0; y < word(op, OUT_HEIGHT); y++) {
      for (let x: u32 = 0; x < word(op, OUT_WIDTH); x++) {
        const top = i32(y * word(op, STEP_Y)) - i32(word(op, BEFORE_Y));
        const left = i32(x * word(op, STEP_X)) - i32(word(op, BEFORE_X));
        for (let c: u32 = 0; c < channels; c++, dy += 4, largest += 4) {
          const place = load<u32>(largest);
          const below = place / windowWidth;
          const pixel = u32(top + i32(below)) * width + u32(left + i32(place - below * windowWidth));
          const at = dx + ((pixel * channels + c) << 2);
          store<f32>(at, load<f32>(at) + load<f32>(dy));
        }
      }
    }
  }
}

export function meanForward(op: u32, rows: u32): void {
  meanPool(op, rows, false);
}

export function meanBackward(op: u32, rows: u32): void {
  memory.fill(word(op, DX), 0, (rows * word(op, X_STRIDE)) << 2);
  meanPool(op, rows, true);
}

/** The mean of what of a window lies inside of the image; or back, its share for each of these. */
function meanPool(op: u32, rows: u32, back: bool): void {
  const channels = word(op, CHANNELS);
  const width = word(op, WIDTH);
  for (let row: u32 = 0; row < rows; row++) {
    const image = word(op, back ? DX : X) + ((row * word(op, X_STRIDE)) << 2);
    let out = word(op, back ? DY : Y) + ((row * word(op, Y_STRIDE)) << 2);
    for (let y: u32 = 0; y < word(op, OUT_HEIGHT); y++) {
      const top = i32(y * word(op, STEP_Y)) - i32(word(op, BEFORE_Y));
      const y0 = max(top, 0);
      const y1 = min(top + i32(word(op, WINDOW_HEIGHT)), i32(word(op, HEIGHT)));
      for (let x: u32 = 0; x < word(op, OUT_WIDTH); x++) {
        const left = i32(x * word(op, STEP_X)) - i32(word(op, BEFORE_X));
        const x0 = max(left, 0);
        const x1 = min(left + i32(word(op, WINDOW_WIDTH)), i32(width));
        const count = f32((y1 - y0) * (x1 - x0));
        for (let c: u32 = 0; c < channels; c++, out += 4) {
          const share = load<f32>(out) / count;
          let sum: f32 = 0;
          for (let i = y0; i < y1; i++) {
            let at = image + ((((u32(i) * width + u32(x0)) * channels) + c) << 2);
            for (let j = x0; j < x1; j++, at += channels << 2) {
              if (back) store<f32>(at, load<f32>(at) + share);
              else sum += load<f32>(at);
            }
          }
          if (!back) store<f32>(out, sum / count);
        }
      }
    }
  }
}

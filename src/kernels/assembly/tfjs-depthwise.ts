// Gradients of depthwise convolutions: channel c of the image makes the outputs c * multiplier .. of its own filters.
// Image height x width x channels, outputs outHeight x outWidth x (channels * multiplier), filters
// filterHeight x filterWidth x channels x multiplier.

/** filters += of one image: its values times the gradients of the outputs that they made. */
export function addDepthwiseFilter(
  image: u32, height: i32, width: i32, channels: u32, dy: u32, outHeight: i32, outWidth: i32, multiplier: u32,
  filterHeight: i32, filterWidth: i32, strideHeight: i32, strideWidth: i32, top: i32, left: i32, filters: u32,
): void {
  const pixel = channels << 2;
  const wide = pixel * multiplier;
  for (let y: i32 = 0; y < outHeight; y++) {
    for (let x: i32 = 0; x < outWidth; x++, dy += wide) {
      for (let fy: i32 = 0; fy < filterHeight; fy++) {
        const row = y * strideHeight - top + fy;
        if (row < 0 || row >= height) continue;
        for (let fx: i32 = 0; fx < filterWidth; fx++) {
          const column = x * strideWidth - left + fx;
          if (column < 0 || column >= width) continue;
          const values = image + <u32>(row * width + column) * pixel;
          const filter = filters + <u32>(fy * filterWidth + fx) * wide;
          if (multiplier == 1) addProducts(filter, values, dy, channels);
          else addSpread(filter, values, dy, channels, multiplier);
        }
      }
    }
  }
}

/** dx += of one image: the gradients of its outputs times the filters. */
export function addDepthwiseInput(
  dx: u32, height: i32, width: i32, channels: u32, dy: u32, outHeight: i32, outWidth: i32, multiplier: u32,
  filterHeight: i32, filterWidth: i32, strideHeight: i32, strideWidth: i32, top: i32, left: i32, filters: u32,
): void {
  const pixel = channels << 2;
  const wide = pixel * multiplier;
  for (let y: i32 = 0; y < outHeight; y++) {
    for (let x: i32 = 0; x < outWidth; x++, dy += wide) {
      for (let fy: i32 = 0; fy < filterHeight; fy++) {
        const row = y * strideHeight - top + fy;
        if (row < 0 || row >= height) continue;
        for (let fx: i32 = 0; fx < filterWidth; fx++) {
          const column = x * strideWidth - left + fx;
          if (column < 0 || column >= width) continue;
          const values = dx + <u32>(row * width + column) * pixel;
          const filter = filters + <u32>(fy * filterWidth + fx) * wide;
          if (multiplier == 1) addProducts(values, filter, dy, channels);
          else addGathered(values, filter, dy, channels, multiplier);
        }
      }
    }
  }
}

/** out[i] += a[i] * b[i] */
// @ts-ignore: decorator
@inline
function addProducts(out: u32, a: u32, b: u32, count: u32): void {
  let i: u32 = 0;
  const vectors = (count & ~3) << 2;
  for (; i < vectors; i += 16) {
    v128.store(out + i, f32x4.add(v128.load(out + i), f32x4.mul(v128.load(a + i), v128.load(b + i))));
  }
  for (const end = count << 2; i < end; i += 4) {
    store<f32>(out + i, load<f32>(out + i) + load<f32>(a + i) * load<f32>(b + i));
  }
}

/** out[c, q] += values[c] * b[c, q] */
function addSpread(out: u32, values: u32, b: u32, channels: u32, multiplier: u32): void {
  let at: u32 = 0;
  for (let c: u32 = 0; c < channels; c++) {
    const value = load<f32>(values + (c << 2));
    for (let q: u32 = 0; q < multiplier; q++, at += 4) store<f32>(out + at, load<f32>(out + at) + value * load<f32>(b + at));
  }
}

/** out[c] += sum over q of a[c, q] * b[c, q] */
function addGathered(out: u32, a: u32, b: u32, channels: u32, multiplier: u32): void {
  let at: u32 = 0;
  for (let c: u32 = 0; c < channels; c++) {
    let sum: f32 = 0;
    for (let q: u32 = 0; q < multiplier; q++, at += 4) sum += load<f32>(a + at) * load<f32>(b + at);
    store<f32>(out + (c << 2), load<f32>(out + (c << 2)) + sum);
  }
}

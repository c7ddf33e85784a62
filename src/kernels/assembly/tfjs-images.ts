// Images, height x width x channels, between their own size and that with padding.

/**
 * An image (height x width x channels) at (top, left) of another one of zeros. What falls outside is left out, so top and left may
 * be negative.
 */
export function padImage(
  from: u32, height: i32, width: i32, channels: u32, to: u32, outHeight: i32, outWidth: i32, top: i32, left: i32,
): void {
  const pixel = channels << 2;
  memory.fill(to, 0, <u32>(outHeight * outWidth) * pixel);
  const first = max(0, -left);
  const behind = min(width, outWidth - left);
  if (behind <= first) return;
  for (let y = max(0, -top), end = min(height, outHeight - top); y < end; y++) {
    const target = to + <u32>((top + y) * outWidth + left + first) * pixel;
    memory.copy(target, from + <u32>(y * width + first) * pixel, <u32>(behind - first) * pixel);
  }
}

/** image (width pixels a row) += patches: `down` x `across` of them, each height x (across a row) `run` values, strides apart. */
export function addPatches(
  patches: u32, down: u32, across: u32, height: u32, run: u32, strideHeight: u32, strideWidth: u32, image: u32, width: u32,
  channels: u32,
): void {
  const pixel = channels << 2;
  const bytes = run << 2;
  const vectors = bytes & ~15;
  for (let y: u32 = 0; y < down; y++) {
    for (let x: u32 = 0; x < across; x++) {
      let to = image + (y * strideHeight * width + x * strideWidth) * pixel;
      for (let row: u32 = 0; row < height; row++, to += width * pixel, patches += bytes) {
        let i: u32 = 0;
        for (; i < vectors; i += 16) {
          v128.store(to + i, f32x4.add(v128.load(to + i), v128.load(patches + i)));
        }
        for (; i < bytes; i += 4) store<f32>(to + i, load<f32>(to + i) + load<f32>(patches + i));
      }
    }
  }
}

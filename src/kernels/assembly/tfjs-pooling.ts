// Gradients of poolings. Images height x width x channels, outputs outHeight x outWidth x channels.

/** dx += of one image: each output's gradient at the first place of its window that holds its maximum. */
export function addMaxPooling(
  image: u32, height: i32, width: i32, channels: u32, maxima: u32, dy: u32, outHeight: i32, outWidth: i32, poolHeight: i32,
  poolWidth: i32, strideHeight: i32, strideWidth: i32, top: i32, left: i32, dx: u32,
): void {
  const pixel = channels << 2;
  const vectors = (channels & ~3) << 2;
  for (let y: i32 = 0; y < outHeight; y++) {
    const firstRow = max(0, y * strideHeight - top);
    const lastRow = min(height, y * strideHeight - top + poolHeight);
    for (let x: i32 = 0; x < outWidth; x++, maxima += pixel, dy += pixel) {
      const firstColumn = max(0, x * strideWidth - left);
      const lastColumn = min(width, x * strideWidth - left + poolWidth);
      let c: u32 = 0;
      for (; c < vectors; c += 16) {
        const most = v128.load(maxima + c);
        let rest = v128.load(dy + c);
        for (let row = firstRow; row < lastRow; row++) {
          let at = <u32>(row * width + firstColumn) * pixel + c;
          for (let column = firstColumn; column < lastColumn; column++, at += pixel) {
            const here = f32x4.eq(v128.load(image + at), most);
            v128.store(dx + at, f32x4.add(v128.load(dx + at), v128.and(rest, here)));
            rest = v128.andnot(rest, here);
          }
        }
      }
      for (; c < pixel; c += 4) {
        const most = load<f32>(maxima + c);
        let isFound = false;
        for (let row = firstRow; row < lastRow && !isFound; row++) {
          let at = <u32>(row * width + firstColumn) * pixel + c;
          for (let column = firstColumn; column < lastColumn; column++, at += pixel) {
            if (load<f32>(image + at) != most) continue;
            store<f32>(dx + at, load<f32>(dx + at) + load<f32>(dy + c));
            isFound = true;
            break;
          }
        }
      }
    }
  }
}

/** out [column] = sum over the rows of a matrix. */
export function sumRows(from: u32, rows: u32, columns: u32, out: u32): void {
  const line = columns << 2;
  memory.fill(out, 0, line);
  for (let row: u32 = 0; row < rows; row++, from += line) {
    let i: u32 = 0;
    for (const vectors = line & ~15; i < vectors; i += 16) {
      v128.store(out + i, f32x4.add(v128.load(out + i), v128.load(from + i)));
    }
    for (; i < line; i += 4) store<f32>(out + i, load<f32>(out + i) + load<f32>(from + i));
  }
}

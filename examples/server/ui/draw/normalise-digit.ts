/** Pixels on a side of the picture, and of the box that the digit is fitted into. */
export const SIDE = 28;
const BOX = 20;

/**
 * Brings a drawing into the form of MNIST: cropped to its ink, fitted into a box of 20 x 20 with its proportions kept, and placed in a
 * picture of 28 x 28 so that its centre of mass is in the middle. The darkest ink becomes 255.
 *
 * Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".
 *
 * @param ink width x height bytes, 0 for paper to 255 for ink, row by row
 * @returns 28 x 28 bytes, or null where there is no ink
 */
export function normaliseDigit(ink: ArrayLike<number>, width: number, height: number): Uint8Array<ArrayBuffer> | null {
  const box = boundingBox(ink, width, height);
  if (box === null) return null;
  const longest = Math.max(box.width, box.height);
  const columns = Math.max(1, Math.round((box.width * BOX) / longest));
  const rows = Math.max(1, Math.round((box.height * BOX) / longest));
  const fitted = shrink(ink, width, box, columns, rows);

  let [mass, massX, massY, darkest] = [0, 0, 0, 0];
  fitted.forEach((value, i) => {
    mass += value;
    massX += value * (i % columns);
    massY += value * Math.floor(i / columns);
    darkest = Math.max(darkest, value);
  });
  const middle = SIDE / 2 - 0.5;
  const left = place(middle - massX / mass, columns);
  const top = place(middle - massY / mass, rows);

  const picture = new Uint8Array(SIDE * SIDE);
  fitted.forEach((value, i) => {
    const at = (top + Math.floor(i / columns)) * SIDE + left + (i % columns);
    picture[at] = Math.round((value / darkest) * 255);
  });
  return picture;
}

/** The nearest whole offset at which so many pixels are inside the picture. */
function place(offset: number, extent: number): number {
  return Math.min(SIDE - extent, Math.max(0, Math.round(offset)));
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function boundingBox(ink: ArrayLike<number>, width: number, height: number): Box | null {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (ink[y * width + x] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  return right < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** Each pixel of the result is the mean of the area that it covers. */
function shrink(ink: ArrayLike<number>, stride: number, box: Box, columns: number, rows: number): Float64Array {
  const means = new Float64Array(columns * rows);
  const across = overlaps(box.width, columns);
  const down = overlaps(box.height, rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (const [y, heightOf] of down[row]!) {
        for (const [x, widthOf] of across[column]!) {
          sum += ink[(box.top + y) * stride + box.left + x]! * heightOf * widthOf;
        }
      }
      means[row * columns + column] = sum;
    }
  }
  return means;
}

/** For each of `count` equal parts of 0 to `length`: the cells that it overlaps, and which share of the part each is. */
function overlaps(length: number, count: number): (readonly [cell: number, share: number])[][] {
  const size = length / count;
  return Array.from({ length: count }, (_, part) => {
    const [from, to] = [part * size, (part + 1) * size];
    const cells: [number, number][] = [];
    for (let cell = Math.floor(from); cell < Math.min(length, to); cell++) {
      cells.push([cell, (Math.min(to, cell + 1) - Math.max(from, cell)) / size]);
    }
    return cells;
  });
}

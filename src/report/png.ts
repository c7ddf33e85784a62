import { crc32 } from "../tune/crc32.js";

/** Bytes of an image, row after row, 8 bits a value. */
export interface Pixels {
  readonly rows: number;
  readonly columns: number;
  /** Grey, or red, green and blue. */
  readonly channels: 1 | 3;
  readonly bytes: Uint8Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Of a block that is stored as it is. */
const LONGEST_BLOCK = 65_535;

/**
 * A PNG file. The pixels are stored and not packed: images of a picture are small, and so the same ones are the same bytes
 * everywhere.
 * @see https://www.w3.org/TR/png-3/
 */
export function png({ rows, columns, channels, bytes }: Pixels): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, columns);
  view.setUint32(4, rows);
  header.set([8, channels === 1 ? 0 : 2], 8); // Bit depth, colour type.
  const width = columns * channels;
  const filtered = new Uint8Array(rows * (1 + width)); // Each row behind its filter, 0 for none.
  for (let row = 0; row < rows; row++) {
    filtered.set(bytes.subarray(row * width, (row + 1) * width), row * (1 + width) + 1);
  }
  const chunks = [chunk("IHDR", header), chunk("IDAT", stored(filtered)), chunk("IEND", [])];
  return Uint8Array.from([SIGNATURE, ...chunks].flatMap((part) => [...part]));
}

function chunk(type: string, data: Uint8Array | readonly number[]): Uint8Array {
  const out = new Uint8Array(12 + data.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(new TextEncoder().encode(type), 4);
  out.set(data, 8);
  view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)));
  return out;
}

/**
 * A zlib stream of blocks that are not compressed.
 * @see https://www.rfc-editor.org/rfc/rfc1950, https://www.rfc-editor.org/rfc/rfc1951#section-3.2.4
 */
function stored(data: Uint8Array): Uint8Array {
  const blocks = Math.ceil(data.length / LONGEST_BLOCK);
  const out = new Uint8Array(2 + 5 * blocks + data.length + 4);
  const view = new DataView(out.buffer);
  out.set([0x78, 0x01]);
  let at = 2;
  for (let block = 0; block < blocks; block++) {
    const part = data.subarray(block * LONGEST_BLOCK, (block + 1) * LONGEST_BLOCK);
    out[at] = block === blocks - 1 ? 1 : 0;
    view.setUint16(at + 1, part.length, true);
    view.setUint16(at + 3, ~part.length, true);
    out.set(part, at + 5);
    at += 5 + part.length;
  }
  view.setUint32(at, adler32(data));
  return out;
}

function adler32(data: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of data) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return ((b << 16) | a) >>> 0;
}

import { crc32, deflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A chunk of a PNG file; `checksum` in place of its own makes it a damaged one. */
export function chunk(type: string, data: Uint8Array, checksum?: number): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(checksum ?? crc32(named));
  return Buffer.concat([length, named, crc]);
}

export interface PngFacts {
  readonly width: number;
  readonly height: number;
  /** Bits a sample. */
  readonly depth?: 1 | 2 | 4 | 8 | 16;
  /** 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha. */
  readonly colour?: 0 | 2 | 3 | 4 | 6;
}

export function header({ width, height, depth = 8, colour = 0 }: PngFacts): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([depth, colour], 8);
  return data;
}

/** A PNG file: its rows as they are stored, without the filter's byte, which is 0; chunks of one's own before them. */
export function png(facts: PngFacts, rows: readonly Uint8Array[], extra: readonly Buffer[] = []): Buffer {
  const filtered = Buffer.concat(rows.flatMap((row) => [Buffer.of(0), row]));
  return pngOf(facts, deflateSync(filtered), extra);
}

/** A PNG file around compressed data. */
export function pngOf(facts: PngFacts, compressed: Uint8Array, extra: readonly Buffer[] = []): Buffer {
  const chunks = [chunk("IHDR", header(facts)), ...extra, chunk("IDAT", compressed), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([SIGNATURE, ...chunks]);
}

/** A file of nothing but black, whatever its size: a few kilobytes that ask for gigabytes. */
export function blackPng(width: number, height: number, depth: 1 | 8): Buffer {
  const bytes = height * (1 + Math.ceil((width * depth) / 8));
  const zeros = Buffer.alloc(bytes);
  return pngOf({ width, height, depth }, deflateSync(zeros, { level: 9 }));
}

/** The bytes of a form with files, as browsers send them. */
export interface FormPart {
  readonly name: string | null;
  readonly filename?: string;
  readonly type?: string;
  readonly content: Uint8Array | string;
  /** More header lines of the part. */
  readonly headers?: string;
}

export const BOUNDARY = "----a-boundary-of-the-tests";

export function form(parts: readonly FormPart[], { end = true } = {}): Buffer {
  const pieces = parts.flatMap(({ name, filename, type, content, headers = "" }) => {
    const named = name === null ? "" : `; name="${name}"`;
    const file = filename === undefined ? "" : `; filename="${filename}"`;
    const of = type === undefined ? "" : `Content-Type: ${type}\r\n`;
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data${named}${file}\r\n${of}${headers}\r\n`;
    return [Buffer.from(head, "latin1"), Buffer.from(content), Buffer.from("\r\n")];
  });
  return Buffer.concat([...pieces, Buffer.from(end ? `--${BOUNDARY}--\r\n` : "")]);
}

import { InvalidDataError, InvalidParameterError } from "../core/errors.js";
import { inflatedGzip, isGzip } from "./gzip.js";

/** Values of an IDX file, in a container of the file's own type. */
export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** A dense array as an IDX file holds it, row-major. */
export interface IdxArray {
  /** As the header says: [images, height, width], or [labels]. */
  readonly shape: readonly number[];
  /** All values, the last dimension fastest. */
  readonly data: IdxData;
}

/** Of `readIdx`. */
export interface ReadIdxOptions {
  /** What error messages call the file. Default "the IDX file". */
  readonly name?: string;
  /** Refuse files with more bytes of values than this, before memory is taken. Default 2^30 (1 GiB). */
  readonly maxBytes?: number;
}

interface Header {
  readonly type: IdxType;
  readonly shape: readonly number[];
  /** Bytes before the values. */
  readonly start: number;
  /** Bytes of the values. */
  readonly size: number;
}

interface IdxType {
  readonly bytes: number;
  read(view: DataView, count: number): IdxData;
}

const fill = <T extends IdxData>(values: T, at: (i: number) => number): T => {
  for (let i = 0; i < values.length; i++) values[i] = at(i);
  return values;
};

/** By the third byte of the magic number; values of more than one byte have the high byte first. */
const TYPES: Readonly<Record<number, IdxType>> = {
  8: { bytes: 1, read: (view, n) => new Uint8Array(view.buffer, view.byteOffset, n).slice() },
  9: { bytes: 1, read: (view, n) => new Int8Array(view.buffer, view.byteOffset, n).slice() },
  11: { bytes: 2, read: (view, n) => fill(new Int16Array(n), (i) => view.getInt16(2 * i)) },
  12: { bytes: 4, read: (view, n) => fill(new Int32Array(n), (i) => view.getInt32(4 * i)) },
  13: { bytes: 4, read: (view, n) => fill(new Float32Array(n), (i) => view.getFloat32(4 * i)) },
  14: { bytes: 8, read: (view, n) => fill(new Float64Array(n), (i) => view.getFloat64(8 * i)) },
};

/**
 * Reads an IDX file, plain or gzipped: the format of the MNIST family. The header is checked first, so that a damaged
 * or hostile file takes no more memory than its honest size, and never more than `maxBytes`. The result shares no
 * memory with `bytes`.
 *
 * Source of the format: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits",
 * http://yann.lecun.com/exdb/mnist/ (the section on file formats).
 *
 * @throws InvalidDataError if the magic number, the length or the gzip data is wrong, also for trailing bytes
 */
export async function readIdx(bytes: Uint8Array | ArrayBuffer, options: ReadIdxOptions = {}): Promise<IdxArray> {
  const { name = "the IDX file", maxBytes = 2 ** 30 } = options;
  if (!(maxBytes >= 0)) {
    throw new InvalidParameterError(`maxBytes of readIdx must be a number >= 0; got ${String(maxBytes)}`, "maxBytes");
  }
  const given = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
  if (!(given instanceof Uint8Array)) {
    throw new InvalidDataError(`readIdx must be given the bytes of ${name} as a Uint8Array or an ArrayBuffer`);
  }
  const sizeOf = (start: Uint8Array) => {
    const header = readHeader(start, name, maxBytes);
    return header === null ? null : header.start + header.size;
  };
  const plain = isGzip(given) ? await inflatedGzip(given, sizeOf, name) : given;

  const header = readHeader(plain, name, maxBytes);
  if (header === null) throw new InvalidDataError(`${name} is too short for an IDX header; got ${plain.length} bytes`);
  const expected = header.start + header.size;
  if (plain.length !== expected) {
    throw new InvalidDataError(
      `${name} must be ${expected} bytes for its shape (${header.shape.join(", ")}); got ${plain.length}`,
    );
  }
  const values = new DataView(plain.buffer, plain.byteOffset + header.start, header.size);
  return { shape: header.shape, data: header.type.read(values, header.size / header.type.bytes) };
}

/** The header, or null if more bytes are needed to tell. */
function readHeader(bytes: Uint8Array, name: string, maxBytes: number): Header | null {
  if (bytes.length < 4) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const magic = view.getUint32(0);
  const type = TYPES[(magic >>> 8) & 0xff];
  const dimensions = magic & 0xff;
  if (magic >>> 16 !== 0 || type === undefined || dimensions === 0) {
    const hex = magic.toString(16).padStart(8, "0");
    throw new InvalidDataError(`${name} must begin with the magic number of an IDX file, such as 00000803; got ${hex}`);
  }
  const start = 4 + 4 * dimensions;
  if (bytes.length < start) return null;
  const shape = Array.from({ length: dimensions }, (_, d) => view.getUint32(4 + 4 * d));
  const size = shape.reduce((product, length) => product * length, type.bytes);
  if (size > maxBytes) {
    throw new InvalidDataError(
      `${name} claims the shape (${shape.join(", ")}), ${size} bytes, more than maxBytes (${maxBytes}) allows`,
    );
  }
  return { type, shape, start, size };
}

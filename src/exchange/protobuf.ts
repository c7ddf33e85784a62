/**
 * Writes Protocol Buffers: a message is a list of fields, each of which knows its size, so that all bytes are written once
 * and in their place. Lists of numbers are packed, which every reader of Protocol Buffers takes.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export interface Field {
  /** In bytes. */
  readonly size: number;
  readonly write: (out: Uint8Array, at: number) => void;
}

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** The length of a message is a positive int32 for most readers. */
export const MOST_BYTES = 2 ** 31 - 1;

const utf8 = new TextEncoder();

/** An integer, 64 bits in two's complement; safe as a JavaScript number. */
export function integer(number: number, value: number): Field {
  const tag = tagOf(number, VARINT);
  return {
    size: sizeOf(tag) + sizeOf(value),
    write: (out, at) => put(out, put(out, at, tag), value),
  };
}

/** A number, rounded to f32. */
export function real(number: number, value: number): Field {
  const tag = tagOf(number, FIXED_32);
  return {
    size: sizeOf(tag) + 4,
    write: (out, at) => viewOf(out).setFloat32(put(out, at, tag), value, true),
  };
}

export function bytes(number: number, value: Uint8Array): Field {
  return delimited(number, value.length, (out, at) => out.set(value, at));
}

export function text(number: number, value: string): Field {
  return bytes(number, utf8.encode(value));
}

/** A field for each of the texts, which may be many of a few kinds. */
export function texts(number: number, values: readonly string[]): Field {
  const known = new Map<string, Field>();
  const fields = values.map((value) => {
    const field = known.get(value) ?? text(number, value);
    known.set(value, field);
    return field;
  });
  return { size: sizeOfAll(fields), write: (out, at) => writeAll(fields, out, at) };
}

export function integers(number: number, values: ArrayLike<number>): Field {
  let size = 0;
  for (let i = 0; i < values.length; i++) size += sizeOf(values[i]!);
  return delimited(number, size, (out, at) => {
    for (let i = 0, next = at; i < values.length; i++) next = put(out, next, values[i]!);
  });
}

export function reals(number: number, values: Float32Array): Field {
  return delimited(number, 4 * values.length, (out, at) => {
    const view = viewOf(out);
    for (let i = 0; i < values.length; i++) view.setFloat32(at + 4 * i, values[i]!, true);
  });
}

/** A message within a message. */
export function message(number: number, fields: readonly Field[]): Field {
  return delimited(number, sizeOfAll(fields), (out, at) => writeAll(fields, out, at));
}

/** The bytes of a message; `MOST_BYTES` is the caller's to heed. */
export function encode(fields: readonly Field[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(sizeOfAll(fields));
  writeAll(fields, out, 0);
  return out;
}

export const sizeOfAll = (fields: readonly Field[]): number => fields.reduce((sum, { size }) => sum + size, 0);

function writeAll(fields: readonly Field[], out: Uint8Array, at: number): void {
  let next = at;
  for (const field of fields) {
    field.write(out, next);
    next += field.size;
  }
}

function delimited(number: number, size: number, write: Field["write"]): Field {
  const tag = tagOf(number, LENGTH_DELIMITED);
  return {
    size: sizeOf(tag) + sizeOf(size) + size,
    write: (out, at) => write(out, put(out, put(out, at, tag), size)),
  };
}

const tagOf = (number: number, wireType: number): number => number * 8 + wireType;
const viewOf = (out: Uint8Array): DataView => new DataView(out.buffer, out.byteOffset, out.byteLength);

/** Bytes of an integer: seven bits in each, ten bytes if it is negative. */
function sizeOf(value: number): number {
  if (value < 0) return 10;
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

/** Writes an integer, the lowest seven bits first, and answers where the next byte goes. */
function put(out: Uint8Array, at: number, value: number): number {
  if (value < 0) return putNegative(out, at, value);
  let next = at;
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) out[next++] = (rest % 0x80) + 0x80;
  out[next++] = rest;
  return next;
}

function putNegative(out: Uint8Array, at: number, value: number): number {
  let rest = BigInt.asUintN(64, BigInt(value));
  for (let i = 0; i < 9; i++, rest >>= 7n) out[at + i] = Number(rest & 0x7fn) + 0x80;
  out[at + 9] = Number(rest);
  return at + 10;
}

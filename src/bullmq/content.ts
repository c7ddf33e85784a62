import { createHash } from "node:crypto";

/** Bytes of a memory. */
export interface Range {
  readonly offset: number;
  readonly bytes: number;
}

/** Bytes that travel along, or are stored in Redis under the SHA-256 of them. */
export type Content = { readonly bytes: Uint8Array } | { readonly hash: string };

/** A range and what is in it. */
export type Piece = Range & { readonly content: Content };

/** The most bytes that are stored under one key: Redis does nothing else while it reads or writes one. */
export const PIECE_BYTES = 2 ** 24;

/**
 * Bytes up to which contents travel along. What is read is often read again, and then only its hash travels; what is written differs
 * from call to call.
 */
export const READ_ALONG = 256;
export const WRITTEN_ALONG = 2 ** 16;

/** The pieces that a range is stored in, in their order. */
export function* piecesOf({ offset, bytes }: Range): Generator<Range> {
  for (let at = 0; at < bytes; at += PIECE_BYTES) {
    yield { offset: offset + at, bytes: Math.min(PIECE_BYTES, bytes - at) };
  }
}

/** SHA-256 in hexadecimal of the parts, joined. At once, since handing them to another thread takes longer: it copies them. */
export function hashOf(...parts: readonly Uint8Array[]): string {
  const sum = createHash("sha256");
  for (const part of parts) sum.update(part);
  return sum.digest("hex");
}

/** Puts the parts into a memory, one after the other. */
export function putParts(parts: readonly Uint8Array[], buffer: ArrayBufferLike, offset: number): void {
  let at = offset;
  for (const part of parts) {
    new Uint8Array(buffer, at).set(part);
    at += part.length;
  }
}

/** The same memory, as ioredis wants it. */
export const asBuffer = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

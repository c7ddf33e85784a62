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

/** SHA-256 in hexadecimal. At once, since handing the bytes to another thread would copy them, which takes longer. */
export const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The same memory, as ioredis wants it. */
export const asBuffer = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/** Bytes of a memory. */
export interface Range {
  readonly offset: number;
  readonly bytes: number;
}

/** Bytes that travel along in base64, or are stored in Redis under the SHA-256 of them. */
export type Content = { readonly base64: string } | { readonly hash: string };

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

/** SHA-256 in hexadecimal; computed beside the event loop. */
export async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("hex");
}

/** The same memory, as ioredis wants it. */
export const asBuffer = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

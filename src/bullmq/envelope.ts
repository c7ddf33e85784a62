import { asBuffer } from "./content.js";

/** Bytes of the length that a message begins with. */
const HEAD = 4;

/** A message of JSON and the bytes that it speaks of, one after the other: in base64 they would take longer than many a kernel. */
export function pack(value: unknown, along: readonly Uint8Array[]): Buffer {
  const json = Buffer.from(JSON.stringify(value));
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(json.length);
  return Buffer.concat([head, json, ...along.map(asBuffer)]);
}

/** What `pack` made: its JSON, and `take`, which gives the next so many bytes, a view. @throws Error if it ends before them */
export function unpack(message: Buffer): { readonly value: unknown; take(bytes: number): Uint8Array } {
  let at = 0;
  const take = (bytes: number): Buffer => {
    if (bytes > message.length - at) throw new Error(`a message of ${message.length} bytes is too short`);
    at += bytes;
    return message.subarray(at - bytes, at);
  };
  const json = take(take(HEAD).readUInt32LE());
  return { value: JSON.parse(json.toString()), take };
}

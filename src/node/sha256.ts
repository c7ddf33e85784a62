import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";

/** Bytes that are hashed before others get a turn. */
const HASHED = 2 ** 24;

/** Unlike Web Crypto it takes no copy of the bytes, which may be most of the memory. */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  const hash = createHash("sha256");
  for (let at = 0; at < bytes.length; at += HASHED) {
    if (at > 0) await setImmediate();
    hash.update(bytes.subarray(at, at + HASHED));
  }
  return hash.digest();
}

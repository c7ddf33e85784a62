import { TrellisError } from "../core/errors.js";

/** SHA-256 of bytes. */
export type Digest = (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;

/** By Web Crypto, which every platform has. It copies the bytes first. @throws TrellisError where there is none */
export async function webSha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (subtle === undefined) {
    throw new TrellisError(
      "models need SHA-256 of Web Crypto, which browsers offer only to pages from https or localhost",
      "NO_WEB_CRYPTO",
    );
  }
  return new Uint8Array(await subtle.digest("SHA-256", bytes));
}

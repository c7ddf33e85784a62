import { RequestError } from "./request-error.js";

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Looks at the bytes of what should be JSON before they are parsed: an engine builds ten million nested arrays, or objects of as
 * many keys with equal hashes, before anybody could refuse them. Whether it is JSON is for the parser to say.
 *
 * @throws RequestError 400 TOO_DEEP, TOO_MANY_KEYS
 */
export function scanJson(bytes: Uint8Array, maxDepth: number, maxKeys: number): void {
  let depth = 0;
  let keys = 0;
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at]) {
      case QUOTE:
        at = endOfString(bytes, at);
        break;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        if (++depth > maxDepth) {
          throw new RequestError(400, "TOO_DEEP", `the body is nested more than ${maxDepth} deep`);
        }
        break;
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        depth--;
        break;
      case COLON:
        if (++keys > maxKeys) {
          throw new RequestError(400, "TOO_MANY_KEYS", `the body has more than ${maxKeys} keys`);
        }
    }
  }
}

/** Where the string that begins at `start` ends. */
function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}

import { createHash, timingSafeEqual } from "node:crypto";
import type { RequestHandler } from "express";
import { RequestError } from "./request-error.js";

const sha256 = (text: string) => createHash("sha256").update(text).digest();

/**
 * Middleware for routes that not everybody may use: they need `Authorization: Bearer` with the token. Without a token everybody
 * may use them where only this machine can (`isLocal`), and nobody anywhere else.
 *
 * @throws RequestError 401 UNAUTHORIZED; 403 NO_TOKEN_SET
 */
export function requireTokenOf(token: string | null, isLocal: boolean): RequestHandler {
  if (token === null) {
    return (_req, _res, next) => {
      if (isLocal) return next();
      throw new RequestError(
        403,
        "NO_TOKEN_SET",
        "this needs a token, and the service was started without one; set authToken",
      );
    };
  }
  // Digests have one length, so that comparing them takes one time.
  const expected = sha256(token);
  return (req, _res, next) => {
    const [, given] = /^Bearer +(\S+) *$/i.exec(req.headers.authorization ?? "") ?? [];
    if (given !== undefined && timingSafeEqual(sha256(given), expected)) return next();
    throw new RequestError(401, "UNAUTHORIZED", "this needs the service's token as Authorization: Bearer", {
      headers: { "WWW-Authenticate": 'Bearer realm="trellis-learn"' },
    });
  };
}

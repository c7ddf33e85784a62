import type { Request, RequestHandler } from "express";
import { type BodyOptions, type ParsedBody, parseBody } from "./parse-body.js";
import { readBody } from "./read-body.js";
import { RequestError } from "./request-error.js";

export interface JsonBodyOptions extends BodyOptions {
  /** Bytes of the body. Default: the service's `limits.bodyBytes`. */
  readonly maxBytes?: number;
}

/** Parses on another thread. */
export type ParseElsewhere = (bytes: Uint8Array, options: BodyOptions) => Promise<ParsedBody>;

/** A body of so many bytes is parsed elsewhere: parsing it here would keep the event loop for more than a few milliseconds. */
const LARGE = 64 * 1024;

/**
 * Middleware that puts the JSON of a request into `req.body`.
 *
 * @throws RequestError 415 for what is not plain JSON; 413 for too much; those of `parseBody`
 */
export function jsonBodyOf(elsewhere: ParseElsewhere, maxBytes: number, options: JsonBodyOptions = {}): RequestHandler {
  return async (req, _res, next) => {
    requireJson(req);
    const bytes = await readBody(req, options.maxBytes ?? maxBytes);
    const { value } = bytes.length < LARGE ? parseBody(bytes, options) : await elsewhere(bytes, options);
    req.body = value;
    next();
  };
}

function requireJson(req: Request): void {
  const encoding = req.headers["content-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
    throw new RequestError(415, "UNSUPPORTED_ENCODING", "send the body without Content-Encoding");
  }
  const type = /^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i;
  if (!type.test((req.headers["content-type"] ?? "").slice(0, 256))) {
    throw new RequestError(415, "UNSUPPORTED_MEDIA_TYPE", "send JSON, with Content-Type: application/json");
  }
  if (!req.accepts("application/json")) {
    throw new RequestError(406, "NOT_ACCEPTABLE", "the answer is application/json; accept it");
  }
}

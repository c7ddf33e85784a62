import type { Request, RequestHandler } from "express";
import type { BodyParser } from "./body-parser.js";
import { type BodyOptions, type ParsedBody, parseBody } from "./parse-body.js";
import { readBody } from "./read-body.js";
import { RequestError } from "./request-error.js";

/** Of `jsonBody`. */
export interface JsonBodyOptions extends BodyOptions {
  /** Bytes of the body. Default: the service's `limits.bodyBytes`. */
  readonly maxBytes?: number;
}

/** A body of so many bytes is parsed elsewhere: parsing it here would keep the event loop for more than a few milliseconds. */
const LARGE = 64 * 1024;

/**
 * Middleware that puts the JSON of a request into `req.body`.
 *
 * @throws RequestError 415 for what is not plain JSON; 413 for too much; those of `parseBody`
 */
export function jsonBodyOf(parser: BodyParser, maxBytes: number, options: JsonBodyOptions = {}): RequestHandler {
  return async (req, _res, next) => {
    requireJson(req);
    req.body = (await parsed(req, parser, options.maxBytes ?? maxBytes, options)).value;
    next();
  };
}

async function parsed(req: Request, parser: BodyParser, maxBytes: number, options: BodyOptions): Promise<ParsedBody> {
  const told = Number(req.headers["content-length"] ?? maxBytes);
  if (told <= LARGE) return parseBody(await readBody(req, Math.min(maxBytes, LARGE)), options);
  const held = Math.min(told, maxBytes);
  parser.hold(held);
  try {
    const bytes = await readBody(req, maxBytes);
    return bytes.length <= LARGE ? parseBody(bytes, options) : await parser.parse(bytes, options);
  } finally {
    parser.release(held);
  }
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

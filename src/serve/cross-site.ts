import type { Request, RequestHandler } from "express";
import { RequestError } from "./request-error.js";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses what a page of another site made a browser send, and what a browser fetches before anybody asked. For routes that
 * change something on GET; all other methods are checked anyway.
 *
 * @throws RequestError 403 CROSS_SITE, PREFETCH
 */
export const refuseCrossSite: RequestHandler = (req, _res, next) => {
  if (isPrefetch(req)) throw new RequestError(403, "PREFETCH", "this cannot be fetched ahead: it changes something");
  if (isCrossSite(req)) {
    throw new RequestError(403, "CROSS_SITE", "requests of pages of other sites are refused");
  }
  next();
};

/** The same for every method that may change something. */
export const refuseCrossSiteChanges: RequestHandler = (req, res, next) =>
  SAFE.has(req.method) ? next() : refuseCrossSite(req, res, next);

function isPrefetch({ headers }: Request): boolean {
  return [headers.purpose, headers["sec-purpose"], headers["x-moz"]].some(
    (value) => typeof value === "string" && /prefetch|prerender|preview/i.test(value.slice(0, 256)),
  );
}

/** https://www.w3.org/TR/fetch-metadata/; browsers without it send Origin. Programs send neither. */
function isCrossSite({ headers }: Request): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  const { origin, host } = headers;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host?.toLowerCase();
}

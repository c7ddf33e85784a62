import { isIP } from "node:net";
import type { RequestHandler } from "express";
import { RequestError } from "./request-error.js";

/**
 * Refuses requests to a host name that is not ours: a page of somebody whose name resolves to this machine (DNS rebinding) would
 * otherwise count as of the same origin. An address cannot be rebound, so addresses are let through; so do probes get in.
 *
 * @param allowed names besides localhost; "*" for any
 * @throws RequestError 400 without a host, 421 for one that is not allowed
 */
export function checkHost(allowed: readonly string[]): RequestHandler {
  const names = new Set(["localhost", ...allowed.map((name) => name.toLowerCase())]);
  return (req, _res, next) => {
    const host = req.headers.host;
    if (host === undefined || host === "") {
      if (req.httpVersion === "1.0") return next();
      throw new RequestError(400, "NO_HOST", "the request has no Host header");
    }
    const name = nameOf(host);
    if (name !== null && (names.has("*") || names.has(name) || isIP(name) !== 0)) return next();
    throw new RequestError(
      421,
      "WRONG_HOST",
      "this service is not known by the name in the Host header; allow it in allowedHosts",
    );
  };
}

/** Without port and brackets; null for what is no host. */
function nameOf(host: string): string | null {
  const match = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,253}))(?::\d{1,5})?$/i.exec(host.slice(0, 300));
  return (match?.[1] ?? match?.[2])?.toLowerCase() ?? null;
}

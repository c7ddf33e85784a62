import type { Express, RequestHandler } from "express";
import { RequestError } from "./request-error.js";

/** What Express keeps of routes: `app.router.stack`, in nested routers too. */
interface Layer {
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
  readonly handle: { readonly stack?: readonly Layer[] };
  match(path: string): { readonly path: string } | false | null | undefined;
}

/**
 * The last route of an app: 405 with Allow for a path that others methods know, 404 for all others.
 *
 * @throws RequestError 404 NOT_FOUND, 405 METHOD_NOT_ALLOWED
 */
export function refuseUnknown(app: Express): RequestHandler {
  return (req) => {
    const methods = methodsOf((app.router as unknown as { readonly stack: readonly Layer[] }).stack, req.path);
    if (methods.size === 0) throw new RequestError(404, "NOT_FOUND", "there is nothing at this path");
    if (methods.has("GET")) methods.add("HEAD");
    const allow = [...methods].sort().join(", ");
    throw new RequestError(405, "METHOD_NOT_ALLOWED", `this path knows ${allow} only`, { headers: { Allow: allow } });
  };
}

function methodsOf(stack: readonly Layer[], path: string): Set<string> {
  const found = new Set<string>();
  for (const layer of stack) {
    const nested = layer.handle.stack;
    if (layer.route === undefined && nested === undefined) continue;
    const match = layer.match(path);
    if (!match) continue;
    const rest = path.slice(match.path.length) || "/";
    const methods = layer.route === undefined ? methodsOf(nested!, rest) : Object.keys(layer.route.methods);
    for (const method of methods) found.add(method.toUpperCase());
  }
  return found;
}

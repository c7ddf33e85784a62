import type { ErrorRequestHandler, Request, Response } from "express";
import { TrellisError } from "../core/errors.js";
import { RequestError } from "./request-error.js";

/** What a client is told of an error: of a defect of ours, nothing but its id. */
export interface ErrorAnswer {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly path: readonly (string | number)[] | null;
  readonly headers: Readonly<Record<string, string>>;
}

export function errorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof RequestError) {
    const { status, code, message: detail, path, retryAfter } = error;
    const headers = retryAfter === null ? error.headers : { ...error.headers, "Retry-After": String(retryAfter) };
    return { status, code, detail, path, headers };
  }
  const status = (error as { readonly status?: unknown } | null)?.status;
  if (error instanceof TrellisError && error.code === "INVALID_DATA") {
    return { status: 400, code: "INVALID_DATA", detail: error.message, path: null, headers: {} };
  }
  if (error instanceof Error && typeof status === "number" && status >= 400 && status < 500) {
    // Express's own, of which one can come here: a path whose %-encoding is broken.
    return { status, code: "BAD_REQUEST", detail: "the request cannot be understood", path: null, headers: {} };
  }
  return { status: 500, code: "INTERNAL", detail: "internal error", path: null, headers: {} };
}

/** The body in the form of the protocol that the path belongs to; `detail` everywhere else. */
function bodyOf(url: string, { status, code, detail, path }: ErrorAnswer, requestId: string): object {
  const where = path === null ? {} : { path };
  if (url.startsWith("/v2")) return { error: detail, detail, code, request_id: requestId, ...where };
  if (url.startsWith("/invocations")) {
    const errorCode = status < 500 ? "BAD_REQUEST" : "INTERNAL_ERROR";
    return { error_code: errorCode, message: detail, detail, code, request_id: requestId, ...where };
  }
  return { detail, code, request_id: requestId, ...where };
}

/** Answers with the error, as JSON. A response that has begun is cut off. */
export function sendError(req: Request, res: Response, error: unknown): void {
  const answer = errorAnswer(error);
  res.locals.errorCode = answer.code;
  if (answer.status === 500) res.locals.error = error;
  if (res.headersSent) {
    res.destroy();
    return;
  }
  res.status(answer.status).set(answer.headers).set("Cache-Control", "no-store");
  res.json(bodyOf(req.originalUrl, answer, String(res.locals.requestId)));
}

/** The last handler of an app. */
export const handleErrors: ErrorRequestHandler = (error, req, res, _next) => sendError(req, res, error);

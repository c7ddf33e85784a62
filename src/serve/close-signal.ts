import type { Response } from "express";
import { RequestError } from "./request-error.js";

/** Aborts when the client goes away before it was answered. */
export function closeSignal(res: Response): AbortSignal {
  const controller = new AbortController();
  res.once("close", () => {
    if (!res.writableFinished)
      controller.abort(new RequestError(499, "CLIENT_GONE", "the client did not wait for the answer"));
  });
  return controller.signal;
}

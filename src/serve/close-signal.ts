import type { Response } from "express";

/** Aborts when the client goes away before it was answered. */
export function closeSignal(res: Response): AbortSignal {
  const controller = new AbortController();
  res.once("close", () => {
    if (!res.writableFinished) controller.abort();
  });
  return controller.signal;
}

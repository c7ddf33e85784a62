import { Router } from "express";
import { RequestError } from "./request-error.js";

/** Whether the service can answer; asked without waiting for anything. */
export function healthRoutes(isReady: () => boolean): Router {
  const router = Router({ caseSensitive: true, strict: true });
  for (const path of ["/v2/health/live", "/livez"]) {
    router.get(path, (_req, res) => {
      res.json({ live: true });
    });
  }
  for (const path of ["/v2/health/ready", "/readyz", "/ping"]) {
    router.get(path, (_req, res) => {
      if (!isReady()) throw new RequestError(503, "NOT_READY", "the service is not ready", { retryAfter: 1 });
      res.json({ live: true, ready: true });
    });
  }
  return router;
}

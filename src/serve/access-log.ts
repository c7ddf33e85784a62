import type { RequestHandler } from "express";
import type { Logger } from "pino";

const MAX_CHARACTERS = 256;

/** What a client sent, as it may stand in a log: short, and without control characters. */
export function loggable(text: string): string {
  return text.slice(0, MAX_CHARACTERS).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?");
}

/** One line for each request, when it has been answered or its client has gone; never of bodies. */
export function accessLog(log: Logger): RequestHandler {
  return (req, res, next) => {
    const start = performance.now();
    res.once("close", () => {
      const { requestId, traceparent, errorCode, error } = res.locals;
      const line = {
        request_id: requestId,
        ...(traceparent === null ? {} : { traceparent }),
        method: req.method,
        path: loggable(req.originalUrl.split("?", 1)[0]!),
        status: res.statusCode,
        ms: Math.round((performance.now() - start) * 100) / 100,
        ...(errorCode === undefined ? {} : { code: errorCode }),
        ...(res.writableFinished ? {} : { aborted: true }),
      };
      if (error === undefined) log.info(line, "request");
      else log.error({ ...line, err: error }, "request");
    });
    next();
  };
}

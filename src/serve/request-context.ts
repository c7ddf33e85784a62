import { randomUUID } from "node:crypto";
import type { RequestHandler } from "express";

/** Ids of others are taken over if they can stand in logs and headers as they are. */
const PLAIN_ID = /^[\w.:-]{1,64}$/;
/** https://www.w3.org/TR/trace-context/#traceparent-header, version 00. */
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Gives each request an id, its client's own where that is plain, and answers with it; takes note of the trace that it is part of. */
export const requestContext: RequestHandler = (req, res, next) => {
  const given = req.headers["x-request-id"];
  const id = typeof given === "string" && PLAIN_ID.test(given) ? given : randomUUID();
  const trace = req.headers.traceparent;
  res.locals.requestId = id;
  res.locals.traceparent = typeof trace === "string" && TRACEPARENT.test(trace) ? trace : null;
  res.setHeader("X-Request-Id", id);
  next();
};

import type { Response } from "express";
import type { JobEvent } from "./jobs.js";

/** Seconds between signs of life. */
const HEARTBEAT = 15;

/**
 * Answers with events as they come, as `text/event-stream`; `last` is sent when they have ended. A client that has
 * taken nothing of what waits for it between two heartbeats is cut off.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function streamEvents(
  res: Response,
  events: AsyncIterable<JobEvent>,
  last: () => { readonly type: string; readonly data: unknown } | null,
  signal: AbortSignal,
): Promise<void> {
  res.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no" });
  res.flushHeaders();
  if (res.req.method === "HEAD") {
    res.end();
    return;
  }
  const heartbeat = startHeartbeat(res);
  try {
    for await (const { id, type, data } of events) {
      const isTaken = res.write(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
      if (!isTaken) await drained(res, signal);
    }
    const end = last();
    if (end !== null) res.write(`event: ${end.type}\ndata: ${JSON.stringify(end.data)}\n\n`);
    res.end();
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    clearInterval(heartbeat);
  }
}

/** A comment now and then keeps proxies from closing a stream in which nothing happens. */
function startHeartbeat(res: Response): NodeJS.Timeout {
  let isStuck = false;
  res.on("drain", () => {
    isStuck = false;
  });
  return setInterval(() => {
    if (!res.writableNeedDrain) res.write(":\n\n");
    else if (isStuck) res.destroy();
    else isStuck = true;
  }, HEARTBEAT * 1000);
}

function drained(res: Response, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    res.once("drain", () => {
      signal.removeEventListener("abort", abort);
      resolve();
    });
  });
}

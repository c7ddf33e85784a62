import { type Request, type RequestHandler, Router } from "express";
import { closeSignal } from "./close-signal.js";
import { streamEvents } from "./event-stream.js";
import type { JobStatus, Jobs } from "./jobs.js";
import { RequestError } from "./request-error.js";

/** Of `jobRoutes`. */
export interface JobRoutesOptions {
  /** Where the routes are: "/training". */
  readonly path: string;
  /** What a request asks for, checked; whatever it throws is the answer. */
  readonly specOf: (request: Request) => unknown;
  /** What a client that waits for the job is answered when it has completed. Default: the status. */
  readonly answer?: (status: JobStatus) => unknown;
}

/** Clients that may follow events at once. */
const MAX_STREAMS = 64;

/** How a client that waits learns of a job that did not complete; of other codes it learns no more than that there was an error. */
const STATUS_OF: Readonly<Record<string, number>> = { ALL_FITS_FAILED: 400, CANCELLED: 409, TIMED_OUT: 504 };

/**
 * Routes of jobs, `path` being "/training":
 *
 * - POST /training starts a job, or joins the one that runs if it is the same, and answers when it has ended: see `jobHandler`.
 * - GET /training: the statuses, newest first. GET /training/{id}: a status.
 * - GET /training/{id}/events: what happens, as server-sent events; the header Last-Event-ID or `?after=` goes on after a number. The
 *   last event, "ended", has the status. 503 TOO_MANY_STREAMS for the 65th client at once.
 * - DELETE /training/{id} cancels: 202 with the status; 409 JOB_ENDED for one that has ended.
 *
 * 404 JOB_NOT_FOUND for an unknown id. Errors are thrown as RequestError, for the app's error handler.
 */
export function jobRoutes(jobs: Jobs, options: JobRoutesOptions): Router {
  const { path } = options;
  const router = Router();
  let streams = 0;

  router.post(path, jobHandler(jobs, options));

  router.get(path, (_req, res) => {
    res.json(jobs.list());
  });

  router.get(`${path}/:id`, (req, res) => {
    res.json(find(jobs, req.params.id));
  });

  router.get(`${path}/:id/events`, async (req, res) => {
    const { id } = find(jobs, req.params.id);
    const after = lastEventOf(req);
    if (streams >= MAX_STREAMS) {
      const message = `${MAX_STREAMS} clients follow events already; ask for the status instead`;
      throw new RequestError(503, "TOO_MANY_STREAMS", message, { retryAfter: 10 });
    }
    const signal = closeSignal(res);
    streams++;
    try {
      await streamEvents(res, jobs.events(id, { after, signal }), () => endOf(jobs, id), signal);
    } finally {
      streams--;
    }
  });

  router.delete(`${path}/:id`, async (req, res) => {
    const { id } = find(jobs, req.params.id);
    if (!(await jobs.cancel(id)))
      throw new RequestError(409, "JOB_ENDED", `job ${id} has ended; nothing is left to cancel`);
    res.status(202).json(jobs.get(id));
  });

  return router;
}

/**
 * A handler that starts a job, or joins the one that runs if it has the same spec, and answers when it has ended. A client that goes away
 * does not end the job. To `Prefer: respond-async` (RFC 7240) it answers at once: 202, Location and the status.
 *
 * 409 JOB_RUNNING, with the Location of the job that runs, where that one has another spec. Of a job that did not complete: 400
 * ALL_FITS_FAILED, 409 CANCELLED, 504 TIMED_OUT, and 500 for everything else; 503 DRAINING where the service stops first.
 */
export function jobHandler(
  jobs: Jobs,
  { path, specOf, answer = (status) => status }: JobRoutesOptions,
): RequestHandler {
  return async (req, res) => {
    const { id } = await start(jobs, await specOf(req), path);
    if (prefersAsync(req)) {
      res.set({ Location: `${path}/${id}`, "Preference-Applied": "respond-async" });
      res.status(202).json(jobs.get(id));
      return;
    }
    const signal = closeSignal(res);
    try {
      const status = await jobs.ended(id, signal);
      if (status.state !== "completed") throw failure(status);
      res.json(answer(status));
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  };
}

async function start(jobs: Jobs, spec: unknown, path: string): Promise<JobStatus> {
  try {
    return await jobs.start(spec);
  } catch (error) {
    if (!(error instanceof RequestError && error.code === "JOB_RUNNING") || jobs.running === null) throw error;
    const headers = { Location: `${path}/${jobs.running.id}` };
    throw new RequestError(error.status, error.code, error.message, { headers, cause: error });
  }
}

function find(jobs: Jobs, id: string): JobStatus {
  const status = jobs.get(id);
  if (status === null) throw new RequestError(404, "JOB_NOT_FOUND", "there is no job of this id, or no longer");
  return status;
}

function failure({ id, error }: JobStatus): Error {
  const { code, message } = error!;
  const status = STATUS_OF[code];
  return status === undefined
    ? new Error(`job ${id} failed: ${code}, ${message}`)
    : new RequestError(status, code, message);
}

/** Null where the service stops before the job ends: the client comes back, and follows it on. */
function endOf(jobs: Jobs, id: string): { readonly type: string; readonly data: JobStatus } | null {
  const status = jobs.get(id);
  return status === null || status.state === "running" ? null : { type: "ended", data: status };
}

function prefersAsync(req: Request): boolean {
  const preferences = (req.get("Prefer") ?? "").toLowerCase().split(",");
  return preferences.some((preference) => preference.split(";")[0]!.trim() === "respond-async");
}

/** The number of the last event that the client has; a header is newer than the address that it was sent with. */
function lastEventOf(req: Request): number {
  const text = req.get("Last-Event-ID") ?? req.query.after ?? "0";
  if (typeof text === "string" && /^[0-9]{1,15}$/.test(text)) return Number(text);
  throw new RequestError(400, "BAD_EVENT_ID", "the number of an event is made of up to 15 digits", { path: ["after"] });
}

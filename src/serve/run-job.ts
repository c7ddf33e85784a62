import { InvalidParameterError, TrellisError } from "../core/errors.js";
import { lockJobFolder } from "../node/job-folders.js";
import { setNiceness } from "../node/niceness.js";
import {
  failureOf,
  isEventType,
  type JobMessage,
  type JobTask,
  MAX_EVENT,
  MAX_RESULT,
  readTask,
  UNEXPECTED,
} from "./job-messages.js";
import type { JobContext } from "./jobs.js";

/**
 * What the script of `openJobs` calls: does the work of a job in this process, which `openJobs` started. Its niceness is
 * set before the work begins, and it ends with the service, however that ends.
 *
 * After a kill the same work is called again with the same spec and folder: what it keeps there lets it go on. An event that it had not
 * told before counts as progress; a process that dies three times in a row without any has failed.
 *
 * @param work resolves with the result, plain JSON of at most 4 MiB; what it throws has failed the job, with the `code` that the
 * error has, or WORK_FAILED. It rejects soon after its signal is aborted
 * @throws TrellisError in a process that `openJobs` did not start
 */
export function runJob(work: (spec: unknown, context: JobContext) => Promise<unknown>): void {
  if (process.send === undefined) {
    throw new TrellisError(
      "runJob must be called in a process that openJobs has started, by its option script",
      "NO_JOB",
    );
  }
  const controller = new AbortController();
  process.on("SIGTERM", () => controller.abort());
  // Ctrl-C in a terminal goes to all processes; the service decides what becomes of the job.
  process.on("SIGINT", () => {});
  // The service has ended, or has read the last message.
  process.on("disconnect", () => process.exit());
  process.once("message", async (message) => {
    const task = readTask(message);
    if (task === null) throw new TrellisError("the first message to a job's process must be its task", "NO_JOB");
    setNiceness(task.nice);
    const lock = await lockJobFolder(task.folder);
    const outcome = await outcomeOf(work, task, controller.signal);
    await lock.release();
    tell(outcome);
  });
}

async function outcomeOf(
  work: (spec: unknown, context: JobContext) => Promise<unknown>,
  { id, folder, spec }: JobTask,
  signal: AbortSignal,
): Promise<JobMessage> {
  try {
    signal.throwIfAborted();
    const result = await work(spec, { id, folder, signal, emit });
    checkJson(result, MAX_RESULT, "the result of a job");
    return { type: "completed", result };
  } catch (error) {
    if (signal.aborted) return { type: "stopped" };
    const failure = failureOf(error);
    if (failure.code === UNEXPECTED) console.error(error); // Whoever mends it needs more than the message.
    return { type: "failed", failure };
  }
}

function emit(type: string, data: unknown): void {
  if (!isEventType(type)) {
    throw new InvalidParameterError(
      `the type of an event must be like "fold-scored"; got ${JSON.stringify(type)}`,
      "type",
    );
  }
  checkJson(data, MAX_EVENT, `the data of event ${type}`);
  tell({ type: "event", event: type, data });
}

function checkJson(value: unknown, max: number, what: string): void {
  let length: number;
  try {
    length = JSON.stringify(value ?? null).length;
  } catch (error) {
    throw new InvalidParameterError(`${what} must be plain JSON: ${(error as Error).message}`, "data");
  }
  if (length > max)
    throw new InvalidParameterError(`${what} may have ${max} characters as JSON; got ${length}`, "data");
}

function tell(message: JobMessage): void {
  // Where the service has just ended, this process is about to.
  if (process.connected) process.send!(message, undefined, {}, () => {});
}

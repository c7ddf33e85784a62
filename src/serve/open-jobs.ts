import { InvalidParameterError } from "../core/errors.js";
import { JobFolders } from "../node/job-folders.js";
import { canonicalJson } from "./canonical-json.js";
import { readEvents } from "./event-log.js";
import { draining, JobRun, type RunOptions, readOnly } from "./job-run.js";
import { readStatus } from "./job-status.js";
import type { JobEvent, JobStatus, Jobs, JobsOptions } from "./jobs.js";
import { RequestError } from "./request-error.js";

/** Folders of jobs that are kept. */
const KEPT = 20;
/** Timers count no further than this, 24 days. */
const MAX_SECONDS = 2 ** 31 / 1000 - 1;

/**
 * Opens the jobs of a folder, and goes on with the one that a process left unfinished. A folder that cannot be written to can
 * be read, and starts nothing.
 *
 * A job has a folder of its own, `<folder>/<id>`: `status.json`, its events, and what its work keeps there. The newest 20 are kept.
 *
 * @throws InvalidParameterError; FileError, also where another process has opened the folder
 */
export async function openJobs(options: JobsOptions): Promise<Jobs> {
  const { script, nice = 19, maxSeconds = 6 * 3600, resume = "auto", onCompleted, onChange } = options;
  if (!Number.isInteger(nice) || nice < -20 || nice > 19) {
    throw new InvalidParameterError(`nice of openJobs must be an integer from -20 to 19; got ${nice}`, "nice");
  }
  if (!(maxSeconds > 0 && maxSeconds <= MAX_SECONDS)) {
    const message = `maxSeconds of openJobs must be a number above 0, up to ${MAX_SECONDS}; got ${maxSeconds}`;
    throw new InvalidParameterError(message, "maxSeconds");
  }
  const run = { script, nice, maxSeconds, ...(onCompleted && { onCompleted }), ...(onChange && { onChange }) };
  const jobs = new OpenJobs(await JobFolders.open(options.folder), run);
  await jobs.takeUp(resume);
  return jobs;
}

/** The job that runs; `ended` resolves when it is no longer that one. */
interface Current {
  readonly run: JobRun;
  readonly ended: Promise<JobStatus>;
}

class OpenJobs implements Jobs {
  readonly #folders: JobFolders;
  readonly #options: RunOptions;
  /** Those that have ended, and those that nobody goes on with for now; by id, oldest first. */
  readonly #past = new Map<string, JobStatus>();
  #current: Current | null = null;
  #stopped: Promise<void> | null = null;

  constructor(folders: JobFolders, options: RunOptions) {
    this.#folders = folders;
    this.#options = options;
  }

  /** Reads what there is, and goes on with the newest job that has not ended. */
  async takeUp(resume: "auto" | "off"): Promise<void> {
    for (const [id, value] of await this.#folders.statuses()) {
      const status = readStatus(id, value);
      if (status !== null) this.#past.set(id, status);
    }
    if (this.#folders.isReadOnly) return;
    const unfinished = [...this.#past.values()].filter(({ state }) => state === "running");
    const newest = resume === "auto" ? unfinished.pop() : undefined;
    for (const status of unfinished) await this.#giveUp(status);
    if (newest === undefined) return;
    try {
      await this.#begin({ ...newest, resumed: newest.resumed + 1 }).begun;
    } catch (error) {
      this.#past.set(newest.id, newest);
      process.emitWarning(`job ${newest.id} cannot go on: ${(error as Error).message}`);
    }
  }

  get running(): JobStatus | null {
    return this.#current?.run.status ?? null;
  }

  async start(spec: unknown): Promise<JobStatus> {
    if (this.#stopped !== null) throw draining();
    const asked: unknown = JSON.parse(JSON.stringify(spec ?? null));
    const run = this.#current?.run ?? this.#startNew(asked);
    if (canonicalJson(run.status.spec) !== canonicalJson(asked)) {
      const message = `job ${run.status.id} is running, with another spec; wait until it has ended, or cancel it`;
      throw new RequestError(409, "JOB_RUNNING", message);
    }
    await run.begun;
    return run.status;
  }

  get(id: string): JobStatus | null {
    return this.#runOf(id)?.run.status ?? this.#past.get(id) ?? null;
  }

  list(): readonly JobStatus[] {
    const past = [...this.#past.values()].reverse();
    return this.#current === null ? past : [this.#current.run.status, ...past];
  }

  async ended(id: string, signal?: AbortSignal): Promise<JobStatus> {
    signal?.throwIfAborted();
    const status = this.#find(id);
    const current = this.#runOf(id);
    if (current !== null) return unlessAborted(current.ended, signal);
    if (status.state === "running") throw draining();
    return status;
  }

  events(
    id: string,
    { after = 0, signal }: { readonly after?: number; readonly signal?: AbortSignal } = {},
  ): AsyncIterable<JobEvent> {
    this.#find(id);
    const current = this.#runOf(id);
    return current === null ? this.#pastEvents(id, after) : eventsOf(current.run, after, signal);
  }

  async cancel(id: string): Promise<boolean> {
    const status = this.#find(id);
    const current = this.#runOf(id);
    if (current === null && status.state === "running") throw draining();
    current?.run.cancel();
    return current !== null && (await current.ended).state === "cancelled";
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    await this.#current?.run.stop();
    await this.#folders.close();
  }

  #startNew(spec: unknown): JobRun {
    if (this.#folders.isReadOnly) throw readOnly();
    const startedAt = new Date().toISOString();
    const id = this.#folders.nextId();
    return this.#begin({ id, state: "running", spec, startedAt, endedAt: null, resumed: 0, result: null, error: null });
  }

  #begin(status: JobStatus): JobRun {
    const run = new JobRun(status, this.#folders, this.#options);
    this.#past.delete(status.id);
    this.#current = { run, ended: this.#filed(run) };
    this.#current.ended.catch(() => {}); // Whoever waits for it is told.
    return run;
  }

  /** Waits for a job's end and puts it with the others. */
  async #filed(run: JobRun): Promise<JobStatus> {
    try {
      await run.begun;
      return await run.ended.finally(() => this.#past.set(run.status.id, run.status));
    } finally {
      this.#current = null;
      await this.#removeOld();
    }
  }

  async #removeOld(): Promise<void> {
    const removed = await this.#folders.removeOld(KEPT);
    for (const id of removed) this.#past.delete(id);
  }

  async #giveUp(status: JobStatus): Promise<void> {
    const error = { code: "INTERRUPTED", message: "the service ended while the job ran, and did not go on with it" };
    const failed: JobStatus = { ...status, state: "failed", endedAt: new Date().toISOString(), error };
    this.#past.set(status.id, failed);
    await this.#folders.write(status.id, failed).catch((error) => process.emitWarning(error));
  }

  #runOf(id: string): Current | null {
    return this.#current?.run.status.id === id ? this.#current : null;
  }

  #find(id: string): JobStatus {
    const status = this.get(id);
    if (status === null) throw new RequestError(404, "JOB_NOT_FOUND", "there is no job of this id, or no longer");
    return status;
  }

  async *#pastEvents(id: string, after: number): AsyncGenerator<JobEvent> {
    for await (const event of readEvents(this.#folders.eventsOf(id))) if (event.id > after) yield event;
  }
}

async function* eventsOf(run: JobRun, after: number, signal?: AbortSignal): AsyncGenerator<JobEvent> {
  yield* (await run.log).read(after, signal);
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

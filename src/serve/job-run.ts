import { isReadOnly, type JobFolders } from "../node/job-folders.js";
import { EventLog } from "./event-log.js";
import { failureOf, type JobFailure } from "./job-messages.js";
import { GRACE, JobProcess } from "./job-process.js";
import type { JobState, JobStatus, JobsOptions } from "./jobs.js";
import { RequestError } from "./request-error.js";

/** Deaths of its process, one after the other and without progress, after which a job has failed. */
const MAX_DEATHS = 3;
/** Seconds that the work has to stop when the service ends. */
const STOP_GRACE = 10;

/** How a job ended. */
interface Ending {
  readonly state: JobState;
  readonly result?: unknown;
  readonly error?: JobFailure | null;
}

export type RunOptions = Required<Pick<JobsOptions, "script" | "nice" | "maxSeconds">> &
  Pick<JobsOptions, "onCompleted" | "onChange">;

/** A job from its start, or from where it is taken up, to its end. */
export class JobRun {
  /** Resolves when the job is on disk. */
  readonly begun: Promise<void>;
  /** Resolves when the job has ended; rejects when the service stops first. */
  readonly ended: Promise<JobStatus>;
  readonly log: Promise<EventLog>;
  readonly #folders: JobFolders;
  readonly #options: RunOptions;
  #status: JobStatus;
  #process: JobProcess | null = null;
  /** How it is to end as soon as its process has. */
  #asked: Ending | null = null;
  #isStopping = false;

  /** @param status of a new job, or of one to go on with, which was resumed once more */
  constructor(status: JobStatus, folders: JobFolders, options: RunOptions) {
    this.#status = status;
    this.#folders = folders;
    this.#options = options;
    const stored = status.resumed === 0 ? folders.create(status.id, status) : folders.write(status.id, status);
    this.log = stored.then(() => EventLog.open(folders.eventsOf(status.id)));
    this.begun = this.log.then(
      () => {},
      (error) => {
        throw storageError(error);
      },
    );
    this.ended = this.begun.then(() => this.#run());
    this.ended.catch(() => {}); // Whoever waits for it is told.
  }

  get status(): JobStatus {
    return this.#status;
  }

  /** Ends it for good, unless it has ended by itself meanwhile. */
  cancel(): void {
    this.#end({ state: "cancelled", error: { code: "CANCELLED", message: "the job was cancelled" } });
  }

  /** Ends the process, and leaves the job to be gone on with. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#process?.end(STOP_GRACE);
    await this.ended.catch(() => {});
    await (await this.log.catch(() => null))?.end();
  }

  #end(ending: Ending): void {
    this.#asked ??= ending;
    this.#process?.end(GRACE);
  }

  async #run(): Promise<JobStatus> {
    const { maxSeconds, onChange } = this.#options;
    onChange?.(this.#status);
    const late = { code: "TIMED_OUT", message: `the job took more than ${maxSeconds} s` };
    const timer = setTimeout(() => this.#end({ state: "timed-out", error: late }), maxSeconds * 1000);
    try {
      return await this.#finish(await this.#work());
    } finally {
      clearTimeout(timer);
    }
  }

  /** Starts processes until one has brought the job to its end. */
  async #work(): Promise<Ending> {
    const { id, spec } = this.#status;
    const { script, nice } = this.#options;
    const log = await this.log;
    for (let deaths = 0; ; ) {
      if (this.#isStopping) throw draining();
      if (this.#asked !== null) return this.#asked;
      let hasProgress = false;
      this.#process = new JobProcess(script, { id, folder: this.#folders.folderOf(id), spec, nice }, (type, data) => {
        if (log.add(type, data)) hasProgress = true;
      });
      const outcome = await this.#process.outcome;
      this.#process = null;
      if (this.#isStopping || this.#asked !== null) continue;
      if (outcome.type === "completed") return this.#accepted(outcome.result);
      if (outcome.type === "failed") return { state: "failed", error: outcome.failure };
      deaths = hasProgress ? 0 : deaths + 1;
      if (deaths === MAX_DEATHS) {
        const message = `its process ended ${deaths} times without progress (${outcome.how})`;
        return { state: "failed", error: { code: "PROCESS_DIED", message } };
      }
      await this.#resumed();
    }
  }

  /** The result counts once the service has taken it over. */
  async #accepted(result: unknown): Promise<Ending> {
    try {
      await this.#options.onCompleted?.({ ...this.#status, result });
      return { state: "completed", result };
    } catch (error) {
      return { state: "failed", error: failureOf(error) };
    }
  }

  async #resumed(): Promise<void> {
    await this.#change({ ...this.#status, resumed: this.#status.resumed + 1 });
    this.#options.onChange?.(this.#status);
  }

  async #finish({ state, result = null, error = null }: Ending): Promise<JobStatus> {
    await this.#folders.tidy(this.#status.id);
    await this.#change({ ...this.#status, state, endedAt: new Date().toISOString(), result, error });
    await (await this.log).end();
    this.#options.onChange?.(this.#status);
    return this.#status;
  }

  /** Where the disk takes nothing any more, the service goes on with what it knows. */
  async #change(status: JobStatus): Promise<void> {
    try {
      await this.#folders.write(status.id, status);
    } catch (error) {
      process.emitWarning(error as Error);
    }
    this.#status = status;
  }
}

export function draining(): RequestError {
  const message = "the service is stopping; a job that runs goes on when it starts again";
  return new RequestError(503, "DRAINING", message, { retryAfter: 5 });
}

export function readOnly(cause?: Error): RequestError {
  return new RequestError(503, "STORAGE_READONLY", "the storage is read-only, so that no job can be started", {
    cause,
  });
}

function storageError(error: Error): RequestError {
  if (isReadOnly(error)) return readOnly(error);
  return new RequestError(503, "STORAGE_FAILED", "the job could not be stored", { cause: error });
}

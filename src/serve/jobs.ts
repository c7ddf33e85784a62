/** "running" also names a job that a process left unfinished and that the next one goes on with. */
export type JobState = "running" | "completed" | "failed" | "cancelled" | "timed-out";

/** Work in a process of its own, as it stands. Plain JSON. */
export interface JobStatus {
  /** By which it is asked for. */
  readonly id: string;
  readonly state: JobState;
  /** What was asked for. */
  readonly spec: unknown;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** How often it went on after its process or the service had ended. */
  readonly resumed: number;
  /** What the work returned, once it is completed. */
  readonly result: unknown;
  /** Why it failed. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What happened in a job; numbered from 1, so that a reader that was cut off goes on where it was. */
export interface JobEvent {
  readonly id: number;
  readonly type: string;
  readonly data: unknown;
}

/** Long work, one at a time, in a child process of low priority; it goes on after a kill at the next start. */
export interface Jobs {
  /** The one that runs, or null. */
  readonly running: JobStatus | null;
  /**
   * Starts a job, or joins the running one if it has the same spec.
   * @throws RequestError 409 JOB_RUNNING that names the running job; 503 STORAGE_READONLY, STORAGE_FAILED, DRAINING
   */
  start(spec: unknown): Promise<JobStatus>;
  /** What is known of a job; null for one that there is not, or not any more. */
  get(id: string): JobStatus | null;
  /** Newest first. */
  list(): readonly JobStatus[];
  /**
   * Resolves when the job has ended, however it ended.
   * @throws RequestError 404 JOB_NOT_FOUND; 503 DRAINING when the service stops first
   */
  ended(id: string, signal?: AbortSignal): Promise<JobStatus>;
  /**
   * Events after number `after` (default 0), those of the past too, of which the newest 8 MiB are kept; ends with the job, or with
   * the service.
   * @throws RequestError 404 JOB_NOT_FOUND
   */
  events(id: string, options?: { readonly after?: number; readonly signal?: AbortSignal }): AsyncIterable<JobEvent>;
  /**
   * Ends it for good, within 2 seconds. False for one that has ended.
   * @throws RequestError 404 JOB_NOT_FOUND
   */
  cancel(id: string): Promise<boolean>;
  /** Ends the child; the job stays unfinished, and the next start of the service goes on with it. */
  stop(): Promise<void>;
}

/** Of `openJobs`. */
export interface JobsOptions {
  /** The script of the child process, which calls `runJob`. */
  readonly script: URL;
  /** Folder of specs, states and whatever the work keeps there to go on after a kill. */
  readonly folder: string;
  /** Niceness of the child, -20 to 19. Default 19. */
  readonly nice?: number;
  /** A job that takes longer is stopped; counted anew when the service starts anew. Default 6 hours. */
  readonly maxSeconds?: number;
  /** What a start does with a job that was left unfinished: "auto" goes on with it, with "off" it has failed. Default "auto". */
  readonly resume?: "auto" | "off";
  /** Called before a job counts as completed; where it rejects, the job has failed. Loads new models, for example. */
  readonly onCompleted?: (status: JobStatus) => Promise<void>;
  /** Called when a job has started, has gone on after a kill, and has ended. */
  readonly onChange?: (status: JobStatus) => void;
}

/** What a job's work is given. */
export interface JobContext {
  readonly id: string;
  /** The job's own folder, the same after a kill. */
  readonly folder: string;
  /** Aborted when the job is cancelled or the service ends. */
  readonly signal: AbortSignal;
  /**
   * Tells whoever watches.
   *
   * @param type like "fold-scored"; not "ended", "error", "message" or "open"
   * @param data plain JSON of at most 1 MiB
   */
  emit(type: string, data: unknown): void;
}

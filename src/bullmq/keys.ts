/** The beginning of all keys, BullMQ's own (`trellis:<queue>:...`) and ours. */
export const PREFIX = "trellis";

/** Seconds after which Redis drops what a pool has left behind that died; living pools put it off. */
export const LIFETIME_S = 600;

/** Pools tell on it the calls that are not wanted any more. */
export const stopChannel = (queue: string): string => `${PREFIX}:${queue}:stop`;

/** Set of the ids of workers, and what one of them can do at once. */
export const workersKey = (queue: string): string => `${PREFIX}:${queue}:workers`;
export const workerKey = (queue: string, id: string): string => `${PREFIX}:${queue}:worker:${id}`;

/** The keys of one pool's run. Every pool has a run of its own, so that pools on one Redis do not meet. */
export interface RunKeys {
  /** There as long as the pool is. */
  readonly run: string;
  /** Set of the keys of all contents. */
  readonly contents: string;
  content(hash: string): string;
  /** The calls of a job, as long as it waits for its answer. */
  calls(job: number): string;
  answer(job: number): string;
}

export function keysOf(queue: string, run: string): RunKeys {
  const base = `${PREFIX}:${queue}:run:${run}`;
  return {
    run: base,
    contents: `${base}:contents`,
    content: (hash) => `${base}:content:${hash}`,
    calls: (job) => `${base}:calls:${job}`,
    answer: (job) => `${base}:answer:${job}`,
  };
}

/** BullMQ's id of a job. It may be done twice, if its worker seemed dead; it has one answer. */
export const jobIdOf = (run: string, job: number): string => `${run}-${job}`;

/** How pools name one of a job's calls on the channel of stops. */
export const callIdOf = (jobId: string, index: number): string => `${jobId}-${index}`;

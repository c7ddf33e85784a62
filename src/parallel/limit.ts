import { InvalidParameterError } from "../core/errors.js";
import type { KernelBuild } from "../kernels/kernel.js";
import type { Memory } from "./memory.js";
import type { KernelCall, Pool } from "./pool.js";
import { TaskQueue } from "./task-queue.js";

/** A view of a pool that keeps at most `width` of its calls in flight, first come, first served. */
class LimitedPool implements Pool {
  readonly width: number;
  readonly #pool: Pool;
  readonly #waiting = new TaskQueue();
  #running = 0;

  constructor(pool: Pool, width: number) {
    this.#pool = pool;
    this.width = width;
  }

  get kernels(): KernelBuild {
    return this.#pool.kernels;
  }

  get memory(): Memory {
    return this.#pool.memory;
  }

  run(call: KernelCall, signal?: AbortSignal): Promise<void> {
    const settled = this.#waiting.add(call, signal);
    this.#feed();
    return settled;
  }

  #feed(): void {
    while (this.#running < this.width) {
      const task = this.#waiting.shift();
      if (task === undefined) return;
      this.#running++;
      this.#pool
        .run(task.call, task.signal)
        .then(task.resolve, task.reject)
        .finally(() => {
          this.#running--;
          this.#feed();
        });
    }
  }

  close(): Promise<void> {
    return this.#waiting.close();
  }
}

/**
 * A view of `pool` with at most `n` calls in flight at a time, for `nJobs`. It shares the pool's memory and workers;
 * closing it leaves the pool open.
 *
 * @param n - an integer >= 1; the pool's own width if that is smaller
 */
export function limit(pool: Pool, n: number): Pool {
  if (!(Number.isInteger(n) && n >= 1))
    throw new InvalidParameterError(`n of limit must be an integer >= 1; got ${n}`, "n");
  return n >= pool.width ? pool : new LimitedPool(pool, n);
}

/** How many calls at once `nJobs` means: null and -1 are as many as the pool is wide. */
export function jobsOf(nJobs: number | null, pool: Pool): number {
  return nJobs === null || nJobs === -1 ? pool.width : nJobs;
}

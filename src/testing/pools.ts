import type { KernelBuild } from "../kernels/kernel.js";
import type { Memory } from "../parallel/memory.js";
import type { KernelCall, Pool } from "../parallel/pool.js";
import { threadPool } from "../parallel/thread-pool.js";

/**
 * The pools that suites run on, each made when it is first asked for: the calling thread alone, and pools of workers
 * that get every call, however small, so that small data show what large data would.
 */
export class CheckPools {
  readonly #made = new Map<string, Pool>();

  /** The calling thread alone. */
  get inline(): Pool {
    return this.#pool("inline", () => threadPool({ workers: 0 }));
  }

  /** So many workers over one shared memory. */
  workers(count: number): Pool {
    return this.#pool(`${count} workers`, () => new WorkersOnly(threadPool({ workers: count })));
  }

  /** Two workers with memories of their own. */
  get apart(): Pool {
    return this.#pool("2 workers apart", () => new WorkersOnly(threadPool({ workers: 2, sharedMemory: false })));
  }

  /** By name, the bytes that are allocated in each pool's memory now. */
  used(): ReadonlyMap<string, number> {
    return new Map([...this.#made].map(([name, pool]) => [name, pool.memory.used]));
  }

  /** Ends the workers of all its pools. */
  async close(): Promise<void> {
    await Promise.all([...this.#made.values()].map((pool) => pool.close()));
    this.#made.clear();
  }

  #pool(name: string, make: () => Pool): Pool {
    let pool = this.#made.get(name);
    if (pool === undefined) this.#made.set(name, (pool = make()));
    return pool;
  }
}

/** A pool that does something else than the one it stands before; closing it leaves that one open. */
abstract class PoolBefore implements Pool {
  constructor(protected readonly pool: Pool) {}

  get width(): number {
    return this.pool.width;
  }

  get kernels(): KernelBuild {
    return this.pool.kernels;
  }

  get memory(): Memory {
    return this.pool.memory;
  }

  abstract run(call: KernelCall, signal?: AbortSignal): Promise<void>;

  async close(): Promise<void> {}
}

/** No call is cheap enough for the calling thread. */
class WorkersOnly extends PoolBefore {
  run(call: KernelCall, signal?: AbortSignal): Promise<void> {
    return this.pool.run({ ...call, cost: Number.POSITIVE_INFINITY }, signal);
  }

  override close(): Promise<void> {
    return this.pool.close();
  }
}

/** Calls `then` right after the call of that number (from 0) has been started. */
export class WatchedPool extends PoolBefore {
  calls = 0;

  constructor(
    pool: Pool,
    readonly at: number,
    readonly then: () => void,
  ) {
    super(pool);
  }

  async run(call: KernelCall, signal?: AbortSignal): Promise<void> {
    const running = this.pool.run(call, signal);
    if (this.calls++ === this.at) this.then();
    return running;
  }
}

/** The call of that number (from 0) fails, all others are done. */
export class FailingPool extends PoolBefore {
  calls = 0;

  constructor(
    pool: Pool,
    readonly at: number,
    readonly error: Error,
  ) {
    super(pool);
  }

  async run(call: KernelCall, signal?: AbortSignal): Promise<void> {
    if (this.calls++ === this.at) throw this.error;
    return this.pool.run(call, signal);
  }
}

import { InvalidParameterError } from "../core/errors.js";
import type { KernelBuild } from "../kernels/kernel.js";
import { InlinePool } from "./inline-pool.js";
import { Linker } from "./linker.js";
import { Memory, sharingWorks } from "./memory.js";
import type { KernelCall, Pool } from "./pool.js";
import { type Task, TaskQueue } from "./task-queue.js";
import { StartFailure, WorkerLane } from "./worker-lane.js";
import { coreCount, workersExist } from "./worker-port.js";

/**
 * Costs in nanoseconds, of a call to a worker that is there and of starting the first. Measured on two cores with
 * Node 20 and 24: a trip takes about 20 us, 50 us under load, and is worth it from the double on; a start takes 20 ms.
 */
const WORTH_A_TRIP = 100_000;
const COST_OF_START = 20_000_000;

export interface ThreadPoolOptions {
  /** Number of workers; default: one for each core. 0 does all work on the calling thread. */
  readonly workers?: number | undefined;
  /**
   * "auto" (default): workers share the pool's memory where the platform allows it. false: each has a memory of its own
   * and is sent copies; slower, with the same bits.
   */
  readonly sharedMemory?: "auto" | false | undefined;
  /**
   * "fast" (default): f32 kernels (those of neural networks) fuse products and sums where engine and processor can, with the same
   * bits on all machines that can. "portable": the same bits on every machine. All other kernels give them always.
   */
  readonly kernels?: KernelBuild | undefined;
}

/**
 * One flat queue, fed by the calling thread, and workers that take from it. Workers are started when the first call
 * comes that is worth one, and stay warm; idle ones do not keep a Node process alive.
 */
class ThreadPool implements Pool {
  readonly width: number;
  readonly kernels: KernelBuild;
  readonly memory: Memory;
  readonly #linker: Linker;
  readonly #inline: InlinePool;
  readonly #queue = new TaskQueue();
  readonly #lanes = new Set<WorkerLane>();
  /** How many workers to try for; fewer with each that could not be started, so that trying ends. */
  #mostLanes: number;
  /** Cost of the calls so far that were worth a trip. */
  #costSoFar = 0;

  constructor(workers: number, shared: boolean, kernels: KernelBuild) {
    this.width = Math.max(1, workers);
    this.kernels = kernels;
    this.memory = new Memory(shared);
    this.#mostLanes = workers;
    this.#linker = new Linker(this.memory, kernels);
    this.#inline = new InlinePool(this.memory, this.#linker);
  }

  run(call: KernelCall, signal?: AbortSignal): Promise<void> {
    if (!this.#worthAWorker(call)) return this.#inline.run(call, signal);
    const settled = this.#queue.add(call, signal);
    this.#dispatch();
    return settled;
  }

  /**
   * Workers are started as skis are bought: once the days of hiring have cost as much. So a program never pays more
   * than double for having started them, or for not having done so.
   */
  #worthAWorker({ cost }: KernelCall): boolean {
    if (this.#mostLanes === 0 || cost < WORTH_A_TRIP) return false;
    this.#costSoFar += cost;
    return this.#costSoFar >= COST_OF_START;
  }

  #dispatch(): void {
    for (const lane of this.#lanes) if (lane.gone) this.#lanes.delete(lane);
    while (!this.#queue.empty) {
      const lane = [...this.#lanes].find((each) => !each.busy) ?? this.#startLane();
      if (lane === undefined) return;
      void this.#perform(this.#queue.shift()!, lane);
    }
  }

  #startLane(): WorkerLane | undefined {
    if (this.#lanes.size >= this.#mostLanes) return undefined;
    const lane = new WorkerLane(this.memory, this.#linker);
    this.#lanes.add(lane);
    return lane;
  }

  async #perform(task: Task, lane: WorkerLane): Promise<void> {
    try {
      await lane.perform(task.call, task.signal);
      task.resolve();
    } catch (error) {
      if (error instanceof StartFailure) this.#doWithout(lane, task, error);
      else task.reject(error);
    }
    this.#dispatch();
  }

  /** A worker could not be started: go on with those that are there, or on the calling thread. */
  #doWithout(lane: WorkerLane, task: Task, { message }: StartFailure): void {
    this.#lanes.delete(lane);
    this.#queue.wait(task);
    const ready = [...this.#lanes].filter((each) => each.ready).length;
    const before = this.#mostLanes;
    this.#mostLanes = Math.max(ready, before - 1);
    if (this.#mostLanes > 0) return;
    if (before > 0) {
      console.warn(`Trellis runs its kernels on the calling thread because no worker could be started: ${message}`);
    }
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      this.#inline.run(next.call, next.signal).then(next.resolve, next.reject);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#queue.close(), this.#inline.close()]);
    await Promise.all([...this.#lanes].map((lane) => lane.end()));
  }
}

/**
 * A pool of worker threads (Node) or Web Workers (browsers). Where there are none, or none can be started, all work is
 * done on the calling thread, in slices; the bits are the same.
 *
 * @throws InvalidParameterError if `workers` is not an integer >= 0, or `kernels` is neither "fast" nor "portable"
 */
export function threadPool(options: ThreadPoolOptions = {}): Pool {
  const { workers = coreCount(), sharedMemory = "auto", kernels = "fast" } = options;
  if (!(Number.isInteger(workers) && workers >= 0)) {
    throw new InvalidParameterError(`workers of threadPool must be an integer >= 0; got ${workers}`, "workers");
  }
  if (kernels !== "fast" && kernels !== "portable") {
    throw new InvalidParameterError(
      `kernels of threadPool must be "fast" or "portable"; got ${String(kernels)}`,
      "kernels",
    );
  }
  const started = workersExist ? workers : 0;
  return new ThreadPool(started, started > 0 && sharedMemory === "auto" && sharingWorks(), kernels);
}

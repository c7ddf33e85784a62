import { KernelError, TrellisError } from "../core/errors.js";
import type { Kernel, KernelBuild, KernelModule } from "../kernels/kernel.js";
import { InlinePool } from "../parallel/inline-pool.js";
import { kernelFailed } from "../parallel/kernel-failure.js";
import { Linker } from "../parallel/linker.js";
import { type Block, Memory } from "../parallel/memory.js";
import { unlessAborted } from "../parallel/on-abort.js";
import type { KernelCall, Pool } from "../parallel/pool.js";
import { type Task, TaskQueue } from "../parallel/task-queue.js";
import { type Arithmetic, arithmeticHere } from "./arithmetic.js";
import type { RedisLocation } from "./connection.js";
import { type Content, hashOf, piecesOf, putParts } from "./content.js";
import type { RemoteAnswer, RemoteCall } from "./messages.js";
import { checksOf } from "./options.js";
import { Outbox } from "./outbox.js";
import { type Needs, PublishedBlocks } from "./published-blocks.js";
import { QueueError } from "./queue-error.js";
import { RemoteCalls } from "./remote-calls.js";

/** Cost in nanoseconds from which on a call is worth a trip through Redis, which takes some milliseconds of several processes. */
const WORTH_A_TRIP = 500_000;
/** One worker too is kept busy by two calls: one is on its way while it does the other. */
const LEAST_WIDTH = 2;
/** Calls for each worker that should wait, so that many go out in one job. */
const AHEAD = 8;

/** Of `bullmqPool`. */
export interface BullmqPoolOptions {
  /** Where Redis is. */
  readonly connection: RedisLocation;
  /** Name of BullMQ's queue, the same as the workers'. Default "trellis". */
  readonly queue?: string | undefined;
  /**
   * How many calls workers can do at once, an integer >= 1; at least two are under way. Default: what the workers that are there when
   * the pool is made can do. Bits do not depend on it.
   */
  readonly workers?: number | undefined;
  /** As in `threadPool`; workers whose processors round otherwise refuse calls of "fast" f32 kernels. Default "fast". */
  readonly kernels?: KernelBuild | undefined;
  /** Seconds, > 0, that calls wait for a Redis that is away, or for a first worker, before they fail. Default 60. */
  readonly patience?: number | undefined;
  /** Megabytes (2^20 bytes), > 0, of data that no call under way needs which Redis keeps for later calls. Default 1024. */
  readonly redisSize?: number | undefined;
}

/** A family's code as workers get it. */
interface PublishedCode {
  readonly hash: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether it is of the "fast" build and there is another. */
  readonly isSpecial: boolean;
}

/** Sends calls that are worth it to workers; the others are done on the calling thread. */
class BullmqPool implements Pool {
  readonly memory: Memory;
  readonly width: number;
  readonly ahead: number;
  readonly #calls: RemoteCalls;
  readonly #outbox: Outbox;
  readonly kernels: KernelBuild;
  readonly #arithmetic: Arithmetic;
  readonly #inline: InlinePool;
  readonly #tasks = new TaskQueue();
  readonly #blocks: PublishedBlocks;
  readonly #codes = new Map<KernelModule, Promise<PublishedCode>>();

  constructor(calls: RemoteCalls, workers: number, kernels: KernelBuild, arithmetic: Arithmetic, redisBytes: number) {
    this.memory = new Memory(false);
    this.width = Math.max(LEAST_WIDTH, workers);
    this.ahead = AHEAD * workers;
    this.#calls = calls;
    this.#outbox = new Outbox(workers, (asked) => calls.send(asked));
    this.kernels = kernels;
    this.#arithmetic = arithmetic;
    this.#inline = new InlinePool(this.memory, new Linker(this.memory, kernels));
    this.#blocks = new PublishedBlocks(this.memory, calls.contents, redisBytes);
  }

  run(call: KernelCall, signal?: AbortSignal): Promise<void> {
    if (call.cost < WORTH_A_TRIP && !this.#blocks.areAway(call)) return this.#inline.run(call, signal);
    const settled = this.#tasks.add(call, signal);
    for (let task = this.#tasks.shift(); task !== undefined; task = this.#tasks.shift()) void this.#perform(task);
    return settled;
  }

  /** What goes on after an abort, or after Redis was lost, writes to the call's blocks no more. */
  async #perform({ call, signal, resolve, reject }: Task): Promise<void> {
    const stop = new AbortController();
    try {
      await unlessAborted(this.#calls.watch.guard(this.#exchange(call, stop.signal)), signal);
      resolve();
    } catch (error) {
      stop.abort(error);
      if (error instanceof QueueError) this.#blocks.forget();
      reject(error);
    }
  }

  async #exchange(call: KernelCall, stop: AbortSignal): Promise<void> {
    const needs: Needs = new Set();
    try {
      if (call.cost < WORTH_A_TRIP) {
        await this.#blocks.bring(call);
        await this.#inline.run(call, stop);
        return;
      }
      const request = await this.#request(call, needs);
      const answer = await this.#outbox.ask(request, call.cost, stop);
      if (answer.kind === "failed") throw new KernelError(answer.message);
      if (answer.kind === "done") await this.#takeOver(call, answer, stop);
      else if (!stop.aborted) throw new KernelError("A worker has stopped a call that was wanted");
    } catch (error) {
      if (error instanceof TrellisError) throw error;
      throw new QueueError(`A call could not go through Redis: ${(error as Error).message}`, { cause: error });
    } finally {
      this.#blocks.release(needs);
    }
  }

  /** Stores what the call needs, and says what it is. */
  async #request({ kernel, args, reads, writes, scratch = [] }: KernelCall, needs: Needs): Promise<RemoteCall> {
    const pages = this.memory.wasm.buffer.byteLength / 65536;
    const [code, pieces] = await Promise.all([
      this.#publishCode(kernel, needs),
      this.#blocks.piecesFor(reads, writes, needs),
    ]);
    return {
      arithmetic: code.isSpecial ? this.#arithmetic : null,
      code: { hash: code.hash, bytes: code.bytes.length },
      kernel: kernel.name,
      args,
      pages,
      pieces,
      writes: writes.map(({ offset, bytes }) => ({ offset, bytes })),
      scratch: scratch.map(({ offset, bytes }) => ({ offset, bytes })),
    };
  }

  async #publishCode(kernel: Kernel, needs: Needs): Promise<PublishedCode> {
    const { module } = kernel;
    let loading = this.#codes.get(module);
    if (loading === undefined) {
      loading = this.#load(module);
      this.#codes.set(module, loading);
      loading.catch(() => this.#codes.delete(module));
    }
    const code = await loading.catch((error) => {
      throw kernelFailed(kernel, error);
    });
    await this.#blocks.store(code.hash, needs, () => code.bytes);
    return code;
  }

  async #load(module: KernelModule): Promise<PublishedCode> {
    const [code, portable] = await Promise.all([module.load(this.kernels), module.load("portable")]);
    const { name, memoryFlagAt } = code;
    const bytes = new Uint8Array(Buffer.from(JSON.stringify({ name, packed: code.packed, memoryFlagAt })));
    return { hash: hashOf(bytes), bytes, isSpecial: code.packed !== portable.packed };
  }

  async #takeOver(
    { writes, resident = [] }: KernelCall,
    { contents }: Extract<RemoteAnswer, { kind: "done" }>,
    stop: AbortSignal,
  ): Promise<void> {
    const pieces = writes.flatMap((block) => [...piecesOf(block)].map((range) => ({ block, range })));
    if (pieces.length !== contents.length)
      throw new KernelError("A worker's answer has not the pieces that were wanted");
    const stays = (block: Block, content: Content) => "hash" in content && resident.includes(block);
    for (const [i, { block, range }] of pieces.entries()) {
      if (stays(block, contents[i]!)) continue;
      const parts = await this.#calls.contents.read(contents[i]!, range.bytes);
      if (stop.aborted) return;
      putParts(parts, this.memory.wasm.buffer, range.offset);
    }
    for (const block of writes) this.memory.touch(block);
    for (const [i, { block, range }] of pieces.entries()) {
      const content = contents[i]!;
      if ("hash" in content) this.#blocks.adopt(block, range, content.hash, stays(block, content));
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#tasks.close(), this.#inline.close()]);
    await this.#calls.close();
  }
}

/**
 * A pool whose workers are processes that run `runBullmqWorker`, on this machine or others, and get calls through BullMQ on Redis.
 * Give it to `fit` or to a search as `pool`, and close it at the end: until then it keeps the process alive.
 *
 * Data travel once: what calls read is stored in Redis by the hash of its bytes, and workers keep it. A worker that dies costs the
 * call that it had, which another worker does again; each call has one answer, whoever gave it. Calls that take less than a trip
 * through Redis are done on the calling thread.
 *
 * @throws InvalidParameterError for an option outside of what is allowed; QueueError if Redis does not answer
 */
export async function bullmqPool(options: BullmqPoolOptions): Promise<Pool> {
  const { connection, queue = "trellis", workers, kernels = "fast", patience = 60, redisSize = 1024 } = options;
  const checks = checksOf("bullmqPool");
  checks.queue(queue);
  if (workers !== undefined) checks.count(workers, "workers");
  checks.check(kernels === "fast" || kernels === "portable", "kernels", '"fast" or "portable"', kernels);
  checks.positive(patience, "patience", "seconds");
  checks.positive(redisSize, "redisSize", "megabytes");
  const calls = await RemoteCalls.open(connection, queue, patience);
  try {
    const capacity = Math.max(1, workers ?? (await calls.capacity()));
    return new BullmqPool(calls, capacity, kernels, await arithmeticHere(), redisSize * 2 ** 20);
  } catch (error) {
    await calls.close();
    throw error;
  }
}

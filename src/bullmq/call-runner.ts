import type { Redis } from "ioredis";
import { KernelError } from "../core/errors.js";
import type { KernelCode, KernelModule } from "../kernels/kernel.js";
import type { Arithmetic } from "./arithmetic.js";
import type { ByteCache } from "./byte-cache.js";
import { type Content, hashOf, piecesOf, WRITTEN_ALONG } from "./content.js";
import { ContentStore } from "./content-store.js";
import { KernelHost } from "./kernel-host.js";
import { callIdOf, jobIdOf, keysOf, LIFETIME_S } from "./keys.js";
import { type RemoteAnswer, type RemoteCall, readCalls, readJob, writeAnswers } from "./messages.js";

/** Answers a job that waits for it, and only once. KEYS: its calls, its answer; ARGV: the answer, seconds. */
const ANSWER = `
  if redis.call("DEL", KEYS[1]) == 1 then redis.call("SET", KEYS[2], ARGV[1], "EX", ARGV[2]) end`;

/** Does calls: fetches what they need, runs kernels, stores answers. */
export class CallRunner {
  readonly #redis: Redis;
  readonly #queue: string;
  readonly #arithmetic: Arithmetic;
  readonly #cache: ByteCache;
  readonly #hosts = new Set<KernelHost>();
  readonly #idle: KernelHost[] = [];
  /** By the hash of their code, so that threads which have a module know it again. */
  readonly #modules = new Map<string, KernelModule>();
  /** What stops the calls of jobs under way, by their ids. */
  readonly #stops = new Map<string, AbortController>();

  constructor(redis: Redis, queue: string, arithmetic: Arithmetic, cache: ByteCache) {
    this.#redis = redis;
    this.#queue = queue;
    this.#arithmetic = arithmetic;
    this.#cache = cache;
  }

  /**
   * Does the calls of a job, unless they have been answered or are not waited for any more. It throws for nothing that a call is to
   * blame for: that is an answer too.
   *
   * @param data - of the job
   */
  async perform(data: unknown): Promise<void> {
    const { run, job } = readJob(data);
    const keys = keysOf(this.#queue, run);
    const message = await this.#redis.getBuffer(keys.calls(job));
    if (message === null) return;
    const calls = readCalls(message);
    const stops = calls.map(() => new AbortController());
    const ids = calls.map((_, i) => callIdOf(jobIdOf(run, job), i));
    for (const [i, id] of ids.entries()) this.#stops.set(id, stops[i]!);
    const host = this.#idle.pop() ?? this.#newHost();
    try {
      const store = new ContentStore(this.#redis, keys, this.#cache);
      const answers: RemoteAnswer[] = [];
      for (const [i, call] of calls.entries()) answers.push(await this.#answer(call, host, store, stops[i]!.signal));
      await this.#redis.eval(ANSWER, 2, keys.calls(job), keys.answer(job), writeAnswers(answers), LIFETIME_S);
    } finally {
      this.#idle.push(host);
      for (const id of ids) this.#stops.delete(id);
    }
  }

  /** The call is not wanted any more. */
  stop(id: string): void {
    this.#stops.get(id)?.abort();
  }

  async #answer(call: RemoteCall, host: KernelHost, store: ContentStore, signal: AbortSignal): Promise<RemoteAnswer> {
    if (signal.aborted) return { kind: "stopped" };
    try {
      return { kind: "done", contents: await this.#run(call, host, store, signal) };
    } catch (error) {
      if (signal.aborted) return { kind: "stopped" };
      const message = error instanceof Error ? error.message : String(error);
      if (error instanceof KernelError) return { kind: "failed", message };
      return { kind: "failed", message: `A worker could not run kernel "${call.kernel}": ${message}` };
    }
  }

  #newHost(): KernelHost {
    const host = new KernelHost();
    this.#hosts.add(host);
    return host;
  }

  async #run(
    call: RemoteCall,
    host: KernelHost,
    store: ContentStore,
    signal: AbortSignal,
  ): Promise<readonly Content[]> {
    const { arithmetic, kernel, writes } = call;
    if (arithmetic !== null && arithmetic !== this.#arithmetic) {
      throw new Error(
        `its processor rounds f32 sums otherwise than the pool's (${this.#arithmetic}, not ${arithmetic}), so the bits would differ; make the pool with kernels: "portable"`,
      );
    }
    const module = await this.#moduleOf(call.code, store);
    const read = (content: Content, bytes: number) => store.read(content, bytes);
    await host.perform({ ...call, kernel: { module, name: kernel } }, read, signal);
    const contents: Content[] = [];
    for (const range of writes.flatMap((range) => [...piecesOf(range)])) {
      const bytes = host.read(range);
      if (bytes.length <= WRITTEN_ALONG) {
        contents.push({ bytes: new Uint8Array(bytes) });
        continue;
      }
      const hash = hashOf(bytes);
      await store.put(hash, bytes);
      host.remember(range, hash);
      contents.push({ hash });
    }
    return contents;
  }

  async #moduleOf({ hash, bytes }: RemoteCall["code"], store: ContentStore): Promise<KernelModule> {
    const known = this.#modules.get(hash);
    if (known !== undefined) return known;
    const code = codeOf(await store.read({ hash }, bytes));
    const module = this.#modules.get(hash) ?? { name: code.name, load: async () => code };
    this.#modules.set(hash, module);
    return module;
  }

  async end(): Promise<void> {
    await Promise.all([...this.#hosts].map((host) => host.end()));
  }
}

/** @throws Error if it is no code of a family of kernels */
function codeOf(parts: readonly Uint8Array[]): KernelCode {
  const { name, packed, memoryFlagAt } = JSON.parse(Buffer.concat(parts).toString());
  const isCode = typeof name === "string" && typeof packed === "string" && /^[A-Za-z0-9+/]+={0,2}$/.test(packed);
  if (!isCode || !Number.isInteger(memoryFlagAt)) throw new Error("its module is no code of kernels");
  return { name, packed, memoryFlagAt };
}

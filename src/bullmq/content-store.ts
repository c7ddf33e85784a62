import type { Redis } from "ioredis";
import type { ByteCache } from "./byte-cache.js";
import { asBuffer, type Content, hashOf } from "./content.js";
import { LIFETIME_S, type RunKeys } from "./keys.js";
import { QueueError } from "./queue-error.js";

/** Bytes that are read at a time: joining the parts of large answers takes longer than more questions do. */
const PART_BYTES = 2 ** 20;

/** What a run keeps in Redis under the hash of its bytes. */
export class ContentStore {
  readonly #redis: Redis;
  readonly #keys: RunKeys;
  readonly #cache: ByteCache | undefined;

  /** @param cache - where to keep what was read */
  constructor(redis: Redis, keys: RunKeys, cache?: ByteCache) {
    this.#redis = redis;
    this.#keys = keys;
    this.#cache = cache;
  }

  async put(hash: string, bytes: Uint8Array): Promise<void> {
    const key = this.#keys.content(hash);
    const commands = this.#redis.pipeline();
    commands.sadd(this.#keys.contents, key).expire(this.#keys.contents, LIFETIME_S);
    commands.set(key, asBuffer(bytes), "EX", LIFETIME_S, "NX");
    for (const [error] of (await commands.exec()) ?? []) {
      if (error !== null) throw new QueueError(`Redis did not take ${bytes.length} bytes: ${error.message}`);
    }
  }

  /**
   * The parts of a content, one after the other, which must have so many bytes together.
   *
   * @throws QueueError if it is not there, or is not what its hash says
   */
  async read(content: Content, bytes: number): Promise<readonly Uint8Array[]> {
    const parts = "bytes" in content ? [content.bytes] : await this.#partsOf(content.hash, bytes);
    const found = parts.reduce((sum, { length }) => sum + length, 0);
    const what = "hash" in content ? `content ${content.hash}` : "content sent along";
    if (found === 0 && bytes > 0) {
      throw new QueueError(
        `${what} is not in Redis any more: set its maxmemory-policy to noeviction, and give it more memory`,
      );
    }
    if (found !== bytes) throw new QueueError(`${what} has not the ${bytes} bytes that it should have`);
    if ("hash" in content && hashOf(...parts) !== content.hash) {
      throw new QueueError(`${what} in Redis is not what its hash says`);
    }
    return parts;
  }

  #partsOf(hash: string, bytes: number): Promise<readonly Uint8Array[]> {
    const parts: Promise<Uint8Array>[] = [];
    for (let from = 0; from < bytes; from += PART_BYTES) {
      // One byte more than there should be shows what is too long, and no more of it is read.
      const last = from + PART_BYTES < bytes ? from + PART_BYTES - 1 : bytes;
      parts.push(this.#part(hash, from, last));
    }
    return Promise.all(parts);
  }

  async #part(hash: string, from: number, last: number): Promise<Uint8Array> {
    const name = `${hash}:${from}`;
    const cached = this.#cache?.get(name);
    if (cached !== undefined) return cached;
    const part = await this.#redis.getrangeBuffer(this.#keys.content(hash), from, last);
    this.#cache?.set(name, part);
    return part;
  }

  async drop(hashes: readonly string[]): Promise<void> {
    const keys = hashes.map((hash) => this.#keys.content(hash));
    await this.#redis.pipeline().unlink(keys).srem(this.#keys.contents, keys).exec();
  }
}

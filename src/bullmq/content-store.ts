import type { Redis } from "ioredis";
import { asBuffer, type Content, hashOf } from "./content.js";
import { LIFETIME_S, type RunKeys } from "./keys.js";
import { QueueError } from "./queue-error.js";

/** What a run keeps in Redis under the hash of its bytes. */
export class ContentStore {
  readonly #redis: Redis;
  readonly #keys: RunKeys;

  constructor(redis: Redis, keys: RunKeys) {
    this.#redis = redis;
    this.#keys = keys;
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
   * The content, which must have so many bytes.
   *
   * @throws QueueError if it is not there, or is not what its hash says
   */
  async get(content: Content, bytes: number): Promise<Uint8Array> {
    const found = await this.#read(content, bytes);
    if (found.length === bytes) return found;
    const what = "hash" in content ? `content ${content.hash}` : "content sent along";
    if (found.length > 0) throw new QueueError(`${what} has not the ${bytes} bytes that it should have`);
    throw new QueueError(
      `${what} is not in Redis any more: set its maxmemory-policy to noeviction, and give it more memory`,
    );
  }

  async #read(content: Content, bytes: number): Promise<Uint8Array> {
    if ("bytes" in content) return content.bytes;
    // One byte more than there should be shows what is too long, and no more of it is read.
    const found = await this.#redis.getrangeBuffer(this.#keys.content(content.hash), 0, bytes);
    if (found.length === bytes && hashOf(found) !== content.hash) {
      throw new QueueError(`content ${content.hash} in Redis is not what its hash says`);
    }
    return found;
  }

  async drop(hashes: readonly string[]): Promise<void> {
    const keys = hashes.map((hash) => this.#keys.content(hash));
    await this.#redis.pipeline().unlink(keys).srem(this.#keys.contents, keys).exec();
  }
}

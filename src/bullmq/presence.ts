import type { Redis } from "ioredis";
import { workerKey, workersKey } from "./keys.js";

/** Seconds after which a worker that is not heard of any more counts as gone. */
const LIFETIME_S = 10;
const RENEWAL_MS = 3000;

/** Says that a worker is there and can do so many calls at once, until the answered function is called. */
export function announce(redis: Redis, queue: string, concurrency: number): () => Promise<void> {
  const id = crypto.randomUUID();
  const key = workerKey(queue, id);
  const say = () => redis.pipeline().sadd(workersKey(queue), id).set(key, concurrency, "EX", LIFETIME_S).exec();
  const renewal = setInterval(() => void say().catch(() => {}), RENEWAL_MS); // Without Redis there is nobody to tell.
  void say().catch(() => {});
  return async () => {
    clearInterval(renewal);
    await redis.pipeline().srem(workersKey(queue), id).del(key).exec();
  };
}

/** How many calls all workers that are there can do at once. */
export async function capacityOf(redis: Redis, queue: string): Promise<number> {
  const ids = await redis.smembers(workersKey(queue));
  if (ids.length === 0) return 0;
  const found = await redis.mget(ids.map((id) => workerKey(queue, id)));
  const gone = ids.filter((_, i) => found[i] === null);
  if (gone.length > 0) await redis.srem(workersKey(queue), gone);
  return found.reduce((sum, concurrency) => sum + Number(concurrency ?? 0), 0);
}

import type { Pool } from "./pool.js";
import { threadPool } from "./thread-pool.js";

let pool: Pool | undefined;

/**
 * The pool of everybody who brings none: one worker for each core, started when they are first worth it, for the whole
 * process. It is the library's only global; it holds no settings and nobody closes it.
 */
export function defaultPool(): Pool {
  pool ??= threadPool();
  return pool;
}

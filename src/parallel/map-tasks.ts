import { onAbort } from "./on-abort.js";
import type { Pool } from "./pool.js";

/** How many tasks are kept going at a time: more than the pool's width, so that no worker waits for its next. */
export const lanesOf = ({ width, ahead = 1 }: Pool) => (width > 1 ? width + ahead : 1);

/**
 * Runs `count` tasks a pool's width ahead of the reader and yields their results in the order of their indices,
 * whatever the order in which they end.
 *
 * Each running task holds a slot: scratch blocks made once by `makeSlot` and used by one task after the other, so
 * scratch is needed per lane and not per task. `work` makes its `pool.run` calls with the signal that it is given and
 * reads what it needs out of the slot before it returns. Anything that must happen in order (sums!) belongs into the
 * reader's loop, not into `work`.
 *
 * ```ts
 * for await (const tree of mapTasks(pool, nTrees, () => makeScratch(scope), async (i, scratch, signal) => {
 *   await pool.run(growTree(i, data, scratch), signal);
 *   return readTree(pool.memory, scratch);
 * }, ctx.signal)) trees.push(tree);
 * ```
 *
 * When the reader breaks, a task fails or the signal aborts, no further task is started, the running ones are aborted
 * and awaited (so that their blocks can be freed), and then the generator ends, with the first error if there was one.
 *
 * @param count - number of tasks
 * @param makeSlot - makes the scratch of one lane; called at most `lanesOf(pool)` times
 * @param work - does task `index` with its slot
 * @throws the first error of a task, or the signal's reason
 */
export async function* mapTasks<Slot, Result>(
  pool: Pool,
  count: number,
  makeSlot: () => Slot,
  work: (index: number, slot: Slot, signal: AbortSignal) => Promise<Result>,
  signal?: AbortSignal,
): AsyncGenerator<Result, void, undefined> {
  signal?.throwIfAborted();
  const lanes = lanesOf(pool);
  const stop = new AbortController();
  const stopListening = onAbort(signal, () => stop.abort(signal?.reason));

  const slots: Slot[] = [];
  const pending = new Map<number, Promise<Result>>();
  let running = 0;
  let next = 0;
  let read = 0;

  const startOne = async (index: number, slot: Slot): Promise<Result> => {
    try {
      return await work(index, slot, stop.signal);
    } catch (error) {
      stop.abort(error);
      throw error;
    } finally {
      running--;
      slots.push(slot);
      feed();
    }
  };
  /** Starts what the lanes allow; twice the lanes may wait for the reader, so that a slow task holds up few others. */
  const feed = () => {
    while (next < count && running < lanes && next < read + 2 * lanes && !stop.signal.aborted) {
      const index = next++;
      running++;
      const task = startOne(index, slots.pop() ?? makeSlot());
      task.catch(() => {}); // It is awaited below, perhaps later than it fails.
      pending.set(index, task);
    }
  };

  try {
    for (; read < count; read++) {
      stop.signal.throwIfAborted();
      feed();
      const result = await pending.get(read)!; // Tasks start in order, so this one is among the started.
      pending.delete(read);
      yield result;
    }
  } finally {
    stop.abort();
    stopListening();
    await Promise.allSettled(pending.values());
  }
}

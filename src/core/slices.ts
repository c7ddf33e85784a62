import { EventLoop } from "../parallel/event-loop.js";

/** Runs `step(from, to)` over 0 .. count, `stride` at a time, giving the event loop a turn whenever one is due. */
export async function inSlices(
  count: number,
  stride: number,
  step: (from: number, to: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const loop = new EventLoop();
  for (let from = 0; from < count; from += stride) {
    if (loop.isDue) {
      await loop.turn();
      signal?.throwIfAborted();
    }
    step(from, Math.min(count, from + stride));
  }
}

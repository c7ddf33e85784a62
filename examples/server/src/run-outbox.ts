import type { Logger } from "pino";
import type { Tracker } from "trellis-learn/tracking";
import { sizeOfFolder } from "./folder-size.js";
import type { StateFolder } from "./state-folder.js";

const EVERY = 60_000;

/**
 * Sends what waits for MLflow, from time to time while nothing trains; a training sends it itself.
 * @returns what ends it
 */
export function replayOutbox(state: StateFolder, isTraining: () => boolean, log: Logger): () => void {
  let tracker: Tracker | null = null;
  const replay = async () => {
    if (isTraining()) return;
    if ((await sizeOfFolder(state.outbox)) === 0) {
      tracker = null;
      return;
    }
    // MLflow's part is loaded only where something waits.
    tracker ??= (await import("./training-runs.js")).runTracker(state);
    const { delivered } = await tracker.flush();
    if (delivered > 0) log.info({ delivered }, "MLflow has got what waited for it");
  };
  const look = () => replay().catch((error) => log.warn({ err: error }, "the outbox could not be sent"));
  const timer = setInterval(look, EVERY).unref();
  void look();
  return () => clearInterval(timer);
}

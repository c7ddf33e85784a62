import { relative, resolve } from "node:path";
import { mlrunsStore } from "trellis-learn/node";
import { recordingTracker, type Tracker } from "trellis-learn/tracking";

/** Where runs are remembered. */
export interface Runs {
  readonly tracker: Tracker;
  /** Waits for what is still to be written, and says where the runs are and how to look at them. */
  close(): Promise<string>;
}

/** In ./mlruns, where the command was typed. */
export function openRuns(experiment: string): Runs {
  const typedIn = process.env.INIT_CWD ?? ".";
  const folder = resolve(typedIn, "mlruns");
  const tracker = recordingTracker(mlrunsStore(folder, { experiment }));
  return {
    tracker,
    close: async () => {
      const { queued, lost, problem } = await tracker.flush();
      if (queued + lost > 0) return `Not all runs could be kept (${problem})`;
      const path = relative(typedIn, folder) || ".";
      return `Runs are in ${path}: MLFLOW_ALLOW_FILE_STORE=true mlflow ui --backend-store-uri ./${path}`;
    },
  };
}

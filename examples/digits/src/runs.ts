import { relative, resolve } from "node:path";
import { mlflowTracker } from "trellis-learn/mlflow";
import type { Tracker } from "trellis-learn/tracking";

/** Where runs are remembered. */
export interface Runs {
  readonly tracker: Tracker;
  /** Waits for what is still to be sent, and says where the runs are and how to look at them. */
  close(): Promise<string>;
}

/** At the server of MLFLOW_TRACKING_URI, or else in ./mlruns, where the command was typed. */
export function openRuns(experiment: string): Runs {
  const typedIn = process.env.INIT_CWD ?? ".";
  const folder = resolve(typedIn, "mlruns");
  const server = process.env.MLFLOW_TRACKING_URI;
  const outbox = resolve(typedIn, "mlruns-outbox");
  const tracker = mlflowTracker({ trackingUri: server || folder, experiment, outbox });
  return {
    tracker,
    close: async () => {
      const { queued, lost, problem } = await tracker.flush();
      if (lost > 0) return `Not all runs could be kept (${problem})`;
      if (queued > 0) return `Runs wait in ./mlruns-outbox, and are sent the next time (${problem})`;
      if (server) return "Runs are at the server of MLFLOW_TRACKING_URI";
      const path = relative(typedIn, folder) || ".";
      return `Runs are in ${path}: MLFLOW_ALLOW_FILE_STORE=true mlflow ui --backend-store-uri ./${path}`;
    },
  };
}

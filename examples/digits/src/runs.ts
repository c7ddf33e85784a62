import { relative, resolve } from "node:path";
import { mlflowTracker } from "trellis-learn/mlflow";
import type { Tracker } from "trellis-learn/tracking";

/** Where runs are remembered. */
export interface Runs {
  readonly tracker: Tracker;
  /** Waits for what is still to be sent, and says where the runs are and how to look at them. */
  close(): Promise<string>;
}

/** On the server or in the folder of MLFLOW_TRACKING_URI, else in the folder mlruns where the command was typed. */
export function openRuns(experiment: string): Runs {
  const typedIn = process.env.INIT_CWD ?? ".";
  const given = process.env.MLFLOW_TRACKING_URI || null;
  const folder = resolve(typedIn, "mlruns");
  const tracker = mlflowTracker({
    trackingUri: given ?? folder,
    experiment: process.env.MLFLOW_EXPERIMENT_NAME || experiment,
    outbox: resolve(typedIn, "mlruns-outbox"),
  });
  return {
    tracker,
    close: async () => {
      const { queued, lost, problem } = await tracker.flush();
      if (queued > 0) return `MLflow could not be reached (${problem}); ${queued} records wait in mlruns-outbox`;
      if (lost > 0) return `${lost} records of the runs are lost (${problem})`;
      // A URI may hold a password.
      if (given !== null) return `Runs are in MLflow: ${given.replace(/\/\/[^/]*@/, "//")}`;
      const path = `./${relative(typedIn, folder)}`;
      return `Runs are in ${path}: MLFLOW_ALLOW_FILE_STORE=true mlflow ui --backend-store-uri ${path}`;
    },
  };
}

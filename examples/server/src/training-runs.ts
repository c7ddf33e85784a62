import { mlflowTracker } from "trellis-learn/mlflow";
import type { Tracker } from "trellis-learn/tracking";
import type { StateFolder } from "./state-folder.js";

/** Where runs are remembered: in MLflow, or else in a folder in its layout. What it cannot take waits in the outbox. */
export function runTracker(state: StateFolder): Tracker {
  return mlflowTracker({
    trackingUri: process.env.MLFLOW_TRACKING_URI || state.runs,
    experiment: process.env.MLFLOW_EXPERIMENT_NAME || "mnist",
    outbox: state.outbox,
  });
}

/** The runs of a training. One that goes on after a kill goes on with the same runs, and nothing is logged twice. */
export function trainingRuns(id: string, state: StateFolder): Tracker {
  const tracker = runTracker(state);
  return {
    startRun: (name, options) => tracker.startRun(name, { key: `${name} of ${id}`, ...options }),
    flush: () => tracker.flush(),
  };
}

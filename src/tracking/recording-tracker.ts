import type { AnyEstimator } from "../core/estimator.js";
import { type DeliveryOptions, DeliveryQueue } from "./delivery-queue.js";
import { type ModelFiles, RecordedRun } from "./recorded-run.js";
import type { Files, RunStore } from "./records.js";
import type { Tracker } from "./tracker.js";

/** Of `recordingTracker`. */
export interface RecordingTrackerOptions extends DeliveryOptions {
  /** What a model is kept as. Default: one file, `model.trellis`, which `loadModel` and `fromBytes` read. */
  readonly modelFiles?: ModelFiles;
}

/**
 * A tracker over any store: what is logged becomes records, which wait in memory and are delivered in the background, in
 * batches and in order. Works in Node and in browsers.
 */
export function recordingTracker(store: RunStore, options: RecordingTrackerOptions = {}): Tracker {
  const queue = new DeliveryQueue(store, options);
  const { modelFiles = trellisFile } = options;
  return {
    startRun: (name, of = {}) => new RecordedRun(name, of, (record) => queue.add(record), modelFiles),
    flush: () => queue.flush(),
  };
}

async function trellisFile(estimator: AnyEstimator): Promise<Files> {
  const { toBytes } = await import("../persistence/to-bytes.js");
  return { "model.trellis": await toBytes(estimator) };
}

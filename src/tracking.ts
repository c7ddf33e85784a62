/**
 * Runs that are remembered: what a training was told, how it went and what came of it, kept by a tracker. Works in Node
 * and in browsers.
 *
 * @module trellis-learn/tracking
 */
export type { DeliveryOptions } from "./tracking/delivery-queue.js";
export type { MemoryModel, MemoryRun } from "./tracking/memory-store.js";
export { type MemoryTracker, memoryTracker } from "./tracking/memory-tracker.js";
export type { Outbox } from "./tracking/outbox.js";
export type { ModelFiles } from "./tracking/recorded-run.js";
export { type RecordingTrackerOptions, recordingTracker } from "./tracking/recording-tracker.js";
export {
  type Files,
  type MetricValue,
  RecordsRefusedError,
  type RunRecord,
  type RunStatus,
  type RunStore,
} from "./tracking/records.js";
export { type TrackableSearch, type TrackedSearch, type TrackOptions, track } from "./tracking/track.js";
export type { Delivery, ModelOptions, Run, RunOptions, Tracker } from "./tracking/tracker.js";

/**
 * Runs remembered in MLflow: on a server over its REST interface, or in a folder in its own layout. Works in Node, and with a server
 * also in browsers.
 *
 * @module trellis-learn/mlflow
 */
export { MlflowError, type MlflowErrorOptions } from "./tracking/mlflow-error.js";
export type { MlflowCredentials } from "./tracking/mlflow-server.js";
export { type MlflowTrackerOptions, mlflowTracker } from "./tracking/mlflow-tracker.js";

import { InvalidParameterError } from "../core/errors.js";
import { deferredOutbox, deferredStore } from "./deferred.js";
import type { DeliveryOptions } from "./delivery-queue.js";
import { MemoryOutbox } from "./memory-outbox.js";
import type { WriteFile } from "./mlflow-artifacts.js";
import { MlflowClient } from "./mlflow-client.js";
import { mlflowModelFiles } from "./mlflow-model.js";
import { type Environment, type MlflowCredentials, serverAt } from "./mlflow-server.js";
import { type Experiment, MlflowStore } from "./mlflow-store.js";
import type { Outbox } from "./outbox.js";
import { recordingTracker } from "./recording-tracker.js";
import type { RunStore } from "./records.js";
import { numberIn, retryPolicy } from "./retries.js";
import type { Tracker } from "./tracker.js";

export interface MlflowTrackerOptions extends MlflowCredentials, Omit<DeliveryOptions, "outbox"> {
  /**
   * "http://localhost:5000": a server of MLflow. "./mlruns", or a `file:` URI: a folder in MLflow's own layout, written
   * without any server (in Node). Default MLFLOW_TRACKING_URI, else "./mlruns".
   */
  readonly trackingUri?: string;
  /** Name of the experiment, which is created where there is none. Default MLFLOW_EXPERIMENT_NAME, else "Default". */
  readonly experiment?: string;
  /**
   * Folder where records wait that the server could not take, until a tracker of the same server and experiment sends
   * them. Null: they wait in memory, as they do in browsers. Default "./mlruns-outbox".
   */
  readonly outbox?: string | null;
  /** Bytes that may wait there. Default 1 GiB on disk, 128 MiB in memory. */
  readonly maxOutboxBytes?: number;
  /**
   * Seconds that one call may take; an upload is granted a second a megabyte more. Default MLFLOW_HTTP_REQUEST_TIMEOUT,
   * else 5.
   */
  readonly timeout?: number;
  /** Seconds that a record may take, with all attempts, before it is put by. Default 20. */
  readonly patience?: number;
}

/**
 * Remembers runs in MLflow, without its Python package. What is logged is sent in the background; what the server could
 * not take waits in the outbox, and is sent by this tracker or the next one. Nothing that happens at the server fails a
 * fit, and no fit waits for it.
 *
 * The environment is read as MLflow's Python client reads it: MLFLOW_TRACKING_URI, MLFLOW_TRACKING_USERNAME, _PASSWORD
 * and _TOKEN, MLFLOW_EXPERIMENT_NAME, MLFLOW_EXPERIMENT_ID, MLFLOW_HTTP_REQUEST_TIMEOUT, _MAX_RETRIES, _BACKOFF_FACTOR
 * and _BACKOFF_JITTER.
 *
 * @throws InvalidParameterError for a trackingUri that is none
 */
export function mlflowTracker(options: MlflowTrackerOptions = {}): Tracker {
  const env: Environment = globalThis.process?.env ?? {};
  const uri = options.trackingUri ?? (env.MLFLOW_TRACKING_URI || "./mlruns");
  const experiment = experimentOf(options, env);
  // Of a path like C:\runs the C is no scheme.
  const isFolder = /^file:/i.test(uri) || !/^[a-z][a-z0-9+.-]+:/i.test(uri);
  if (isFolder) {
    return recordingTracker(folderStore(uri, experiment), { ...options, outbox: null, modelFiles: mlflowModelFiles });
  }
  const store = serverStore(uri, experiment, options, env);
  const outbox = outboxFor(`${store.name} ${JSON.stringify(experiment)}`, options);
  return recordingTracker(store, { ...options, outbox, modelFiles: mlflowModelFiles });
}

function serverStore(
  uri: string,
  experiment: Experiment,
  { timeout, patience = 20, ...credentials }: MlflowTrackerOptions,
  env: Environment,
): MlflowStore {
  const seconds = timeout ?? numberIn(env.MLFLOW_HTTP_REQUEST_TIMEOUT) ?? 5;
  const client = new MlflowClient(serverAt(uri, credentials, env), retryPolicy(env), seconds);
  const tags = sourceTags(credentials, env);
  return new MlflowStore(client, { experiment, tags, patience, writeFile: isNode() ? writeFile : null });
}

function folderStore(uri: string, experiment: Experiment): RunStore {
  if (!isNode()) {
    throw new InvalidParameterError("trackingUri must be an http: or https: URI where there is no disk", "trackingUri");
  }
  return deferredStore(`MLflow's folder ${uri}`, async () => {
    const { folderAt, mlrunsStore } = await disk();
    return mlrunsStore(folderAt(uri), "name" in experiment ? { experiment: experiment.name } : {});
  });
}

function outboxFor(
  destination: string,
  { outbox: folder = "./mlruns-outbox", maxOutboxBytes: maxBytes }: MlflowTrackerOptions,
): Outbox {
  if (folder === null || !isNode()) return new MemoryOutbox(maxBytes);
  return deferredOutbox(async () => {
    const { folderOutbox } = await disk();
    return folderOutbox(folder, destination, maxBytes === undefined ? {} : { maxBytes });
  });
}

function experimentOf({ experiment }: MlflowTrackerOptions, env: Environment): Experiment {
  const name = experiment ?? env.MLFLOW_EXPERIMENT_NAME;
  if (name) return { name };
  return env.MLFLOW_EXPERIMENT_ID ? { id: env.MLFLOW_EXPERIMENT_ID } : { name: "Default" };
}

/** What MLflow's Python client says of every run (mlflow/tracking/context/default_context.py). */
function sourceTags({ username }: MlflowCredentials, env: Environment): Record<string, string> {
  const names = [username, env.MLFLOW_TRACKING_USERNAME, env.LOGNAME, env.USER, env.LNAME, env.USERNAME];
  const user = names.find((name) => name);
  const program = globalThis.process?.argv?.[1];
  return {
    ...(user && { "mlflow.user": user }),
    ...(program && { "mlflow.source.name": program, "mlflow.source.type": "LOCAL" }),
  };
}

function isNode(): boolean {
  return globalThis.process?.versions?.node !== undefined;
}

const disk = () => import("../node/tracking-disk.js");

const writeFile: WriteFile = async (...file) => (await disk()).writeArtifact(...file);

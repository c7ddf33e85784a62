import { TrellisError } from "../core/errors.js";

/** How a run ended. */
export type RunStatus = "finished" | "failed" | "killed";

/** A value of a metric; `time` in milliseconds since 1970. */
export interface MetricValue {
  readonly key: string;
  readonly value: number;
  readonly step: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** Files by path inside a folder, "/" between its parts. */
export type Files = Readonly<Record<string, Uint8Array>>;

/**
 * One fact about a run: plain data, in the order in which it was logged, so that it can be put by and sent later. `run`
 * is the key that whoever logs gave the run; a store keeps it beside the run and finds the run by it, so that records
 * delivered twice, or by two processes one after the other, count once.
 */
export type RunRecord =
  | {
      readonly type: "run-started";
      readonly run: string;
      readonly name: string;
      /** Key of the run inside which this one is nested, or null. */
      readonly parent: string | null;
      /** Milliseconds since 1970. */
      readonly time: number;
      readonly tags: Readonly<Record<string, string>>;
    }
  | { readonly type: "params"; readonly run: string; readonly values: Readonly<Record<string, string>> }
  | { readonly type: "metrics"; readonly run: string; readonly values: readonly MetricValue[] }
  | { readonly type: "tags"; readonly run: string; readonly values: Readonly<Record<string, string>> }
  | { readonly type: "artifact"; readonly run: string; readonly path: string; readonly content: Uint8Array }
  | {
      /** A folder of files that together are a model. */
      readonly type: "model";
      readonly run: string;
      readonly name: string;
      readonly files: Files;
      /** Registered under this name, and the new version given this alias. */
      readonly registeredName: string | null;
      readonly alias: string | null;
    }
  | { readonly type: "run-ended"; readonly run: string; readonly status: RunStatus; readonly time: number };

/** The tag in which stores of MLflow keep the key of a run. */
export const KEY_TAG = "trellis.run";

/** Where records go: a server, a folder, a list. */
export interface RunStore {
  /** For messages: "MLflow at http://localhost:5000". */
  readonly name: string;
  /**
   * Takes records in. Resolves when all of them are kept for good; rejects where they are not, and then they may be
   * delivered again. A store counts a run, tag, artifact or model once, of which the last version stands, and a parameter
   * once, of which the first stands. A metric counts once a step on a run that it finds rather than makes (see
   * `KnownMetrics`).
   *
   * @throws RecordsRefusedError where delivering again would be of no use
   */
  deliver(records: readonly RunRecord[], signal?: AbortSignal): Promise<void>;
}

/** A store has taken in all records of a delivery but some, and never will take those. */
export class RecordsRefusedError extends TrellisError {
  /** How many records those are. */
  readonly refused: number;
  constructor(message: string, refused: number, options?: ErrorOptions) {
    super(message, "RECORDS_REFUSED", options);
    this.refused = refused;
  }
}

import type { ModelEntry } from "../service/contract.js";
import type { Answer } from "./predictor.js";

/** What the page tells the worker. */
export type ToWorker =
  | { readonly type: "load"; readonly models: readonly ModelEntry[] }
  | { readonly type: "predict"; readonly id: number; readonly pixels: Uint8Array<ArrayBuffer> };

/** What the worker tells the page. */
export type FromWorker =
  | { readonly type: "loaded"; readonly model: string }
  | { readonly type: "not-loaded"; readonly model: string; readonly reason: string }
  | { readonly type: "answers"; readonly id: number; readonly answers: readonly Answer[] }
  | { readonly type: "failed"; readonly id: number; readonly reason: string };

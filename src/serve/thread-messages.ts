import type { Label } from "../core/labels.js";
import type { MatrixData } from "../core/matrix.js";
import type { BodyOptions, ParsedBody } from "./parse-body.js";

/** A model file to load under a number by which it is called from then on. */
export interface LoadOrder {
  readonly key: number;
  readonly bytes: Uint8Array;
}

/** What a model that was loaded is. */
export interface Loaded {
  readonly sha256: string;
  readonly className: string;
  readonly features: number;
  readonly classes: readonly Label[] | null;
  readonly hasProbabilities: boolean;
}

/** Numbers of their own, which can be given to another thread. */
export type OwnData = Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

export interface PredictOrder {
  readonly key: number;
  readonly data: OwnData;
  readonly rows: number;
  readonly scale: number | null;
  readonly probabilities: boolean;
}

export interface Predicted {
  readonly labels: readonly Label[] | Float64Array;
  /** Rows x classes, row-major. */
  readonly probabilities: MatrixData | null;
  readonly seconds: number;
}

export interface ParseOrder {
  readonly bytes: Uint8Array;
  readonly options: BodyOptions;
}

/** What the thread does, and what it answers. */
export interface ThreadCalls {
  load(order: LoadOrder): Promise<Loaded>;
  unload(order: { readonly key: number }): Promise<void>;
  predict(order: PredictOrder): Promise<Predicted>;
  parse(order: ParseOrder): Promise<ParsedBody>;
}

export interface Call {
  readonly id: number;
  readonly name: keyof ThreadCalls;
  readonly order: unknown;
}

/** An error as it crosses threads: of a TrellisError its code, of a RequestError its status too. */
export interface Failure {
  readonly message: string;
  readonly code: string | null;
  readonly status: number | null;
  readonly path: readonly (string | number)[] | null;
  readonly stack: string | null;
}

export type Reply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: Failure };

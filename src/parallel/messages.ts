/** The first message to a worker: the memory to work on, or the measure of a private one that mirrors its offsets. */
export interface Start {
  readonly memory: WebAssembly.Memory | { readonly initial: number; readonly maximum: number };
}

/** Bytes of a memory, at their offset. */
export interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** One call. A worker has one call at a time. */
export interface Order {
  /** Number of the module, given by the pool. */
  readonly module: number;
  /** The module itself, the first time that the worker needs it. */
  readonly compiled?: WebAssembly.Module;
  readonly kernel: string;
  readonly args: readonly number[];
  /** For a private memory: how large it must be in pages, what to copy in first, what to send back. */
  readonly mirror?: {
    readonly pages: number;
    readonly pieces: readonly Piece[];
    readonly wanted: readonly { readonly offset: number; readonly bytes: number }[];
  };
}

/** Stops the call at its next slice. */
export interface Stop {
  readonly stop: true;
}

/** What a worker says: `ready` once, then one answer for every order. */
export type Answer =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly pieces: readonly Piece[] }
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly message: string };

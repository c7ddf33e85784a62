/**
 * Errors of the library. Each is one sentence that names the culprit (a parameter, or a row and a column) and says
 * what was expected; `code` is stable and meant for programs.
 */
export class TrellisError extends Error {
  /** The name of the kind, for programs: it never changes, as sentences may. */
  readonly code: string;
  constructor(message: string, code: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** A parameter of an estimator, function or grid has a value outside of what is allowed. */
export class InvalidParameterError extends TrellisError {
  /** Name (or `member__path`) of the parameter. */
  readonly parameter: string;
  constructor(message: string, parameter: string) {
    super(message, "INVALID_PARAMETER");
    this.parameter = parameter;
  }
}

/** X, y or sampleWeight cannot be used: wrong shape, wrong kind of value, NaN, Infinity. */
export class InvalidDataError extends TrellisError {
  /** Zero-based row of the offending value, where one row is to blame. */
  readonly row: number | undefined;
  /** Zero-based column of the offending value, where one column is to blame. */
  readonly column: number | undefined;
  constructor(message: string, row?: number, column?: number) {
    super(message, "INVALID_DATA");
    this.row = row;
    this.column = column;
  }
}

/** A fitted fact was asked of an estimator that has not been fitted. */
export class NotFittedError extends TrellisError {
  constructor(message: string) {
    super(message, "NOT_FITTED");
  }
}

/** A second fit was started before the first one had settled. */
export class BusyError extends TrellisError {
  constructor(message: string) {
    super(message, "BUSY");
  }
}

/** A file or byte string is not a model of ours, is damaged, or carries what it must not. */
export class InvalidModelError extends TrellisError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, "INVALID_MODEL", options);
  }
}

/** A model was written in a newer format than this build reads. */
export class UnsupportedVersionError extends TrellisError {
  constructor(message: string) {
    super(message, "UNSUPPORTED_VERSION");
  }
}

/** A model names an estimator class that this build does not know. */
export class UnknownModelTypeError extends TrellisError {
  constructor(message: string) {
    super(message, "UNKNOWN_MODEL_TYPE");
  }
}

/** The data or the result would not fit into the memory that kernels can address. */
export class OutOfMemoryError extends TrellisError {
  constructor(message: string) {
    super(message, "OUT_OF_MEMORY");
  }
}

/** Every candidate of a search failed; `cause` is the first failure. */
export class AllFitsFailedError extends TrellisError {
  constructor(message: string, cause: unknown) {
    super(message, "ALL_FITS_FAILED", { cause });
  }
}

/** A search was stopped before it had a single candidate to choose. */
export class SearchStoppedError extends TrellisError {
  constructor(message: string) {
    super(message, "SEARCH_STOPPED");
  }
}

/** A journal was begun by another search: other parameters, other data, other splits or other kernels. */
export class JournalMismatchError extends TrellisError {
  /** What differs. */
  readonly part: string;
  constructor(message: string, part: string) {
    super(message, "JOURNAL_MISMATCH");
    this.part = part;
  }
}

/**
 * A kernel broke off (a wasm trap) or its worker died: a defect of the library or too little memory. Or its code could not be
 * fetched; then the next call tries again.
 */
export class KernelError extends TrellisError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, "KERNEL_FAILED", options);
  }
}

/** The loss of a training became NaN or infinite; a smaller learning rate, or features of about unit size, may help. */
export class DivergenceError extends TrellisError {
  /** From 0. */
  readonly epoch: number;
  /** From 0. */
  readonly batch: number;
  constructor(message: string, epoch: number, batch: number) {
    super(message, "DIVERGED");
    this.epoch = epoch;
    this.batch = batch;
  }
}

/** Throws the signal's reason (an `AbortError` unless the caller chose another) if it has been aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  signal?.throwIfAborted();
}

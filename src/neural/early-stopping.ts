import { InvalidParameterError } from "../core/errors.js";

/** When to stop before all epochs are done. */
export interface EarlyStopping {
  /**
   * What is watched: an entry of the history. Accuracies are to rise, losses to fall. Default "valLoss" of the rows that
   * validationSplit holds out, else the loss of the last evaluation set, else "loss".
   */
  readonly monitor?: string | undefined;
  /** Epochs without improvement after which it stops. Default 0, as Keras's: at the first, as with 1. */
  readonly patience?: number | undefined;
  /** Less of a change is no improvement. Default 0. */
  readonly minDelta?: number | undefined;
  /** Whether to go back to the weights of the best epoch, also where all epochs are done. Default false. */
  readonly restoreBestWeights?: boolean | undefined;
}

/** Whether anything a caller gave says when to stop. */
export function isEarlyStopping(value: unknown): value is EarlyStopping {
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return false;
  const known = ["monitor", "patience", "minDelta", "restoreBestWeights"];
  if (Object.keys(value).some((key) => !known.includes(key))) return false;
  const { monitor = "loss", patience = 0, minDelta = 0, restoreBestWeights = false } = value as EarlyStopping;
  const isCount = Number.isSafeInteger(patience) && patience >= 0;
  const isMargin = typeof minDelta === "number" && minDelta >= 0 && minDelta < Infinity;
  return typeof monitor === "string" && isCount && isMargin && typeof restoreBestWeights === "boolean";
}

/** Watches one entry of the history. */
export class Watcher {
  /** The best epoch so far, from 0. */
  best = 0;
  readonly #values: readonly number[];
  readonly #patience: number;
  readonly #minDelta: number;
  readonly #rises: boolean;
  #bestValue = Number.NaN;
  readonly restores: boolean;

  /** @throws InvalidParameterError if the history has no such entry */
  constructor(
    { monitor, patience = 0, minDelta = 0, restoreBestWeights = false }: EarlyStopping,
    history: Readonly<Record<string, readonly number[]>>,
    owner: string,
  ) {
    const name = monitor ?? Object.keys(history).findLast((key) => key.endsWith("Loss")) ?? "loss";
    if (!Object.hasOwn(history, name)) {
      const known = Object.keys(history).join(", ");
      const remedy = name.startsWith("val") ? "; set validationSplit, or give fit an evalSet" : "";
      throw new InvalidParameterError(
        `monitor of earlyStopping of ${owner} must be one of ${known}; got "${name}"${remedy}`,
        "earlyStopping",
      );
    }
    this.#values = history[name]!;
    this.#patience = patience;
    this.#minDelta = minDelta;
    this.#rises = name.toLowerCase().endsWith("accuracy");
    this.restores = restoreBestWeights;
  }

  /** Looks at the epoch that has just ended: whether it is the best so far, and whether to stop. */
  look(): { readonly isBest: boolean; readonly stops: boolean } {
    const epoch = this.#values.length - 1;
    const value = this.#values[epoch]!;
    const isBest =
      Number.isNaN(this.#bestValue) ||
      (this.#rises ? value > this.#bestValue + this.#minDelta : value < this.#bestValue - this.#minDelta);
    if (isBest) {
      this.#bestValue = value;
      this.best = epoch;
    }
    return { isBest, stops: epoch - this.best >= Math.max(1, this.#patience) };
  }
}

import { largest } from "../core/classifier.js";
import type { TrainingData } from "../core/estimator.js";
import { Matrix } from "../core/matrix.js";
import { inSlices } from "../core/slices.js";
import type { LabelTarget, NumberTarget } from "../core/target.js";
import { accuracyScore } from "../metrics/accuracy-score.js";
import { r2Score } from "../metrics/r2-score.js";
import { leafOf, type TreeModel } from "../tree/tree-model.js";

/** What the trees say of rows that they did not see. */
export interface OutOfBagModel {
  /** Accuracy or R2 on the rows that some tree did not see; null if there is none. */
  readonly score: number | null;
  /** Rows x outputs; NaN for rows that every tree saw. */
  readonly prediction: Float64Array;
}

/** Adds up, tree by tree, the predictions for rows that were not drawn (Breiman 2001, section 3.1). */
export class OutOfBag {
  readonly #data: TrainingData<LabelTarget | NumberTarget>;
  readonly #outputs: number;
  readonly #sum: Float64Array;
  readonly #trees: Uint32Array;

  constructor(data: TrainingData<LabelTarget | NumberTarget>) {
    this.#data = data;
    this.#outputs = data.y.kind === "labels" ? data.y.classes.length : 1;
    this.#sum = new Float64Array(data.X.rows * this.#outputs);
    this.#trees = new Uint32Array(data.X.rows);
  }

  /** @param draws how often the tree saw each row */
  async add(tree: TreeModel, draws: Uint32Array, signal: AbortSignal): Promise<void> {
    const { X } = this.#data;
    const k = this.#outputs;
    const addRow = (row: number) => {
      const leaf = leafOf(tree, X, row) * k;
      for (let j = 0; j < k; j++) this.#sum[row * k + j]! += tree.value[leaf + j]!;
      this.#trees[row]!++;
    };
    await inSlices(
      draws.length,
      1024,
      (from, to) => {
        for (let row = from; row < to; row++) if (draws[row] === 0) addRow(row);
      },
      signal,
    );
  }

  model(): OutOfBagModel {
    const k = this.#outputs;
    const prediction = this.#sum.map((sum, i) => sum / this.#trees[Math.floor(i / k)]!);
    const judged = Array.from(this.#trees.keys()).filter((row) => this.#trees[row]! > 0);
    return { score: judged.length === 0 ? null : this.#score(prediction, judged), prediction };
  }

  #score(prediction: Float64Array, judged: readonly number[]): number {
    const { y } = this.#data;
    if (y.kind === "numbers") {
      return r2Score(
        judged.map((row) => y.values[row]!),
        judged.map((row) => prediction[row]!),
      );
    }
    const winners = largest(new Matrix(prediction, this.#data.X.rows, this.#outputs));
    return accuracyScore(
      judged.map((row) => y.codes[row]!),
      judged.map((row) => winners[row]!),
    );
  }
}

import { InvalidDataError } from "../core/errors.js";
import type { FitContext } from "../core/estimator.js";
import { inRowBlocks } from "../core/row-source.js";
import { gradientArgs, scaleArgs } from "../kernels/boosting-gradients.js";
import type { Block, Scope } from "../parallel/memory.js";
import type { Pool } from "../parallel/pool.js";
import type { BoostingData } from "./boosting-data.js";
import { type ObjectiveName, type ObjectiveParams, objectives } from "./objectives.js";

/** Rough nanoseconds of a gradient. */
const GRADIENT_NS = 10;
/** Rows of one call, at least and at most. */
const FEW_ROWS = 1 << 10;
const MANY_ROWS = 1 << 14;

/** The largest absolute gradient, and the largest hessian, of an output. */
export interface Extremes {
  readonly gradient: number;
  readonly hessian: number;
}

/** The margins of the training rows, to which trees are added, and their gradients. */
export class Margins {
  readonly #rows: number;
  readonly #outputs: number;
  readonly #params: ObjectiveParams & { readonly objective: ObjectiveName };
  readonly #pool: Pool;
  readonly #signal: AbortSignal;
  readonly #targets: Block;
  readonly #weights: Block | null;
  readonly #margins: Block;
  readonly #pairs: Block;
  /** Of each call, one after the other. */
  readonly #extremes: Block;
  readonly #scale: Block;
  readonly #blockRows: number;

  constructor(
    data: BoostingData,
    params: ObjectiveParams & { readonly objective: ObjectiveName },
    baseMargin: Float32Array,
    scope: Scope,
    pool: Pool,
    { signal }: FitContext,
  ) {
    const { rows } = data.X;
    const outputs = baseMargin.length;
    this.#rows = rows;
    this.#outputs = outputs;
    this.#params = params;
    this.#pool = pool;
    this.#signal = signal;
    // The pairs of a block of rows lie all over their block: workers with copies of it must not have parts of it.
    const share = Math.min(Math.max(Math.ceil(rows / pool.width), FEW_ROWS), MANY_ROWS);
    this.#blockRows = pool.memory.shared ? share : rows;
    this.#targets = scope.place(data.targets);
    this.#weights = data.weights === null ? null : scope.place(data.weights);
    this.#margins = scope.alloc(4 * rows * outputs);
    this.#pairs = scope.alloc(8 * rows * outputs);
    this.#extremes = scope.alloc(8 * outputs * Math.ceil(rows / this.#blockRows));
    this.#scale = scope.alloc(4);
    const margins = pool.memory.f32(this.#margins);
    for (const [k, base] of baseMargin.entries()) margins.fill(base, k * rows, (k + 1) * rows);
  }

  /** f32[rows]: the margins of an output. */
  of(k: number): Block {
    return this.#margins.part(4 * this.#rows * k, 4 * this.#rows);
  }

  /** f32[rows][2]: the gradients and hessians of an output. */
  pairsOf(k: number): Block {
    return this.#pairs.part(8 * this.#rows * k, 8 * this.#rows);
  }

  /**
   * Finds the gradients and hessians of all rows at their margins.
   * @throws InvalidDataError if one is beyond f32
   */
  async differentiate(): Promise<readonly Extremes[]> {
    const [rows, outputs] = [this.#rows, this.#outputs];
    const objective = objectives[this.#params.objective];
    const reads = [this.#margins, this.#targets, ...(this.#weights === null ? [] : [this.#weights])];
    const problem = {
      margins: this.#margins.offset,
      targets: this.#targets.offset,
      weights: this.#weights?.offset ?? 0,
      gh: this.#pairs.offset,
      rows,
      outputs,
    };
    let own = objective.own(this.#params);
    if (objective.scale !== null) {
      const args = scaleArgs(problem, this.#scale.offset);
      const call = { kernel: objective.scale, args, reads, writes: [this.#scale], cost: GRADIENT_NS * rows };
      await this.#pool.run(call, this.#signal);
      own = this.#pool.memory.f32(this.#scale)[0]!;
    }
    const callOf = (from: number, to: number) => {
      const extremes = this.#extremes.part(8 * outputs * (from / this.#blockRows), 8 * outputs);
      return {
        kernel: objective.gradients,
        args: gradientArgs(problem, from, to, extremes.offset, own),
        reads,
        writes: [this.#pairs, extremes],
        cost: GRADIENT_NS * outputs * (to - from),
      };
    };
    await inRowBlocks(this.#pool, rows, this.#blockRows, callOf, this.#signal);
    const found = this.#pool.memory.f32(this.#extremes);
    const blocks = Math.ceil(rows / this.#blockRows);
    const largest = (at: number) => {
      let most = 0;
      for (let block = 0; block < blocks; block++) most = Math.max(most, found[2 * outputs * block + at]!);
      return most;
    };
    return Array.from({ length: outputs }, (_, k) => {
      const [gradient, hessian] = [largest(2 * k), largest(2 * k + 1)];
      if (Math.max(gradient, hessian) === Infinity) {
        throw new InvalidDataError(
          "gradients have grown beyond f32: give y in a larger unit, smaller weights, or a lower learningRate",
        );
      }
      return { gradient, hessian };
    });
  }
}

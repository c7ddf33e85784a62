import type { RunContext } from "../../../src/core/estimator.js";
import { Workspace } from "../../../src/core/workspace.js";
import type { EpochResult, NeuralBackend, Training, Weights } from "../../../src/neural/backend.js";
import { inlinePool } from "../../../src/parallel/inline-pool.js";
import type { Pool } from "../../../src/parallel/pool.js";
import { that } from "../../../src/testing/assertions.js";
import type { Problem } from "./problem.js";

/** A promise that a backend keeps or breaks. */
export interface BackendCheck {
  /** What holds, as a sentence. */
  readonly name: string;
  /** @throws CheckFailure (or what the backend threw) if it does not hold */
  run(): Promise<void>;
}

export interface BackendChecksOptions {
  /** How far numbers may be from the reference's after 20 steps, relative to those above 1. Default 1e-4. */
  readonly tolerance?: number | undefined;
  /** How far apart may be what is promised to be the same bits, for devices that cannot promise it. Default 0. */
  readonly sameBits?: number | undefined;
  /** Where kernels run; the suite does not close it. Default: a pool of the calling thread for each check. */
  readonly pool?: Pool | undefined;
}

/** What a whole training came to. */
export interface Outcome {
  readonly results: readonly EpochResult[];
  readonly weights: Weights;
}

/** The backend that a suite is about. */
export class Subject {
  readonly backend: NeuralBackend;
  readonly tolerance: number;
  readonly sameBits: number;
  readonly #pool: Pool | undefined;

  constructor(backend: NeuralBackend, { tolerance = 1e-4, sameBits = 0, pool }: BackendChecksOptions) {
    this.backend = backend;
    this.tolerance = tolerance;
    this.sameBits = sameBits;
    this.#pool = pool;
  }

  /** A check that gets a context; what its trainings took must have been given back at its end. */
  check(name: string, body: (ctx: RunContext, abort: AbortController) => Promise<void>): BackendCheck {
    const run = async () => {
      const pool = this.#pool ?? inlinePool();
      const before = pool.memory.used;
      const abort = new AbortController();
      const workspace = new Workspace();
      try {
        await body({ pool, workspace, signal: abort.signal }, abort);
      } finally {
        workspace.close();
        if (this.#pool === undefined) await pool.close();
      }
      const kept = pool.memory.used - before;
      that(kept === 0, `${kept} bytes of the pool's memory were not given back`);
    };
    return { name, run };
  }

  /** Trains from beginning to end. */
  async trained(problem: Problem, ctx: RunContext): Promise<Outcome> {
    const training = await this.backend.train(problem.setup, ctx);
    try {
      return await outcomeOf(training, problem);
    } finally {
      training.end();
    }
  }
}

/** The epochs of a training, and its weights afterwards. */
export async function outcomeOf(training: Training, { epochs }: Problem): Promise<Outcome> {
  const results: EpochResult[] = [];
  for (const epoch of epochs) results.push(await training.epoch({ ...epoch, onBatches() {} }));
  return { results, weights: await training.weights() };
}

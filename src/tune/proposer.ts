import type { Rng } from "../core/random.js";
import { bytesOf } from "../kernels/kernel.js";
import { tpe } from "../kernels/modules.js";
import { MASSES_BYTES, parameterWords, parzenScratchBytes, propose, proposeArgs } from "../kernels/tpe-propose.js";
import type { Distribution } from "../model-selection/distributions.js";
import type { KernelFunction } from "../parallel/linker.js";
import { Memory } from "../parallel/memory.js";

/** Compiled once for all: a module never changes. */
let compiled: Promise<WebAssembly.Module> | null = null;

async function compile(): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytesOf(await tpe.load("portable"), false));
  } catch (error) {
    compiled = null;
    throw error;
  }
}

/** The kernel `propose` over a memory of its own: unlike those of a pool, its calls need not be awaited. */
export class Proposer {
  readonly #memory: Memory;
  readonly #propose: KernelFunction;
  /** Masses that were asked for before. */
  readonly #masses: number;

  private constructor(memory: Memory, kernel: KernelFunction) {
    this.#memory = memory;
    this.#propose = kernel;
    this.#masses = memory.scope().zeros(MASSES_BYTES).offset;
  }

  /** @throws what fetching or compiling the kernel throws; the next call tries again */
  static async load(): Promise<Proposer> {
    compiled ??= compile();
    const module = await compiled;
    const memory = new Memory(false);
    const { exports } = await WebAssembly.instantiate(module, { env: { memory: memory.wasm } });
    return new Proposer(memory, exports[propose.name] as KernelFunction);
  }

  /**
   * An internal number for each parameter: of candidates that are drawn where good ones were observed, the one that is the
   * likeliest to be good.
   *
   * @param space distributions of more than one value each
   * @param observed see `Observations`
   * @param good the rows of good trials, the oldest first
   * @param other those of all others
   * @throws OutOfMemoryError
   */
  propose(
    space: readonly Distribution[],
    observed: Float64Array,
    good: Uint32Array,
    other: Uint32Array,
    candidates: number,
    rng: Rng,
  ): readonly number[] {
    const memory = this.#memory;
    const scope = memory.scope();
    try {
      const uniforms = scope.alloc(8 * candidates * (1 + space.length));
      const numbers = memory.f64(uniforms);
      for (let i = 0; i < numbers.length; i++) numbers[i] = rng.next();
      const parzen = {
        space: scope.place(Float64Array.from(space.flatMap(parameterWords))).offset,
        parameters: space.length,
        table: scope.place(observed).offset,
        masses: this.#masses,
      };
      const goodRows = { at: scope.place(good).offset, n: good.length };
      const otherRows = { at: scope.place(other).offset, n: other.length };
      const drawn = { uniforms: uniforms.offset, n: candidates };
      const scratch = scope.alloc(parzenScratchBytes(space.length, good.length, other.length));
      const out = scope.alloc(8 * space.length);
      this.#propose(...proposeArgs(parzen, goodRows, otherRows, drawn, scratch.offset, out.offset));
      return [...memory.f64(out)];
    } finally {
      scope.free();
    }
  }
}

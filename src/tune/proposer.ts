import type { Rng } from "../core/random.js";
import { bytesOf } from "../kernels/kernel.js";
import { tpe } from "../kernels/modules.js";
import { MASSES_BYTES, parameterWords, parzenScratchBytes, propose, proposeArgs } from "../kernels/tpe-propose.js";
import type { Distribution } from "../model-selection/distributions.js";
import type { KernelFunction } from "../parallel/linker.js";
import { type Block, Memory, type Scope } from "../parallel/memory.js";

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
  /** What the last call worked on. */
  #scope: Scope;
  #block: Block;

  private constructor(memory: Memory, kernel: KernelFunction) {
    this.#memory = memory;
    this.#propose = kernel;
    this.#masses = memory.scope().zeros(MASSES_BYTES).offset;
    this.#scope = memory.scope();
    this.#block = this.#scope.alloc(0);
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
    const parameters = space.length;
    const words = space.flatMap(parameterWords);
    const drawsAt = words.length;
    const tableAt = drawsAt + candidates * (1 + parameters);
    const outAt = tableAt + observed.length;
    const goodAt = outAt + parameters;
    // Of u32, two to a word.
    const otherAt = goodAt + Math.ceil(good.length / 2);
    const scratchAt = otherAt + Math.ceil(other.length / 2);
    const block = this.#room(8 * scratchAt + parzenScratchBytes(parameters, good.length, other.length));
    const address = (word: number) => block.offset + 8 * word;
    const numbers = this.#memory.f64(block);
    numbers.set(words);
    for (let i = drawsAt; i < tableAt; i++) numbers[i] = rng.next();
    numbers.set(observed, tableAt);
    const rows = this.#memory.u32(block);
    rows.set(good, 2 * goodAt);
    rows.set(other, 2 * otherAt);

    const parzen = { space: address(0), parameters, table: address(tableAt), masses: this.#masses };
    const goodRows = { at: address(goodAt), n: good.length };
    const otherRows = { at: address(otherAt), n: other.length };
    const draws = { uniforms: address(drawsAt), n: candidates };
    this.#propose(...proposeArgs(parzen, goodRows, otherRows, draws, address(scratchAt), address(outAt)));
    return [...numbers.subarray(outAt, goodAt)];
  }

  /** At least so many bytes; twice as many as are asked for now, so that a study that grows seldom asks for more. */
  #room(bytes: number): Block {
    if (bytes > this.#block.bytes) {
      const scope = this.#memory.scope();
      this.#block = scope.alloc(2 * bytes);
      this.#scope.free();
      this.#scope = scope;
    }
    return this.#block;
  }
}

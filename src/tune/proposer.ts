import { OutOfMemoryError } from "../core/errors.js";
import type { Rng } from "../core/random.js";
import { ARENA_BASE, bytesOf } from "../kernels/kernel.js";
import { tpe } from "../kernels/modules.js";
import { MASSES_BYTES, parameterWords, parzenScratchBytes, propose, proposeArgs } from "../kernels/tpe-propose.js";
import type { Distribution } from "../model-selection/distributions.js";
import type { KernelFunction } from "../parallel/linker.js";

/** Compiled once for all: a module never changes. */
let compiled: Promise<WebAssembly.Module> | null = null;

async function compile(): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(await bytesOf(await tpe.load("portable"), false));
  } catch (error) {
    compiled = null;
    throw error;
  }
}

/** Masses that were asked for before, then what a call is given. */
const MASSES_AT = ARENA_BASE;
const INPUTS_AT = MASSES_AT + MASSES_BYTES;

const PAGE = 65536;
/** 256 MiB, of which a thousand trials of ten parameters take one or two. */
const MAX_PAGES = 4096;

/** The kernel `propose` over a small memory of its own: unlike those of a pool, its calls need not be awaited. */
export class Proposer {
  readonly #memory: WebAssembly.Memory;
  readonly #propose: KernelFunction;

  private constructor(memory: WebAssembly.Memory, kernel: KernelFunction) {
    this.#memory = memory;
    this.#propose = kernel;
  }

  /** @throws what fetching or compiling the kernel throws; the next call tries again */
  static async load(): Promise<Proposer> {
    compiled ??= compile();
    const module = await compiled;
    const memory = new WebAssembly.Memory({ initial: ARENA_BASE / PAGE + 4, maximum: MAX_PAGES });
    const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
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
    const scratchBytes = parzenScratchBytes(parameters, good.length, other.length);
    const buffer = this.#buffer(INPUTS_AT + 8 * scratchAt + scratchBytes);
    const address = (word: number) => INPUTS_AT + 8 * word;
    const numbers = new Float64Array(buffer, INPUTS_AT, scratchAt);
    numbers.set(words);
    for (let i = drawsAt; i < tableAt; i++) numbers[i] = rng.next();
    numbers.set(observed, tableAt);
    const rows = new Uint32Array(buffer, INPUTS_AT, 2 * scratchAt);
    rows.set(good, 2 * goodAt);
    rows.set(other, 2 * otherAt);

    const parzen = { space: address(0), parameters, table: address(tableAt), masses: MASSES_AT };
    const goodRows = { at: address(goodAt), n: good.length };
    const otherRows = { at: address(otherAt), n: other.length };
    const draws = { uniforms: address(drawsAt), n: candidates };
    this.#propose(...proposeArgs(parzen, goodRows, otherRows, draws, address(scratchAt), address(outAt)));
    return [...numbers.subarray(outAt, goodAt)];
  }

  /** The memory's, grown to hold so many bytes. */
  #buffer(bytes: number): ArrayBuffer {
    const missing = Math.ceil((bytes - this.#memory.buffer.byteLength) / PAGE);
    try {
      if (missing > 0) this.#memory.grow(missing);
    } catch {
      throw new OutOfMemoryError(
        `TpeSampler needs ${Math.ceil(bytes / 2 ** 20)} MiB for a proposal and can have ${(MAX_PAGES * PAGE) / 2 ** 20}; use fewer candidates, trials or parameters`,
      );
    }
    return this.#memory.buffer;
  }
}

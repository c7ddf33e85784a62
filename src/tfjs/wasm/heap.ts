import { InvalidParameterError } from "../../core/errors.js";
import { tfjs } from "../../kernels/generated/tfjs.js";
import { tfjsRelaxed } from "../../kernels/generated/tfjs-relaxed.js";
import { bytesOf } from "../../kernels/kernel.js";
import { relaxedSimdWorks } from "../../kernels/relaxed-simd.js";
import type { DType, Tf } from "../namespace.js";

/** A tensor as kernels know it. A kernel makes no Tensor: it would never be disposed of. */
export interface Info {
  readonly dataId: object;
  readonly shape: number[];
  readonly dtype: DType;
}

/** What is used of tfjs's wasm backend. */
export interface WasmBackend {
  readonly wasm: {
    /** Exports; the memory is among them unless there are threads. */
    readonly asm?: { readonly memory?: unknown };
    /** The memory, where there are threads. */
    readonly wasmMemory?: unknown;
    _malloc(bytes: number): number;
    _free(address: number): void;
  };
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  makeOutput(shape: readonly number[], dtype: DType): Info;
  incRef(dataId: object): void;
}

/** The functions of the family "tfjs"; assembly/tfjs-*.ts says what they do. */
interface Functions {
  packColumns(...args: number[]): void;
  padImage(...args: number[]): void;
  patchProducts(...args: number[]): void;
  addPatches(...args: number[]): void;
  addMaxPooling(...args: number[]): void;
  sumRows(...args: number[]): void;
  addOuterProducts(...args: number[]): void;
  addDepthwiseFilter(...args: number[]): void;
  addDepthwiseInput(...args: number[]): void;
}

/** Bytes of a value. */
export const VALUE = 4;
/** Columns of a packed panel. */
const PANEL = 16;
export const packedBytes = (rows: number, columns: number): number => Math.ceil(columns / PANEL) * PANEL * rows * VALUE;

const heaps = new WeakMap<object, Heap>();
/** Of the module for shared memory (true) and for private memory; kernels of tfjs are synchronous, so it must be there before. */
const codes = new Map<boolean, Uint8Array<ArrayBuffer>>();
const modules = new Map<boolean, WebAssembly.Module>();

/** Unpacks our functions; without it there is no heap. */
export async function unpackFunctions(): Promise<void> {
  const code = relaxedSimdWorks() ? tfjsRelaxed : tfjs;
  for (const shared of [false, true]) if (!codes.has(shared)) codes.set(shared, await bytesOf(code, shared));
}

/** The heap of tfjs's wasm backend with our functions bound to it, so that nothing is copied in or out. */
export class Heap {
  readonly functions: Functions;
  readonly #backend: WasmBackend;
  readonly #memory: WebAssembly.Memory;

  private constructor(backend: WasmBackend, memory: WebAssembly.Memory) {
    this.#backend = backend;
    this.#memory = memory;
    const shared = typeof SharedArrayBuffer === "function" && memory.buffer instanceof SharedArrayBuffer;
    let module = modules.get(shared);
    if (module === undefined) modules.set(shared, (module = new WebAssembly.Module(codes.get(shared)!)));
    this.functions = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Functions;
  }

  /** The heap of a backend. @throws InvalidParameterError if its memory is not where tfjs 4.22 has it */
  static of(backend: unknown): Heap {
    const known = heaps.get(backend as object);
    if (known !== undefined) return known;
    const given = backend as WasmBackend;
    const memory = given.wasm?.wasmMemory ?? given.wasm?.asm?.memory;
    if (!(memory instanceof WebAssembly.Memory)) {
      throw new InvalidParameterError(
        "the wasm backend of tf must be that of @tensorflow/tfjs-backend-wasm 4.22; this one keeps its memory elsewhere",
        "tf",
      );
    }
    const heap = new Heap(given, memory);
    heaps.set(given, heap);
    return heap;
  }

  /** Where a tensor's values lie. */
  addressOf(info: Info): number {
    return this.#backend.dataIdMap.get(info.dataId).memoryOffset;
  }

  /** A new tensor, not yet filled. */
  make(shape: readonly number[], dtype: DType): Info {
    return this.#backend.makeOutput(shape, dtype);
  }

  /** A new tensor of zeros. */
  zeros(shape: readonly number[], dtype: DType): Info {
    const info = this.make(shape, dtype);
    const size = shape.reduce((product, length) => product * length, 1);
    this.clear(this.addressOf(info), size * VALUE);
    return info;
  }

  copy(from: number, bytes: number, to: number): void {
    new Uint8Array(this.#memory.buffer).copyWithin(to, from, from + bytes);
  }

  clear(address: number, bytes: number): void {
    new Uint8Array(this.#memory.buffer, address, bytes).fill(0);
  }

  /** Its values, until memory grows. */
  ints(info: Info, length: number): Int32Array {
    return new Int32Array(this.#memory.buffer, this.addressOf(info), length);
  }

  floats(info: Info, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, this.addressOf(info), length);
  }

  /** Lends scratch memory: a block of each of these sizes, and tables of numbers written behind them. */
  borrow(sizes: readonly number[], tables: readonly Int32Array[], use: (...addresses: number[]) => void): void {
    const all = [...sizes, ...tables.map(({ byteLength }) => byteLength)];
    const start = this.#backend.wasm._malloc(all.reduce((sum, bytes) => sum + bytes, 0)) >>> 0;
    if (start === 0) throw new RangeError("the heap of tfjs's wasm backend is full");
    try {
      let next = start;
      const addresses = all.map((bytes) => (next += bytes) - bytes);
      tables.forEach((table, i) => {
        new Int32Array(this.#memory.buffer, addresses[sizes.length + i]!, table.length).set(table);
      });
      use(...addresses);
    } finally {
      this.#backend.wasm._free(start);
    }
  }
}

export interface KernelArguments<Attributes> {
  readonly inputs: Readonly<Record<string, Info>>;
  readonly attrs: Attributes;
  readonly backend: unknown;
}

/** A kernel as these files give it, bound to tf for its geometry. */
export type Kernel<Attributes> = (tf: Tf, args: KernelArguments<Attributes>) => Info;

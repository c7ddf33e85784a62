import { bytesOf, type Kernel, type KernelBuild, type KernelModule } from "../kernels/kernel.js";
import type { Memory } from "./memory.js";

export type KernelFunction = (...args: number[]) => number | undefined;

/** Loads and compiles kernel modules once and binds them to one memory. */
export class Linker {
  readonly #memory: Memory;
  readonly build: KernelBuild;
  readonly #modules = new Map<KernelModule, Promise<WebAssembly.Module>>();
  readonly #instances = new Map<KernelModule, WebAssembly.Instance>();

  constructor(memory: Memory, build: KernelBuild) {
    this.#memory = memory;
    this.build = build;
  }

  /** The module, loaded and compiled; it can be posted to workers. What failed is tried again when it is next asked for. */
  module(family: KernelModule): Promise<WebAssembly.Module> {
    let compiled = this.#modules.get(family);
    if (compiled === undefined) {
      compiled = this.#compile(family);
      this.#modules.set(family, compiled);
      compiled.catch(() => this.#modules.delete(family));
    }
    return compiled;
  }

  async #compile(family: KernelModule): Promise<WebAssembly.Module> {
    return WebAssembly.compile(await bytesOf(await family.load(this.build), this.#memory.shared));
  }

  /** Binds the kernel's module to the memory, so that `bound` finds it. */
  async bind({ module }: Kernel): Promise<void> {
    const imports = { env: { memory: this.#memory.wasm } };
    this.#instances.set(module, await WebAssembly.instantiate(await this.module(module), imports));
  }

  /** The kernel's function over the memory; undefined if its module has not been bound yet. */
  bound({ module, name }: Kernel): KernelFunction | undefined {
    const instance = this.#instances.get(module);
    if (instance === undefined) return undefined;
    const exported = instance.exports[name];
    if (typeof exported !== "function") throw new Error("its module exports no function of this name");
    return exported as KernelFunction;
  }
}

/**
 * A kernel is one exported function of a small wasm module: synchronous, pure, and given numbers only: byte offsets
 * into the memory it works on, sizes and scalars. It answers `DONE`, or `MORE` when it used up its budget of work and
 * wants to be called again with the same arguments (its progress then lies in its scratch memory).
 *
 * Modules cross to workers as `WebAssembly.Module`s, so a worker knows no kernel by name and anybody can add one.
 */
export interface KernelModule {
  /** Family name, unique: "tree", "linear". */
  readonly name: string;
  /** The module's bytes, base64: for a shared and for a private memory. */
  readonly shared: string;
  readonly private: string;
}

export interface Kernel {
  readonly module: KernelModule;
  /** Name of the exported function. */
  readonly name: string;
}

export const DONE = 0;
export const MORE = 1;

/**
 * Static data of the wasm modules lies below this address, each family in a page of its own (assembly/layout.json);
 * arenas begin here.
 */
export const ARENA_BASE = 1 << 20;

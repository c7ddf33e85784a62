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
  /** Fetches the code of a build, the first time that a pool needs it; called again after a failure. */
  load(build: KernelBuild): Promise<KernelCode>;
}

/**
 * "fast": products and sums of f32 kernels may be fused, where engine and processor can; the same bits on all machines that can.
 * "portable": rounded apiece; the same bits on every machine. Families without f32 sums have one build, which is both.
 */
export type KernelBuild = "fast" | "portable";

/** The code of a family of kernels. */
export interface KernelCode {
  /** Family name. */
  readonly name: string;
  /**
   * The module's bytes, as it imports a memory of its thread's own: deflated (RFC 1951), in base64. A server that compresses packs
   * that a tenth better than the bytes in hexadecimal.
   */
  readonly packed: string;
  /**
   * Place of the byte that says which memory it imports: 1 a private one, 3 a shared one; nothing else differs.
   * @see https://webassembly.github.io/threads/core/binary/types.html#limits
   */
  readonly memoryFlagAt: number;
}

/** `memoryFlagAt` of modules for shared memory. */
const SHARED = 3;

/** The module's bytes for one kind of memory. */
export async function bytesOf({ packed, memoryFlagAt }: KernelCode, shared: boolean): Promise<Uint8Array<ArrayBuffer>> {
  const deflated = new Blob([Uint8Array.from(atob(packed), (char) => char.charCodeAt(0))]);
  const inflated = deflated.stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(inflated).arrayBuffer());
  if (shared) bytes[memoryFlagAt] = SHARED;
  return bytes;
}

export interface Kernel {
  /** The chunk of WebAssembly that holds it. */
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

import { deflateRawSync } from "node:zlib";
import asc from "assemblyscript/asc";
import type { Kernel, KernelCode, KernelModule } from "../../src/kernels/kernel.js";

/** Small kernels that show what a pool does, and some that misbehave. */
const source = `
  /** Sums n doubles into out. */
  export function sum(x: usize, n: i32, out: usize): i32 {
    let total: f64 = 0;
    for (let i = 0; i < n; i++) total += load<f64>(x + (<usize>i << 3));
    store<f64>(out, total);
    return 0;
  }
  /** Adds 1 to each of n bytes. */
  export function increment(x: usize, n: i32): i32 {
    for (let i: usize = 0; i < <usize>n; i++) store<u8>(x + i, load<u8>(x + i) + 1);
    return 0;
  }
  /** Each call adds 1 to a counter after some work; answers MORE until the counter has reached the total. */
  export function count(progress: usize, total: u32, work: i32): i32 {
    let hash: u32 = load<u32>(progress + 4);
    for (let i = 0; i < work; i++) hash = hash * 1664525 + 1013904223;
    store<u32>(progress + 4, hash);
    const done = load<u32>(progress) + 1;
    store<u32>(progress, done);
    return done < total ? 1 : 0;
  }
  /** Counts for ever and never comes back. */
  export function hang(progress: usize): i32 {
    while (true) store<u32>(progress, load<u32>(progress) + 1);
    return 0;
  }
  export function trap(): i32 { unreachable(); return 0; }
  export function answerSeven(): i32 { return 7; }
  export function answerNothing(x: usize): void { store<u8>(x, 42); }
`;

async function compile(shared: boolean): Promise<Buffer> {
  let wasm: Uint8Array | undefined;
  const sharing = shared ? ["--sharedMemory", "--enable", "threads"] : [];
  const { error, stderr } = await asc.main(
    // prettier-ignore
    [
      "probe.ts",
      "--outFile",
      "probe.wasm",
      "-O1",
      "--noAssert",
      "--runtime",
      "stub",
      "--importMemory",
      "--initialMemory",
      "17",
      "--maximumMemory",
      "65536",
      "--use",
      "abort=",
      ...sharing,
    ],
    {
      readFile: (name) => (name === "probe.ts" ? source : null),
      writeFile: (_, contents) => {
        wasm = contents as Uint8Array;
      },
      listFiles: () => [],
    },
  );
  if (error || !wasm) throw new Error(`${error}\n${stderr}`);
  return Buffer.from(wasm);
}

const [forShared, forPrivate] = [await compile(true), await compile(false)];
export const code: KernelCode = {
  name: "probe",
  packed: deflateRawSync(forPrivate).toString("base64"),
  memoryFlagAt: forPrivate.findIndex((byte, i) => byte !== forShared[i]),
};

const module: KernelModule = { name: "probe", load: async () => code };

export const probe = (name: string): Kernel => ({ module, name });

/** A cost that sends a call to a worker, and one that keeps it on the calling thread. */
export const DEAR = 1e9;
export const CHEAP = 1;

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

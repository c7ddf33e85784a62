import { afterEach, describe, expect, it, vi } from "vitest";
import { KernelError } from "../../src/core/errors.js";
import type { KernelCode, KernelModule } from "../../src/kernels/kernel.js";
import { boosting, linear, neural, svm, tree } from "../../src/kernels/modules.js";
import { relaxedSimdWorks } from "../../src/kernels/relaxed-simd.js";
import { inlinePool } from "../../src/parallel/inline-pool.js";
import type { Pool } from "../../src/parallel/pool.js";
import { threadPool } from "../../src/parallel/thread-pool.js";
import { code, DEAR } from "./probe.js";

const pools: Record<string, () => Pool> = {
  "the inline pool": inlinePool,
  "a thread pool with shared memory": () => threadPool({ workers: 2 }),
  "a thread pool with private memories": () => threadPool({ workers: 2, sharedMemory: false }),
};
let pool: Pool;

afterEach(() => pool.close());

/** A family of kernels that is loaded so, and what runs one of its kernels: 1 comes out. */
function incrementing(load: KernelModule["load"]) {
  const kernel = { module: { name: "probe", load }, name: "increment" };
  return async (signal?: AbortSignal) => {
    const x = pool.memory.scope().zeros(8);
    await pool.run({ kernel, args: [x.offset, 8], reads: [], writes: [x], cost: DEAR }, signal);
    return pool.memory.u8(x)[0];
  };
}

describe.each(Object.entries(pools))("%s", (_, make) => {
  it("loads a family of kernels when it first needs it, once for many calls.", async () => {
    pool = make();
    const load = vi.fn(async () => code);
    const run = incrementing(load);
    expect(load).not.toHaveBeenCalled();
    expect(await Promise.all([run(), run(), run(), run()])).toEqual([1, 1, 1, 1]);
    expect(await run()).toBe(1);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it("says why a family could not be loaded, and tries again at the next call.", async () => {
    pool = make();
    const offline = new TypeError("Failed to fetch dynamically imported module: https://example.org/probe.js");
    const load = vi.fn(async () => code).mockRejectedValueOnce(offline);
    const run = incrementing(load);
    const error = await run().catch((it: unknown) => it);
    expect(error).toBeInstanceOf(KernelError);
    expect(error).toMatchObject({
      message: `Kernel "increment" of the "probe" family failed: ${offline.message}`,
      cause: offline,
    });
    expect(await run()).toBe(1);
    expect(load).toHaveBeenCalledTimes(2);
  });

  it("does not let an abort wait for what is still being loaded.", async () => {
    pool = make();
    let arrive = (_: KernelCode) => {};
    const load = vi.fn(() => new Promise<KernelCode>((resolve) => void (arrive = resolve)));
    const run = incrementing(load);
    const abort = new AbortController();
    const reason = new Error("enough");
    const aborted = run(abort.signal);
    await vi.waitUntil(() => load.mock.calls.length > 0);
    abort.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    const next = run();
    arrive(code);
    expect(await next).toBe(1);
    expect(load).toHaveBeenCalledTimes(1);
  });
});

describe("The families of kernels", () => {
  it.each(["fast", "portable"] as const)("are loaded by their own names, as the %s build.", async (build) => {
    const families = [tree, linear, boosting, svm, neural];
    const loaded = await Promise.all(families.map((family) => family.load(build)));
    expect(loaded.map(({ name }) => name)).toEqual(families.map(({ name }) => name));
  });

  it("have a build for relaxed SIMD where the engine has it, which fuses products and sums.", async () => {
    const [fast, portable] = [await neural.load("fast"), await neural.load("portable")];
    expect(fast.packed === portable.packed).toBe(!relaxedSimdWorks());
  });
});

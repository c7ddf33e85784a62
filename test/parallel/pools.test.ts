import { describe, expect, it } from "vitest";
import { inlinePool } from "../../src/parallel/inline-pool.js";
import { threadPool } from "../../src/parallel/thread-pool.js";
import { counting, describePool } from "./pool-cases.js";

describePool("the inline pool", () => inlinePool());
describePool("a thread pool with shared memory", () => threadPool({ workers: 2 }));
describePool("a thread pool with private memories", () => threadPool({ workers: 2, sharedMemory: false }));
describePool("a thread pool of no workers", () => threadPool({ workers: 0 }));

describe("a long sliced kernel on the calling thread", () => {
  it("lets the event loop turn at least every 50 ms.", async () => {
    const pool = inlinePool();
    const { call, scope } = counting(pool, 3000); // About 0.1 ms a slice.
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const before = performance.now();
    await pool.run(call);
    const took = performance.now() - before;
    clearInterval(timer);
    expect(took).toBeGreaterThan(100);
    expect(turns).toBeGreaterThanOrEqual(took / 50); // On average: a machine under load may hold any single one.
    scope.free();
    await pool.close();
  });
});

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "tsup";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { code } from "./probe.js";

// Only a process of its own shows whether a pool keeps one alive, so these tests build one.
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "trellis-pool-"));
  const entry = { pool: "src/parallel/thread-pool.ts", worker: "src/parallel/worker.ts" };
  await build({
    entry,
    outDir: folder,
    format: "esm",
    config: false,
    silent: true,
    dts: false,
    outExtension: () => ({ js: ".js" }),
  });
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const preamble = `
  import { threadPool } from "./pool.js";
  const module = { name: "probe", load: async () => (${JSON.stringify(code)}) };
  const counting = (pool, total, cost) => {
    const progress = pool.memory.scope().zeros(8);
    return { kernel: { module, name: "count" }, args: [progress.offset, total, 100000], reads: [], writes: [progress], cost };
  };
`;

async function run(script: string): Promise<string> {
  const file = join(folder, "main.js");
  await writeFile(file, preamble + script);
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], { timeout: 20_000 });
  return stdout + stderr;
}

describe("a process", () => {
  it.each([["auto"], [false]])("ends by itself when its workers are idle (sharedMemory: %s).", async (sharedMemory) => {
    const script = `
      const pool = threadPool({ workers: 2, sharedMemory: ${JSON.stringify(sharedMemory)} });
      await Promise.all([1, 2, 3].map(() => pool.run(counting(pool, 5, 1e9))));
      console.log("done");`;
    expect(await run(script)).toBe("done\n");
  });

  it("does not end while a call is under way at its top level, on a worker or on the calling thread.", async () => {
    const script = `
      const pool = threadPool({ workers: 1 });
      await pool.run(counting(pool, 1500, 1e9));
      await pool.run(counting(pool, 1500, 1));
      await pool.close();
      console.log("done");`;
    expect(await run(script)).toBe("done\n");
  });

  it("ends by itself after an uncooperative kernel has been given up.", async () => {
    const script = `
      const pool = threadPool({ workers: 1 });
      const progress = pool.memory.scope().zeros(8);
      const hang = { kernel: { module, name: "hang" }, args: [progress.offset], reads: [], writes: [progress], cost: 1e9 };
      await pool.run(hang, AbortSignal.timeout(100)).catch((error) => console.log(error.name));`;
    expect(await run(script)).toBe("TimeoutError\n");
  });

  it("hears of no listener leak when many calls share one signal.", async () => {
    const script = `
      const pool = threadPool({ workers: 2 });
      const { signal } = new AbortController();
      const calls = Array.from({ length: 10000 }, (_, i) => counting(pool, 1, i % 2 ? 1e9 : 1));
      await Promise.all(calls.map((call) => pool.run({ ...call, args: [call.args[0], 1, 0] }, signal)));
      console.log("done");`;
    expect(await run(script)).toBe("done\n");
  });
});

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);

/** Loads damaged copies of models where no code can be made of strings and little is permitted; prints how each ended. */
const program = `
import { fromBytes, Rng } from "trellis-learn";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
const folder = "test/persistence/fixtures/format-1/";
const models = readdirSync(folder).filter((file) => file.endsWith(".trellis")).map((file) => readFileSync(folder + file));
const rng = new Rng(0);
const ends = {};
for (let i = 0; i < 1000; i++) {
  const bytes = new Uint8Array(models[i % models.length]);
  for (let k = 0; k < 1 + rng.integer(4); k++) bytes[rng.integer(bytes.length - 32)] = rng.integer(256);
  if (i % 2 === 0) bytes.set(createHash("sha256").update(bytes.subarray(0, -32)).digest(), bytes.length - 32);
  const end = await fromBytes(bytes).then(() => "loaded", (error) => error.name);
  ends[end] = (ends[end] ?? 0) + 1;
}
console.log(JSON.stringify(ends));
`;

/** Node 20 calls it experimental. It forbids writing files, starting processes and threads, and loading native code. */
const permission = process.allowedNodeEnvironmentFlags.has("--permission")
  ? "--permission"
  : "--experimental-permission";

it("Loading 1000 damaged models runs no code: it works where strings cannot become code, and ends in typed errors", async () => {
  const flags = ["--disallow-code-generation-from-strings", permission, "--allow-fs-read=*"];
  const { stdout } = await run(process.execPath, [...flags, "--input-type=module", "--eval", program], {
    cwd: new URL("../..", import.meta.url),
  });
  const ends = JSON.parse(stdout) as Record<string, number>;
  expect(Object.values(ends).reduce((sum, count) => sum + count, 0)).toBe(1000);
  const typed = ["loaded", "InvalidModelError", "UnknownModelTypeError", "UnsupportedVersionError"];
  expect(Object.keys(ends).filter((name) => !typed.includes(name))).toEqual([]);
  expect(ends.InvalidModelError).toBeGreaterThan(500);
});

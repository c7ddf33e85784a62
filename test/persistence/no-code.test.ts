import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);

/** Loads many damaged copies of a model where no code can be made of strings; prints how each ended. */
const program = `
import { DummyClassifier, fromBytes, Rng, toBytes } from "trellis-learn";
import { createHash } from "node:crypto";
const model = await toBytes(await new DummyClassifier().fit([[1], [2], [3]], ["a", "b", "a"]));
const rng = new Rng(0);
const ends = {};
for (let i = 0; i < 1000; i++) {
  const bytes = model.slice();
  for (let k = 0; k < 1 + rng.integer(4); k++) bytes[rng.integer(bytes.length - 32)] = rng.integer(256);
  if (i % 2 === 0) bytes.set(createHash("sha256").update(bytes.subarray(0, -32)).digest(), bytes.length - 32);
  const end = await fromBytes(bytes).then(() => "loaded", (error) => error.name);
  ends[end] = (ends[end] ?? 0) + 1;
}
console.log(JSON.stringify(ends));
`;

it("Loading 1000 damaged models runs no code: it works where strings cannot become code, and ends in typed errors", async () => {
  const flags = ["--disallow-code-generation-from-strings", "--input-type=module", "--eval", program];
  const { stdout } = await run(process.execPath, flags, { cwd: new URL("../..", import.meta.url) });
  const ends = JSON.parse(stdout) as Record<string, number>;
  expect(Object.values(ends).reduce((sum, count) => sum + count, 0)).toBe(1000);
  const typed = ["loaded", "InvalidModelError", "UnknownModelTypeError", "UnsupportedVersionError"];
  expect(Object.keys(ends).filter((name) => !typed.includes(name))).toEqual([]);
  expect(ends.InvalidModelError).toBeGreaterThan(500);
});

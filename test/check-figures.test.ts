import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";

const script = fileURLToPath(new URL("../scripts/check-figures.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "trellis-figures-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is said of a page with these lines. */
function check(name: string, lines: readonly string[]) {
  const page = join(folder, name);
  writeFileSync(page, lines.join("\n"));
  const { status, stderr } = spawnSync(process.execPath, [script, page], { encoding: "utf8" });
  return { status, faults: stderr.replaceAll(`${page}:`, "").split("\n").slice(0, -1) };
}

it("Each measured figure in a section without a command is named by its line, whatever other sections have.", () => {
  const { status, faults } = check("bare.md", [
    "# Ours",
    "`npm run bench -- forest` shows 5 ms.",
    "# Theirs",
    "It is 8.7 x as fast, 8.7 times",
    "faster, and 81 % are zero: 1,234 ms and 2.6 MB, within 1e-6.",
    "",
    "| what | ratio |",
    "| --- | --: |",
    "| forest | 3 x |",
  ]);
  const named = ["4: 8.7 x", "4: 8.7 times faster", "5: 81 %", "5: 1,234 ms", "5: 2.6 MB", "5: 1e-6", "9: 3 x"];
  expect(faults).toEqual(named.map((figure) => `${figure} has no command in its section`));
  expect(status).toBe(1);
});

it("A command in a line or a block is enough; dimensions, limits and code are no measured figures.", () => {
  const { status, faults } = check("sound.md", [
    "It takes 5 ms (`npx vitest run test/tree`).",
    "# In a block",
    "It takes 5 ms:",
    "```sh",
    "npm run bench -- forest",
    "```",
    "# Set by the code",
    "8 x 8 pixels, 100,000 x 28 floats, at most 8 MiB within 10 s; `{ tol: 1e-6 }`",
  ]);
  expect([faults, status]).toEqual([[], 0]);
});

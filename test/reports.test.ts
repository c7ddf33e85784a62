// The tables of the reports are those of the committed results.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const copy = mkdtempSync(join(tmpdir(), "trellis-reports-"));
const PAGE = "docs/reports/second-seed.md";

beforeAll(() => {
  for (const path of ["README.md", "benchmarks/results", "docs/reports", "docs/performance.md", "scripts"]) {
    cpSync(join(root, path), join(copy, path), { recursive: true });
  }
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const makeReports = (folder: string, ...args: string[]) =>
  spawnSync(process.execPath, [join(folder, "scripts/make-reports.mjs"), ...args], { encoding: "utf8" });

it("The pages of the reports are what npm run reports writes.", () => {
  const { status, stderr } = makeReports(root, "--check");
  expect([status, stderr]).toEqual([0, ""]);
});

it("A figure that somebody typed is found, and written over.", () => {
  const page = join(copy, PAGE);
  const text = readFileSync(page, "utf8");
  writeFileSync(page, text.replace("351 of 360", "360 of 360"));
  const { status, stderr } = makeReports(copy, "--check");
  expect([status, stderr]).toEqual([1, `${PAGE} is not what npm run reports writes\n`]);
  expect(makeReports(copy).status).toBe(0);
  expect(readFileSync(page, "utf8")).toBe(text);
});

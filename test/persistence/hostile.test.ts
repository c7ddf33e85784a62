// A short version of `npm run test:hostile`, on the built package.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("Damaged models are refused at once and in little memory; changed ones that are sound answer without NaN", () => {
  const script = fileURLToPath(new URL("hostile.mjs", import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, "--short"], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout).toContain("nothing damaged was loaded, nothing changed was unsound");
  expect(status).toBe(0);
}, 120_000);

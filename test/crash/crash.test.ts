// A short version of `npm run test:crash`, on the built package.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("A search that is killed, whenever, loses nothing, counts nothing twice, and ends with the same bits", () => {
  const script = fileURLToPath(new URL("run.mjs", import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, "--short"], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout).toContain("nothing lost, nothing twice, the same end each time");
  expect(status).toBe(0);
}, 120_000);

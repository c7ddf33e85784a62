import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";

const script = fileURLToPath(new URL("../scripts/check-supply.mjs", import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), "trellis-supply-"));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

const pinned = `actions/checkout@${"0".repeat(40)} # v1.2.3`;
const fetched = { version: "1.0.0", integrity: "sha512-AAAA", license: "MIT" };

/** The faults that are named in a repository with this manifest, packages in its lock, and actions in its workflow. */
function faultsOf(manifest: object, packages: Record<string, object>, actions: readonly string[]): string[] {
  const root = mkdtempSync(join(temporary, "root-"));
  mkdirSync(join(root, ".github/workflows"), { recursive: true });
  writeFileSync(join(root, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(root, "package-lock.json"), JSON.stringify({ packages }));
  writeFileSync(join(root, ".github/workflows/test.yml"), actions.map((action) => `  - uses: ${action}\n`).join(""));
  const { status, stderr } = spawnSync(process.execPath, [script, root], { encoding: "utf8" });
  expect(status).toBe(stderr === "" ? 0 : 1);
  return stderr.split("\n").slice(0, -1);
}

it("What is pinned and allowed has no fault; what only development needs may have any licence, and scripts that npm does not run.", () => {
  const manifest = {
    dependencies: { one: "1.0.0" },
    devDependencies: { two: "2.3.4" },
    peerDependencies: { two: "^2.0.0" },
  };
  const packages = {
    "": {},
    "examples/app": {},
    "node_modules/app": { link: true, resolved: "examples/app" },
    "node_modules/one": fetched,
    "node_modules/one-win32": { version: "1.0.0", license: "MIT", optional: true, os: ["win32"] },
    "node_modules/two": { ...fetched, dev: true, hasInstallScript: true, license: "GPL-3.0" },
  };
  expect(faultsOf(manifest, packages, [pinned])).toEqual([]);
  expect(readFileSync(new URL("../.npmrc", import.meta.url), "utf8")).toContain("ignore-scripts=true");
});

it("Every fault is named.", () => {
  const manifest = {
    scripts: { postinstall: "true" },
    dependencies: { ranged: "^1.0.0" },
    devDependencies: { two: "2.3.4" },
    peerDependencies: { two: "^1.0.0", three: "^1.0.0" },
  };
  const packages = {
    "node_modules/unchecked": { version: "1.0.0", license: "MIT" },
    "node_modules/bound": { ...fetched, resolved: "https://example.org/bound.tgz" },
    "node_modules/outside": { link: true, resolved: "../outside" },
    "node_modules/scripted": { ...fetched, hasInstallScript: true },
    "node_modules/copyleft": { ...fetched, license: "(MIT OR AGPL-3.0)" },
    "node_modules/unlicensed": { ...fetched, license: undefined },
  };
  const faults = faultsOf(manifest, packages, ["actions/checkout@v7", pinned.replace(/ #.*/, "")]);
  expect(faults).toHaveLength(12);
  for (const [i, said] of [
    "test.yml:1 uses actions/checkout@v7; write",
    "test.yml:2 uses actions/checkout@000",
    "node_modules/unchecked has no SHA-512",
    "node_modules/bound is bound to https://example.org/bound.tgz",
    "node_modules/outside links to ../outside",
    "node_modules/scripted runs a script",
    "package.json has the script postinstall",
    "package.json has ranged ^1.0.0",
    "the peer two is ^1.0.0; write ^2.x.y",
    "the peer three is no devDependency",
    "node_modules/copyleft has the licence (MIT OR AGPL-3.0)",
    "node_modules/unlicensed has the licence (none said)",
  ].entries()) {
    expect(faults[i]).toContain(said);
  }
});

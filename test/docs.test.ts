// Every program in the guides runs as it stands, on the built package, and prints what its comments say.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const project = mkdtempSync(join(tmpdir(), "trellis-docs-"));

beforeAll(() => {
  mkdirSync(join(project, "node_modules"));
  symlinkSync(root, join(project, "node_modules/trellis-learn"), "junction");
  symlinkSync(join(root, "node_modules/@tensorflow"), join(project, "node_modules/@tensorflow"), "junction");
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

const programsOf = (text: string) => [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, program]) => program!);

/** What the comments behind `console.log(...);` say that it prints. */
const promised = (program: string) => [...program.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, said]) => said);

const guides = [
  "coming-from-scikit-learn",
  "determinism-and-sharing",
  "exchange",
  "gradient-boosting",
  "mljs",
  "neural-networks",
  "neural-backends",
  "performance",
  "pictures",
  "saving-models",
  "serving",
  "studies",
  "support-vector-machines",
  "tracking",
  "tuning",
].map((name) => `docs/${name}.md`);

describe.each(["README.md", "CONTRIBUTING.md", ...guides])("Of %s", (file) => {
  const programs = programsOf(readFileSync(join(root, file), "utf8"));

  it("there are programs to run.", () => expect(programs.length).toBeGreaterThan(0));

  it.each(programs.map((program, i) => [i + 1, program] as const))(
    "program %i runs and prints what it says.",
    (_, program) => {
      const { code } = transformSync(program, { loader: "ts", format: "esm", target: "es2022" });
      const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", code], {
        cwd: project,
        encoding: "utf8",
      });
      expect(stderr).toBe("");
      expect(promised(program)).not.toEqual([]);
      expect(stdout.trim().split("\n")).toEqual(promised(program));
    },
  );
});

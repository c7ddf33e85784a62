// Every program in the guides runs as it stands, on the built package, and prints what its comments say.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
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

/** Programs in TypeScript, and those in JavaScript that say what they print. */
const programsOf = (text: string) =>
  [...text.matchAll(/^```(ts|js)\n([\s\S]*?)^```$/gm)]
    .filter(([, language, program]) => language === "ts" || promised(program!).length > 0)
    .map(([, , program]) => program!);

/** What the comments behind `console.log(...);` say that it prints. */
const promised = (program: string) => [...program.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, said]) => said);

/** Every Markdown file that has programs. */
const pages = ["README.md", "CONTRIBUTING.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)]
  .filter((file) => file.endsWith(".md"))
  .map((file) => [file, programsOf(readFileSync(join(root, file), "utf8"))] as const)
  .filter(([, programs]) => programs.length > 0);

it("There are programs in the guides.", () => expect(pages.length).toBeGreaterThan(15));

describe.each(pages)("Of %s", (_, programs) => {
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

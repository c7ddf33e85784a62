// What npm would publish, so dist/ must be built: `npm test` does it first.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { rolldown } from "rolldown";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

interface Bundle {
  /** What is loaded before anything is asked: the entry, and the chunks that it imports statically. */
  readonly first: string;
  /** All that can be loaded. */
  readonly all: string;
  /** The packages that are imported still. */
  readonly packages: readonly string[];
  /** The modules of Node that are imported. */
  readonly nodeModules: readonly string[];
}

const { exports, peerDependencies } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
  exports: Record<string, string | { types: string; default: string }>;
  peerDependencies: Record<string, string>;
};

/** What a user's bundler makes of a program: one file, or an entry and chunks where it splits. */
async function bundle(contents: string, splitting = false): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: root },
    tsconfigRaw: {}, // Names of the package mean what is built, not the sources.
    external: ["node:*", ...Object.keys(peerDependencies)],
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
    metafile: true,
    absWorkingDir: root,
    outdir: "out",
    logLevel: "error",
    splitting,
  });
  const texts = new Map(outputFiles.map(({ path, text }) => [relative(root, path).replaceAll("\\", "/"), text]));
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  const external = [...new Set(imports.filter((each) => each.external).map(({ path }) => path))];
  const first = new Set(["out/stdin.js"]);
  for (const file of first) {
    for (const { path, kind, external } of metafile.outputs[file]!.imports) {
      if (kind === "import-statement" && !external) first.add(path);
    }
  }
  return {
    first: [...first].map((file) => texts.get(file)!).join(""),
    all: [...texts.values()].join(""),
    packages: external.filter((name) => !name.startsWith("node:")),
    nodeModules: external.filter((name) => name.startsWith("node:")),
  };
}

/** The chunks of a program that is bundled by Rolldown, as Vite 8 does. */
async function rolldownChunks(contents: string): Promise<string[]> {
  const program = "\0program";
  const built = await rolldown({
    input: program,
    external: /^node:/,
    logLevel: "silent",
    plugins: [
      {
        name: "program",
        resolveId: (id, importer) =>
          id === program ? id : importer === program ? fileURLToPath(import.meta.resolve(id)) : null,
        load: (id) => (id === program ? contents : null),
      },
    ],
  });
  const { output } = await built.generate({ format: "esm", minify: true });
  return output.map((file) => (file.type === "chunk" ? file.code : ""));
}

/** As one file: how finely esbuild cuts into chunks is its own affair. */
const kilobytes = (text: string) => gzipSync(text).length / 1024;

/** Of the record that holds a family of kernels. */
const WASM = /memoryFlagAt:\d/g;
const familiesIn = (text: string) => [...text.matchAll(WASM)].length;

/** The most that the first load of each entry may weigh in kilobytes, compressed, peers left out. */
const LIMITS: Readonly<Record<string, number>> = {
  ".": 90,
  "./bullmq": 15,
  "./datasets": 55,
  "./exchange": 42,
  "./job": 4,
  "./mlflow": 30,
  "./mljs": 24,
  "./node": 45,
  "./report": 42,
  "./serve": 30,
  "./testing": 36,
  "./tfjs": 18,
  "./tracking": 25,
  "./tune": 20,
};

describe("The built package", () => {
  it("holds what is built and what a reader needs, and neither sources nor tests.", () => {
    const packing = ["pack", "--dry-run", "--json", "--ignore-scripts"];
    const packed = JSON.parse(execFileSync("npm", packing, { cwd: root, encoding: "utf8", stdio: "pipe" }));
    const [{ files }] = Object.values(packed) as [{ files: { path: string }[] }];
    const paths = files.map(({ path }) => path);
    const others = paths.filter((path) => !/^dist\/[\w.-]+\.[jt]s$/.test(path));
    expect(others.sort()).toEqual(["CHANGELOG.md", "LICENSE", "README.md", "package.json"]);
    expect(paths.filter((path) => /(?<!\.d)\.ts$/.test(path))).toEqual([]);
    const named = Object.values(exports).flatMap((entry) => (typeof entry === "string" ? entry : Object.values(entry)));
    expect(paths).toEqual(expect.arrayContaining(named.map((file) => file.slice("./".length))));
  });

  it("imports no package in its root entry: seedrandom, which is all that it depends on, is built in.", async () => {
    const { packages } = await bundle('export * from "trellis-learn";');
    expect(packages).toEqual([]);
  });

  it("loads at most 90 kB with its root entry, compressed, and kernels in chunks when they are asked for.", async () => {
    const { first, all } = await bundle('export * from "trellis-learn";', true);
    expect(first).toContain("RandomForestClassifier");
    expect(kilobytes(first)).toBeLessThan(90);
    expect(familiesIn(first)).toBe(0);
    // Eight families, of which one has two builds.
    expect(familiesIn(all)).toBe(9);
    expect(kilobytes(all)).toBeLessThan(210);
  });

  it("loads at first with each of its entries no more than has been agreed.", async () => {
    const entries = Object.keys(exports).filter((path) => !path.endsWith(".json"));
    expect(entries.sort()).toEqual(Object.keys(LIMITS));
    const tooHeavy: string[] = [];
    for (const path of entries) {
      const { first } = await bundle(`export * from "${path.replace(".", "trellis-learn")}";`, true);
      if (kilobytes(first) > LIMITS[path]!) tooHeavy.push(`${path}: ${kilobytes(first).toFixed(1)} kB`);
    }
    expect(tooHeavy).toEqual([]);
  });

  it("lets a bundler drop what is not imported: a splitter brings no forest and no kernel.", async () => {
    const { all: everything } = await bundle('export * from "trellis-learn";');
    expect(everything).toContain("RandomForestClassifier");
    expect(familiesIn(everything)).toBe(9);
    const { all } = await bundle('export { KFold } from "trellis-learn";');
    expect(all).toContain("nSplits");
    expect(all).not.toContain("RandomForestClassifier");
    expect(familiesIn(all)).toBe(0);
  });

  it("costs a program that searches forests at most 45 kB as Vite bundles it, compressed, its one family of kernels and Alea included.", async () => {
    const program = "export { GridSearchCV, RandomForestClassifier } from 'trellis-learn';";
    const chunks = await rolldownChunks(program);
    expect(chunks.filter((chunk) => familiesIn(chunk) === 1)).toHaveLength(1);
    expect(chunks.reduce((sum, chunk) => sum + kilobytes(chunk), 0)).toBeLessThan(45);
    // As one file, where whatever is loaded when it is asked for is wrapped in functions.
    expect(kilobytes((await bundle(program)).all)).toBeLessThan(46.5);
  });

  it("leaves the disk out of what tracks in browsers.", async () => {
    // A bundler for browsers would fail at an import of Node's own modules.
    const { all, nodeModules } = await bundle('export * from "trellis-learn/mlflow";', true);
    expect(nodeModules).toEqual([]);
    expect(all).not.toContain(".damaged");
  });

  it("has a worker that stands alone.", async () => {
    const { outputFiles, metafile } = await build({
      entryPoints: [`${root}dist/worker.js`],
      bundle: true,
      write: false,
      metafile: true,
    });
    expect(Object.keys(metafile.inputs)).toHaveLength(1);
    expect(outputFiles[0]!.text).not.toContain("import.meta");
  });

  it("has an entry for processes of jobs that loads no other package.", async () => {
    const { metafile } = await build({
      entryPoints: [`${root}dist/job.js`],
      bundle: true,
      platform: "node",
      packages: "external",
      format: "esm",
      write: false,
      metafile: true,
      logLevel: "error",
    });
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    expect(imports.length).toBeGreaterThan(0);
    expect(imports.filter(({ path }) => !path.startsWith("node:"))).toEqual([]);
  });
});

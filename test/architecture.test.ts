import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { describe, expect, it } from "vitest";

/** Folders of src/, lower layers first. A file imports from its own folder or from a lower layer, never sideways. */
const LAYERS = [
  ["kernels", "metrics"],
  ["parallel"],
  ["core"],
  ["split"],
  [
    "tree",
    "linear",
    "svm",
    "naive-bayes",
    "neighbors",
    "preprocessing",
    "neural",
    "dummy",
    "boosting",
    "decomposition",
  ],
  ["ensemble", "compose"],
  ["model-selection"],
  ["stacking", "calibration", "inspection"],
  ["tune"],
];
/** Folders that only the entry files, src/*.ts, import; they themselves import from any layer. */
const LEAVES = [
  "persistence",
  "tracking",
  "exchange",
  "report",
  "serve",
  "testing",
  "datasets",
  "tfjs",
  "node",
  "bullmq",
  "mljs",
];
/** Leaves that import from other leaves, and from which. */
const LEAVES_OF_LEAVES: Record<string, readonly string[]> = {
  testing: ["persistence"],
  node: ["persistence", "tracking"],
  tracking: ["persistence", "exchange", "report", "node"],
  serve: ["persistence", "node", "report"],
};
/** The words that everybody above the kernels shares: errors, labels and the guess at a misspelt name. */
const VOCABULARY = ["core/errors.ts", "core/labels.ts", "core/nearest-name.ts"];
/** Packages (or one module of one), and the file or folder that may import each; what is not here is imported by nobody. */
const PACKAGES: Record<string, string | readonly string[]> = {
  node: "node/",
  "node:crypto": ["bullmq/", "serve/"],
  "node:events": "serve/",
  "node:http": "serve/",
  "node:net": "serve/",
  "node:os": "serve/",
  "node:timers/promises": "serve/",
  "node:url": "serve/",
  "node:child_process": "serve/",
  "node:worker_threads": "serve/",
  express: "serve/",
  helmet: "serve/",
  pino: "serve/",
  "prom-client": "serve/",
  zod: "serve/",
  seedrandom: "core/random.ts",
  echarts: "report/",
  "@resvg": "report/",
  "@tensorflow": "tfjs/",
  bullmq: "bullmq/",
  ioredis: "bullmq/",
  "ml-cart": "mljs/",
  "ml-random-forest": "mljs/",
  "ml-svm": "mljs/",
};

/** A static import or export from a module, an import for its effects, or a lazy import; types too. */
const IMPORT = /(?:^(?:import|export)\b[^;"=(]*\bfrom\s*|\bimport\(|^import\s*)"([^"]+)"/gm;

const layerOf = (folder: string) => LAYERS.findIndex((layer) => layer.includes(folder));
const folderOf = (file: string) => (file.includes("/") ? file.slice(0, file.indexOf("/")) : "");

function allows(from: string, to: string): boolean {
  const [here, there] = [folderOf(from), folderOf(to)];
  if (here === "") return true;
  if (VOCABULARY.includes(from)) return VOCABULARY.includes(to);
  if (here === there) return true;
  if (VOCABULARY.includes(to)) return here !== "kernels";
  if (LEAVES.includes(there)) return LEAVES_OF_LEAVES[here]?.includes(there) ?? false;
  return there !== "" && layerOf(there) >= 0 && (LEAVES.includes(here) || layerOf(there) < layerOf(here));
}

/** What breaks the dependency rule in a tree of sources, given by their paths below src/. */
function violations(sources: Iterable<readonly [file: string, text: string]>): string[] {
  const found: string[] = [];
  for (const [file, text] of sources) {
    const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
    if (layerOf(folderOf(file)) < 0 && !["", ...LEAVES].includes(folderOf(file))) found.push(`${file} is in no layer`);
    if (/\bMath\.random\(/.test(code)) found.push(`${file} calls Math.random`);
    for (const [, specifier] of code.matchAll(IMPORT)) {
      const to = specifier!.startsWith(".")
        ? posix.join(posix.dirname(file), specifier!).replace(/\.js$/, ".ts")
        : null;
      const homes = [specifier!, specifier!.split(/[/:]/)[0]!].flatMap((name) => PACKAGES[name] ?? []);
      const allowed = to === null ? homes.some((home) => file.startsWith(home)) : allows(file, to);
      if (!allowed) found.push(`${file} imports ${to ?? specifier}`);
    }
  }
  return found;
}

function* sourcesOf(folder: URL): Generator<readonly [string, string]> {
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = file.replaceAll("\\", "/");
    if (!path.endsWith(".ts") || path.endsWith(".d.ts") || path.startsWith("kernels/assembly/")) continue;
    yield [path, readFileSync(new URL(path, folder), "utf8")];
  }
}

describe("The dependency rule", () => {
  it("is kept by every file under src.", () => {
    const sources = [...sourcesOf(new URL("../src/", import.meta.url))];
    expect(sources.length).toBeGreaterThan(50);
    expect(violations(sources)).toEqual([]);
  });

  it.each([
    ["a layer above", "core/estimator.ts", 'import { x } from "../tree/decision-tree.js";'],
    ["a type of a layer above", "parallel/pool.ts", 'import type { Matrix } from "../core/matrix.js";'],
    ["a neighbour in the layer", "linear/ridge.ts", 'export { x } from "../svm/svc.js";'],
    ["a lazy import of a layer above", "tree/decision-tree.ts", 'const x = await import("../ensemble/forest.js");'],
    ["anything but kernels in a kernel", "kernels/grow-tree.ts", 'import { x } from "../core/errors.js";'],
    ["more than the vocabulary in a metric", "metrics/log-loss.ts", 'import {\n  x,\n} from "../core/matrix.js";'],
    ["a layer in the vocabulary", "core/errors.ts", 'import { x } from "./matrix.js";'],
    ["a leaf", "model-selection/grid-search-cv.ts", 'import { x } from "../persistence/to-bytes.js";'],
    ["a leaf in another leaf", "report/to-png.ts", 'import { x } from "../datasets/digits.js";'],
    ["an entry file", "tree/decision-tree.ts", 'import { x } from "../index.js";'],
    ["fs outside of src/node", "datasets/mnist.ts", 'import { readFile } from "node:fs/promises";'],
    ["a second file with seedrandom", "tree/prune.ts", 'import seedrandom from "seedrandom";'],
    ["tfjs", "neural/dense.ts", 'import * as tf from "@tensorflow/tfjs";'],
    ["ml.js", "tree/decision-tree.ts", 'const x = await import("ml-cart");'],
    ["a bare import for its effects", "core/state.ts", 'import "../tree/prune.js";'],
    ["Math.random", "split/k-fold.ts", "const x = Math.random();"],
    ["a folder that nobody placed in a layer", "utils/array.ts", ""],
  ])("refuses %s.", (_, file, text) => {
    expect(violations([[file, text]])).toHaveLength(1);
  });

  it.each([
    ["a lower layer", "model-selection/cross-validate.ts", 'import { x } from "../split/check-cv.js";'],
    ["metrics in core", "core/classifier.ts", 'import { x } from "../metrics/accuracy-score.js";'],
    ["errors in the pool", "parallel/memory.ts", 'import { x } from "../core/errors.js";'],
    ["persistence in the suite", "testing/checks/persistence.ts", 'import { x } from "../../persistence/to-bytes.js";'],
    [
      "any leaf in an entry file",
      "node.ts",
      'export { x } from "./node/files.js";\nexport { y } from "./tracking/run.js";',
    ],
    ["fs in src/node", "node/files.ts", 'import { open } from "node:fs/promises";'],
    ["persistence in src/node", "node/files.ts", 'import { x } from "../persistence/to-bytes.js";'],
    ["what a comment mentions", "core/random.ts", '/** not Math.random(), see import("../tree/x.js") */\n// from "x"'],
  ])("lets through %s.", (_, file, text) => {
    expect(violations([[file, text]])).toEqual([]);
  });
});

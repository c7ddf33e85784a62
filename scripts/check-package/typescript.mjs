import { spawnSync } from "node:child_process";
import { makeProject } from "./project.mjs";

const program = `
import { GridSearchCV, type Matrix, RandomForest, trainTestSplit } from "trellis-learn";
import { loadIris } from "trellis-learn/datasets";
import { loadModel } from "trellis-learn/node";

const { X, y } = loadIris();
const model: RandomForest = await new RandomForest({ nEstimators: 10 }).fit(X, y);
const probabilities: Matrix = await model.predictProba(X);
const search = new GridSearchCV({ estimator: model, paramGrid: { maxDepth: [2, null], criterion: ["gini", "entropy"] } });
// @ts-expect-error a misspelt parameter does not compile
new RandomForest({ nTrees: 10 });
// @ts-expect-error nor does one in a grid
new GridSearchCV({ estimator: model, paramGrid: { nTrees: [10] } });
export const all = [probabilities.rows, search, trainTestSplit, (await loadModel("model", RandomForest)).trees];
`;
const STRICT = ["--strict", "--exactOptionalPropertyTypes", "--noEmit", "--target", "es2022", "--lib", "es2022,dom"];

export function* checkTypeScript({ tarball, temporary, versions }) {
  const packages = ["typescript", "@types/node"].map((name) => `${name}@${versions[name]}`);
  const folder = makeProject(temporary, "typescript", { "program.ts": program }, [tarball, ...packages]);
  for (const [module, resolution] of [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ]) {
    const flags = [...STRICT, "--types", "node", "--module", module, "--moduleResolution", resolution];
    const tsc = ["node_modules/typescript/bin/tsc", ...flags, "program.ts"];
    const { status, stdout } = spawnSync(process.execPath, tsc, { cwd: folder, encoding: "utf8" });
    const consumer = `TypeScript ${versions.typescript}, ${resolution}`;
    if (status === 0) yield { consumer, says: "compiles" };
    else yield { consumer, says: "does not compile", fault: stdout };
  }
}

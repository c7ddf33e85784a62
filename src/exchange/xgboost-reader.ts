import type { BoostedTree } from "../boosting/boosted-tree.js";
import { objectives } from "../boosting/objectives.js";
import { InvalidModelError } from "../core/errors.js";
import type { Label } from "../core/labels.js";
import { parseJson, printFloat } from "./json-text.js";
import { OBJECTIVES, type ObjectiveForm } from "./objectives.js";
import { Part } from "./part.js";
import { parseUbjson } from "./ubjson.js";
import { CLASSES, type XGBoostModel } from "./xgboost-model.js";
import { readTree } from "./xgboost-tree.js";

/** The model in a file of XGBoost, JSON or UBJSON. @throws InvalidModelError */
export function readXGBoost(source: Uint8Array | string): XGBoostModel {
  return fromDocument(typeof source === "string" ? parseJson(source) : parse(source));
}

/** As XGBoost does, it tells the formats apart by the second byte: in UBJSON the length of the first key begins there. */
function parse(bytes: Uint8Array): unknown {
  if (bytes[0] === 0x7b && "LlIUi".includes(String.fromCharCode(bytes[1] ?? 0))) return parseUbjson(bytes);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new InvalidModelError("the bytes are no XGBoost model: they are neither JSON nor UBJSON", { cause: error });
  }
  return parseJson(text);
}

/**
 * Takes a document apart that may hold anything.
 * @throws InvalidModelError naming the place of what is missing, wrong or not supported
 */
function fromDocument(document: unknown): XGBoostModel {
  const learner = new Part(document).get("learner");
  const parameters = learner.get("learner_model_param");
  const nFeatures = parameters.get("num_feature").count();
  if (nFeatures < 1) throw parameters.get("num_feature").refuse("is 0; a model needs a feature");
  const targets = parameters.find("num_target")?.count() ?? 1;
  if (targets > 1) throw unsupported(`it has ${targets} targets; one is supported`);
  const { form, settings } = readObjective(learner.get("objective"));
  const outputs = form.objective === "multi:softprob" ? parameters.get("num_class").count() : 1;
  const { trees, parallel } = readTrees(learner.get("gradient_booster"), outputs, nFeatures);
  return {
    objective: form.objective,
    settings,
    baseMargin: readBaseMargin(parameters.get("base_score"), form, outputs),
    trees,
    nFeatures,
    featureNames: readNames(learner.find("feature_names"), nFeatures),
    classes: readClasses(learner.find("attributes")?.find(CLASSES) ?? null),
    bestIteration: readBestIteration(learner.find("attributes")?.find("best_iteration") ?? null, parallel),
  };
}

function readObjective(objective: Part) {
  const name = objective.get("name").text();
  const form = OBJECTIVES.get(name);
  if (form === undefined) {
    throw unsupported(
      `its objective is ${JSON.stringify(name.slice(0, 40))}; supported are ${[...OBJECTIVES.keys()].join(", ")}`,
    );
  }
  const section = form.section === null ? null : objective.find(form.section);
  const settings: Record<string, number> = {};
  for (const { key, param } of form.settings) {
    const value = section?.find(key)?.real();
    // XGBoost writes its f32 in nine digits: 0.699999988 is what 0.7 became.
    if (value !== undefined && param !== null) settings[param] = Number(printFloat(value));
  }
  return { form, settings };
}

interface Trees {
  readonly trees: readonly BoostedTree[];
  /** Trees that XGBoost grew for each class in each of its rounds; here each makes a round of its own. */
  readonly parallel: number;
}

/** The trees, put in the order of rounds: each class has the same number of them and their order is kept. */
function readTrees(booster: Part, outputs: number, nFeatures: number): Trees {
  const { model, weights } = modelOf(booster);
  const trees = model.get("trees").items();
  const stated = model.get("gbtree_model_param").get("num_trees").count();
  if (trees.length !== stated) throw model.get("trees").refuse(`has ${trees.length} items; num_trees says ${stated}`);
  if (trees.length === 0) throw unsupported("it has no trees");
  if (outputs < 1 || trees.length % outputs !== 0) {
    throw model.get("trees").refuse(`has ${trees.length} items for ${outputs} classes`);
  }
  const rounds = trees.length / outputs;
  const parallel = model.get("gbtree_model_param").find("num_parallel_tree")?.count() ?? 1;
  if (parallel < 1 || rounds % parallel !== 0) {
    throw model.get("trees").refuse(`has ${rounds} items for each class; num_parallel_tree says ${parallel} a round`);
  }
  const info = model.get("tree_info").integers(0, outputs - 1, trees.length);
  const scale = weights?.floats(trees.length);
  if (scale?.some((weight) => weight < 0 || weight > 1))
    throw weights!.refuse("has weights that are not within 0 and 1");
  const seen = new Uint32Array(outputs);
  const ordered = new Array<BoostedTree>(trees.length);
  for (const [i, tree] of trees.entries()) {
    const output = info[i]!;
    const round = seen[output]!++;
    if (round >= rounds) throw model.get("tree_info").refuse(`gives class ${output} more than ${rounds} trees`);
    ordered[round * outputs + output] = readTree(tree, nFeatures, scale?.[i] ?? 1);
  }
  return { trees: ordered, parallel };
}

/** The trees' record and, of a model with dropout (DART), the list of their weights, in or beside it by version. */
function modelOf(booster: Part): { readonly model: Part; readonly weights: Part | null } {
  const name = booster.get("name").text();
  if (name === "dart") return { model: booster.get("gbtree").get("model"), weights: booster.get("weight_drop") };
  if (name !== "gbtree") {
    throw unsupported(`its booster is ${JSON.stringify(name.slice(0, 40))}; gbtree and dart are supported`);
  }
  const model = booster.get("model");
  return { model, weights: model.find("weight_drop") };
}

function readBaseMargin(part: Part, form: ObjectiveForm, outputs: number): Float32Array {
  const { allowsBaseScore, expectedBaseScore, marginOf } = objectives[form.objective];
  const scores = part.reals();
  if (scores.length !== 1 && scores.length !== outputs) {
    throw part.refuse(`has ${scores.length} values for ${outputs} outputs`);
  }
  return Float32Array.from({ length: outputs }, (_, output) => {
    const score = scores[scores.length === 1 ? 0 : output]!;
    if (form.startsFromMargin) return score;
    if (allowsBaseScore(score)) return marginOf(score);
    throw part.refuse(`holds ${score}; ${form.objective} needs ${expectedBaseScore}`);
  });
}

function readNames(part: Part | null, nFeatures: number): readonly string[] | null {
  const names = part?.items().map((name) => name.text()) ?? [];
  if (names.length === 0) return null;
  if (names.length !== nFeatures) throw part!.refuse(`has ${names.length} items for ${nFeatures} features`);
  return names;
}

/** Labels as JSON. Whether they are the right ones is for the estimator to say. */
function readClasses(part: Part | null): readonly Label[] | null {
  if (part === null) return null;
  const classes = parseJson(part.text());
  const areLabels = Array.isArray(classes) && classes.every((label) => /string|number|boolean/.test(typeof label));
  if (!areLabels) throw part.refuse("is no list of labels");
  return classes;
}

function readBestIteration(part: Part | null, parallel: number): number | null {
  return part === null ? null : (part.count() + 1) * parallel - 1;
}

function unsupported(what: string): InvalidModelError {
  return new InvalidModelError(`the XGBoost model cannot be read: ${what}`);
}

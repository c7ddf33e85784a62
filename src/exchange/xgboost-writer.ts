import type { BoostedTree } from "../boosting/boosted-tree.js";
import { objectives } from "../boosting/objectives.js";
import { InvalidModelError } from "../core/errors.js";
import type { Value, ValueRecord } from "./document.js";
import { printFloat } from "./json-text.js";
import { OBJECTIVES } from "./objectives.js";
import { CLASSES, type XGBoostModel } from "./xgboost-model.js";

/** The version of XGBoost that these files are like. */
const VERSION = [3, 4, 1];

/** What XGBoost has for the parent of a root: 2^31 - 1. */
const NO_NODE = 2147483647;

/**
 * The document that XGBoost loads. It reads in XGBoost 2 and later, but for a classifier of many classes whose base
 * margins differ, which needs 3.1: before that there was one base_score for all classes.
 *
 * @see https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html
 * @throws InvalidModelError for a base margin that has no base_score
 */
export function toDocument(model: XGBoostModel): Value {
  const { objective, trees, nFeatures } = model;
  const outputs = model.baseMargin.length;
  const classes = objective === "multi:softprob" ? `${outputs}` : "0";
  return {
    learner: {
      attributes: attributes(model),
      feature_names: model.featureNames ?? [],
      feature_types: [],
      gradient_booster: {
        model: {
          gbtree_model_param: { num_parallel_tree: "1", num_trees: `${trees.length}` },
          iteration_indptr: Array.from({ length: trees.length / outputs + 1 }, (_, round) => round * outputs),
          tree_info: trees.map((_, i) => i % outputs),
          trees: trees.map((tree, id) => treeDocument(tree, id, nFeatures)),
        },
        name: "gbtree",
      },
      learner_model_param: {
        base_score: baseScore(model),
        boost_from_average: "0",
        num_class: classes,
        num_feature: `${nFeatures}`,
        num_target: "1",
      },
      objective: objectiveDocument(model, classes),
    },
    version: VERSION,
  };
}

function attributes({ classes, bestIteration }: XGBoostModel): ValueRecord {
  return {
    ...(bestIteration === null ? {} : { best_iteration: `${bestIteration}` }),
    ...(classes === null ? {} : { [CLASSES]: JSON.stringify(classes) }),
  };
}

function objectiveDocument({ objective, settings }: XGBoostModel, classes: string): ValueRecord {
  const form = OBJECTIVES.get(objective)!;
  if (form.section === null) return { name: objective };
  const section: Record<string, string> = objective === "multi:softprob" ? { num_class: classes } : {};
  for (const { key, param, usual } of form.settings) {
    section[key] = `${(param === null ? null : settings[param]) ?? usual}`;
  }
  return { name: objective, [form.section]: section };
}

/** One number where one is enough, which all versions of XGBoost read; since 3.1 there may be one for each class. */
function baseScore({ objective, baseMargin }: XGBoostModel): string {
  const { baseScoreOf, marginOf } = objectives[objective];
  const scores = Array.from(baseMargin, (margin) => {
    const score = baseScoreOf(margin);
    // XGBoost keeps probabilities within 1e-6 and 1 - 1e-6: beyond them even the nearest base_score is far off.
    if (Math.abs(marginOf(score) - margin) <= 0.05) return score;
    throw new InvalidModelError(
      `the base margin ${margin} of the model is beyond what XGBoost's base_score can say for ${objective}`,
    );
  });
  const texts = scores.map(printFloat);
  return texts.every((text) => text === texts[0]) ? texts[0]! : `[${texts.join()}]`;
}

/**
 * One tree. The predictor of XGBoost 2 takes the node after the left child for the right one, so siblings are neighbours:
 * nodes are numbered level by level.
 */
function treeDocument(tree: BoostedTree, id: number, nFeatures: number): ValueRecord {
  const count = tree.feature.length;
  const order = byLevel(tree);
  const left = new Int32Array(count).fill(-1);
  const right = new Int32Array(count).fill(-1);
  const parents = new Int32Array(count).fill(NO_NODE);
  for (let node = 0, next = 1; node < count; node++) {
    if (tree.feature[order[node]!]! < 0) continue;
    left[node] = next++;
    right[node] = next++;
    parents[left[node]!] = node;
    parents[right[node]!] = node;
  }
  return {
    base_weights: Float32Array.from(order, (node) => tree.value[node]!),
    categories: new Int32Array(0),
    categories_nodes: new Int32Array(0),
    categories_segments: new BigInt64Array(0),
    categories_sizes: new BigInt64Array(0),
    default_left: Uint8Array.from(order, (node) => tree.defaultLeft[node]!),
    id,
    left_children: left,
    loss_changes: Float32Array.from(order, (node) => tree.gain[node]!),
    parents,
    right_children: right,
    split_conditions: Float32Array.from(order, (node) =>
      tree.feature[node]! < 0 ? tree.value[node]! : tree.threshold[node]!,
    ),
    split_indices: Int32Array.from(order, (node) => Math.max(tree.feature[node]!, 0)),
    split_type: new Uint8Array(count),
    sum_hessian: Float32Array.from(order, (node) => tree.cover[node]!),
    tree_param: { num_deleted: "0", num_feature: `${nFeatures}`, num_nodes: `${count}`, size_leaf_vector: "1" },
  };
}

/** The nodes of a tree level by level, siblings side by side. */
function byLevel({ feature, right }: BoostedTree): Uint32Array {
  const order = new Uint32Array(feature.length);
  for (let at = 0, end = 1; at < end; at++) {
    const node = order[at]!;
    if (feature[node]! < 0) continue;
    order[end++] = node + 1;
    order[end++] = right[node]!;
  }
  return order;
}

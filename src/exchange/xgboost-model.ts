import type { BoostedTree } from "../boosting/boosted-tree.js";
import type { ObjectiveName, ObjectiveParams } from "../boosting/objectives.js";
import type { Label } from "../core/labels.js";

/** What a file of XGBoost holds, as far as Trellis knows it: the meeting point of files and estimators. */
export interface XGBoostModel {
  readonly objective: ObjectiveName;
  /** Parameters of the objective; what is missing or null has XGBoost's default. */
  readonly settings: Partial<ObjectiveParams>;
  /** Margin that the trees add to, one for each output: for each class of multi:softprob, else a single one. */
  readonly baseMargin: Float32Array;
  /** Round-major: the tree of output k in round r is trees[r * outputs + k]. */
  readonly trees: readonly BoostedTree[];
  readonly nFeatures: number;
  /** One name for each feature, or null. */
  readonly featureNames: readonly string[] | null;
  /** The labels of the classes, where the file tells them; XGBoost itself knows them as 0, 1, and so on. */
  readonly classes: readonly Label[] | null;
  /** The last round that early stopping found worth keeping, from 0, or null. More rounds may follow it. */
  readonly bestIteration: number | null;
}

/** The attribute of files that holds the labels of the classes, in JSON. */
export const CLASSES = "trellis_classes";

import type { ObjectiveName, ObjectiveParams } from "../boosting/objectives.js";

/** A parameter of an objective in files. */
interface Setting {
  readonly key: string;
  /** The parameter that it is here; null where there is none. */
  readonly param: keyof ObjectiveParams | null;
  /** XGBoost's default. */
  readonly usual: number;
}

/** One objective as it stands in files. */
export interface ObjectiveForm {
  /** What it is read as: the same trees with the same margins. */
  readonly objective: ObjectiveName;
  /** The record of its settings; null for none. */
  readonly section: string | null;
  readonly settings: readonly Setting[];
  /** base_score is a margin, though the objective has predictions of another kind. */
  readonly startsFromMargin?: boolean;
}

const softmax = { objective: "multi:softprob", section: "softmax_multiclass_param", settings: [] } as const;
const logistic: ObjectiveForm = {
  objective: "binary:logistic",
  section: "reg_loss_param",
  settings: [{ key: "scale_pos_weight", param: "scalePosWeight", usual: 1 }],
};
const squares: ObjectiveForm = {
  objective: "reg:squarederror",
  section: "reg_loss_param",
  settings: [{ key: "scale_pos_weight", param: null, usual: 1 }],
};

/** Every objective that can be read, by its name in files. Those that stand for another one are never written. */
export const OBJECTIVES: ReadonlyMap<string, ObjectiveForm> = new Map<string, ObjectiveForm>([
  ["multi:softprob", softmax],
  ["multi:softmax", softmax],
  ["binary:logistic", logistic],
  ["binary:logitraw", { ...logistic, startsFromMargin: true }],
  ["reg:logistic", logistic],
  ["reg:squarederror", squares],
  ["reg:linear", squares],
  ["reg:absoluteerror", { objective: "reg:absoluteerror", section: null, settings: [] }],
  [
    "reg:pseudohubererror",
    {
      objective: "reg:pseudohubererror",
      section: "pseudo_huber_param",
      settings: [{ key: "huber_slope", param: "huberSlope", usual: 1 }],
    },
  ],
  [
    "count:poisson",
    {
      objective: "count:poisson",
      section: "poisson_regression_param",
      settings: [{ key: "max_delta_step", param: "maxDeltaStep", usual: 0.7 }],
    },
  ],
]);

import { InvalidDataError, NotFittedError } from "./errors.js";
import { type AnyEstimator, Estimator, type TrainingData } from "./estimator.js";
import { type Label, sameLabels } from "./labels.js";

/**
 * For composites that take fitted members as they are: a copy of one, which its owner may refit without changing the
 * composite.
 *
 * @param who it is and when it must be fitted: `the member "a" of VotingClassifier`, "where prefit is true"
 * @throws NotFittedError; InvalidDataError if it was fitted on another number of features, or on other classes
 */
export function asFitted(member: AnyEstimator, { X, y }: TrainingData, who: string, where: string): AnyEstimator {
  if (!member.isFitted) throw new NotFittedError(`${who} must be fitted ${where}; it is not`);
  const { nFeatures, classes } = member.state;
  if (nFeatures !== X.cols) {
    throw new InvalidDataError(`X has ${X.cols} features, but ${who} was fitted on ${nFeatures}`);
  }
  if (y.kind === "labels" && !sameLabels(classes, y.classes)) {
    throw new InvalidDataError(`y has the classes ${list(y.classes)}, but ${who} was fitted on ${list(classes ?? [])}`);
  }
  const copy = member.clone();
  Estimator.restore(copy, member.state);
  return copy;
}

function list(labels: readonly Label[]): string {
  return labels.map((label) => JSON.stringify(label)).join(", ");
}

import { CheckFailure, same, that } from "./assertions.js";
import type { Check, EstimatorChecksOptions, MakeEstimator } from "./check.js";
import { abortChecks } from "./checks/abort.js";
import { classifierChecks } from "./checks/classifier.js";
import { containerChecks } from "./checks/containers.js";
import { determinismChecks } from "./checks/determinism.js";
import { evalSetChecks } from "./checks/eval-set.js";
import { extremeChecks } from "./checks/extremes.js";
import { fittingChecks } from "./checks/fitting.js";
import { hostileChecks } from "./checks/hostile.js";
import { invalidDataChecks } from "./checks/invalid-data.js";
import { invarianceChecks } from "./checks/invariance.js";
import { paramChecks } from "./checks/params.js";
import { persistenceChecks } from "./checks/persistence.js";
import { regressorChecks } from "./checks/regressor.js";
import { sharingChecks } from "./checks/sharing.js";
import { transformerChecks } from "./checks/transformer.js";
import { weightChecks } from "./checks/weights.js";
import { Subject } from "./subject.js";

/**
 * The promises that every estimator keeps, as checks to be run by any test runner, one at a time. Which of them apply is
 * read off what the estimator declares: its target, its methods, its schema, and which inputs it allows.
 *
 * During each check `Math.random` throws, and afterwards no pool may hold more memory than before.
 *
 * ```ts
 * for (const { name, run } of estimatorChecks(() => new MyClassifier({ randomState: 0 }))) it(name, run);
 * ```
 *
 * Source of the numbered checks: scikit-learn 1.9, sklearn.utils.estimator_checks.
 *
 * @param make - makes an unfitted estimator, always with the same parameters; small ones (few trees, few iterations)
 *   make quick checks
 * @throws CheckFailure if `expectedFailures` names a check that does not exist
 */
export function estimatorChecks(make: MakeEstimator, options: EstimatorChecksOptions = {}): readonly Check[] {
  const subject = new Subject(make, options);
  const groups = [
    paramChecks,
    containerChecks,
    invalidDataChecks,
    fittingChecks,
    ...(subject.target === "labels" && subject.methods.includes("predict") ? [classifierChecks] : []),
    ...(subject.target === "numbers" && subject.methods.includes("predict") ? [regressorChecks] : []),
    ...(subject.methods.includes("transform") ? [transformerChecks] : []),
    determinismChecks,
    sharingChecks,
    weightChecks,
    evalSetChecks,
    persistenceChecks,
    invarianceChecks,
    extremeChecks,
    abortChecks,
    hostileChecks,
  ];
  const checks = groups.flatMap((group) => group(subject)).map((each) => guarded(each, subject));
  const reasons = options.expectedFailures ?? {};
  for (const name of Object.keys(reasons)) {
    that(
      checks.some((each) => each.name === name),
      `${subject.name} is expected to fail "${name}", which is no check of it`,
    );
  }
  return checks.map((each) => (Object.hasOwn(reasons, each.name) ? failing(each, reasons[each.name]!) : each));
}

/** Runs with Math.random forbidden, and looks for memory that was not given back. */
function guarded(check: Check, { pools }: Subject): Check {
  const run = async () => {
    const { random } = Math;
    const before = pools.used();
    Math.random = () => {
      throw new CheckFailure("Math.random must not be used: randomness comes from ctx.rng and the random state");
    };
    try {
      await check.run();
    } finally {
      Math.random = random;
    }
    for (const [name, used] of pools.used()) same(used, before.get(name) ?? 0, `bytes in use in the pool "${name}"`);
  };
  return { ...check, run };
}

/** Passes if the check fails. */
function failing(check: Check, reason: string): Check {
  const run = async () => {
    try {
      await check.run();
    } catch {
      return;
    }
    throw new CheckFailure(`"${check.name}" was expected to fail (${reason}), and passes: take it off the list`);
  };
  return { ...check, name: `${check.name} (known to fail: ${reason})`, run };
}

import type { NeuralBackend } from "../../src/neural/backend.js";
import { abortChecks } from "./suite/abort.js";
import { agreementChecks } from "./suite/agreement.js";
import { conductChecks } from "./suite/conduct.js";
import { type BackendCheck, type BackendChecksOptions, Subject } from "./suite/subject.js";

/**
 * What every neural backend promises, as checks for any test runner or page, to be run one at a time: it learns and
 * answers what the plain f64 reference does, gives the same bits again, and stops when it is told to.
 *
 * ```ts
 * for (const { name, run } of neuralBackendChecks(myBackend)) it(name, run);
 * ```
 */
export function neuralBackendChecks(
  backend: NeuralBackend,
  options: BackendChecksOptions = {},
): readonly BackendCheck[] {
  const subject = new Subject(backend, options);
  return [...agreementChecks(subject), ...conductChecks(subject), ...abortChecks(subject)];
}

import { describe, it } from "vitest";
import { neuralBackendChecks } from "./backend-suite.js";
import { referenceBackend } from "./reference/backend.js";

describe("The reference backend", () => {
  for (const { name, run } of neuralBackendChecks(referenceBackend, { tolerance: 1e-12 })) it(name, run);
});

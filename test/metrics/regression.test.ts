import { expect, test } from "vitest";
import { InvalidDataError } from "../../src/core/errors.js";
import { meanAbsoluteError, meanSquaredError, r2Score, rootMeanSquaredError } from "../../src/metrics/index.js";
import { testGoldens } from "./goldens.js";

testGoldens("mean_squared_error", meanSquaredError, 10);
testGoldens("root_mean_squared_error", rootMeanSquaredError, 10);
testGoldens("mean_absolute_error", meanAbsoluteError, 10);
testGoldens("r2_score", r2Score, 10);

test("Targets that are no finite numbers, or too few, are refused by every regression metric.", () => {
  for (const metric of [meanSquaredError, rootMeanSquaredError, meanAbsoluteError, r2Score]) {
    const refused = (yTrue: unknown[], yPred: number[], message: string) => {
      const call = () => metric(yTrue as number[], yPred);
      expect(call).toThrow(InvalidDataError);
      expect(call).toThrow(message);
    };
    refused([1, "2"], [1, 2], "yTrue must be finite numbers; got 2 in row 1");
    refused([1, 2], [Number.POSITIVE_INFINITY, 2], "yPred must be finite numbers; got Infinity in row 0");
    refused([1, 2], [1], "yTrue and yPred must have as many rows; got 2 and 1");
    refused([], [], "yTrue and yPred must have at least one row; got none");
  }
});

// Minutes of work on more rows than the rest of the suite has: `npm run test:long`.
import { describe, expect, it } from "vitest";
import { judgeClassification, missesOf } from "./judge.js";
import { classifications, titleOf } from "./problems.js";

describe("SVC finds on 5000 rows what LIBSVM finds:", () => {
  for (const golden of classifications("synthetic")) {
    it(titleOf(golden), async () => expect(missesOf(await judgeClassification(golden))).toBe(""));
  }
});

import { describe, expect, it } from "vitest";
import { InvalidModelError } from "../../src/core/errors.js";
import { type TreeModel, validateTree } from "../../src/tree/tree-model.js";

/** x0 <= 0.5 ? 1 : 2 */
const stump: TreeModel = {
  feature: Int32Array.of(0, -1, -1),
  threshold: Float64Array.of(0.5, 0, 0),
  right: Uint32Array.of(2, 0, 1),
  value: Float64Array.of(1, 2),
  samples: Uint32Array.of(4, 2, 2),
  weight: Float64Array.of(4, 2, 2),
  impurity: Float64Array.of(0.25, 0, 0),
};

describe("validateTree", () => {
  it("refuses a tree whose last right child lies beyond its nodes.", () => {
    expect(() => validateTree(stump, 1, 1)).not.toThrow();
    const shorter = Object.fromEntries(Object.entries(stump).map(([name, values]) => [name, values.slice(0, 2)]));
    const cut = { ...(shorter as unknown as TreeModel), value: Float64Array.of(1) };
    expect(() => validateTree(cut, 1, 1)).toThrow(InvalidModelError);
  });
});

import fc from "fast-check";
import { fromXGBoost } from "trellis-learn/exchange";
import { describe, expect, it } from "vitest";
import { InvalidModelError } from "../../src/core/errors.js";
import { changed, fileOf } from "./xgboost-goldens.js";

const refused = (source: Uint8Array | string) => {
  const start = performance.now();
  expect(() => fromXGBoost(source)).toThrow(InvalidModelError);
  expect(performance.now() - start).toBeLessThan(2_000);
};

/** Either a model that predicts finite numbers comes out, or an InvalidModelError of one sentence. */
async function readsOrRefuses(source: Uint8Array | string): Promise<"read" | "refused"> {
  try {
    const estimator = fromXGBoost(source);
    if (estimator.nFeaturesIn > 100) return "read";
    const row = new Array<number>(estimator.nFeaturesIn).fill(1);
    expect(await estimator.predict([row])).toHaveLength(1);
    return "read";
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidModelError);
    expect((error as Error).message).toMatch(/^(the XGBoost model|the bytes are no XGBoost model)/);
    expect((error as Error).message.length).toBeLessThan(400);
    return "refused";
  }
}

describe("A damaged file", () => {
  it.each(["softmax.json", "wine-missing.ubj"])("that is cut short anywhere is refused: %s.", (name) => {
    const bytes = fileOf(name);
    for (let end = 0; end < bytes.length; end += name.endsWith("ubj") ? 97 : 41) refused(bytes.subarray(0, end));
    refused(bytes.subarray(0, bytes.length - 1));
  });

  it.each(["softmax.json", "counts.json", "iris.ubj", "counts.ubj"])(
    "with bytes changed at random is refused or predicts: %s.",
    async (name) => {
      const whole = fileOf(name);
      const count = { read: 0, refused: 0 };
      const byte = fc.oneof(
        fc.nat(255),
        fc.integer({ min: 0x30, max: 0x39 }),
        fc.integer({ min: 0x30, max: 0x39 }),
        fc.constantFrom(...Array.from('0129-.,":[]{}eE$#LlIUidDSTFZ', (character) => character.charCodeAt(0))),
      );
      const edit = fc.record({ at: fc.nat(whole.length - 1), to: byte });
      await fc.assert(
        fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
          const bytes = whole.slice();
          for (const { at, to } of edits) bytes[at] = to;
          count[await readsOrRefuses(bytes)]++;
        }),
        { numRuns: 400 },
      );
      expect(count.read).toBeGreaterThan(3);
      expect(count.refused).toBeGreaterThan(50);
    },
  );

  it("with a value of any other kind in any place is refused or predicts.", async () => {
    const text = new TextDecoder().decode(fileOf("softmax.json"));
    /** Every place in the document, as the way to it. */
    const places: string[][] = [];
    const collect = (value: unknown, way: string[]) => {
      places.push(way);
      if (typeof value !== "object" || value === null) return;
      const parts = Object.entries(value);
      for (const [key, part] of Array.isArray(value) ? parts.slice(0, 3) : parts) collect(part, [...way, key]);
    };
    collect(JSON.parse(text), []);
    expect(places.length).toBeGreaterThan(150);
    const others = [
      null,
      true,
      -1,
      0.5,
      1e300,
      2 ** 31,
      "",
      "x",
      "-1",
      "1e9",
      "[",
      "99999999999",
      [],
      [null],
      [[]],
      {},
    ];
    const partOf = (value: unknown, key: string) => (value as Record<string, unknown>)[key];
    let refusals = 0;
    for (const way of places) {
      for (const other of others) {
        const document: { root: unknown } = { root: JSON.parse(text) };
        const last = way.at(-1) ?? "root";
        const owner = (way.length === 0 ? document : ["root", ...way.slice(0, -1)].reduce(partOf, document)) as Record<
          string,
          unknown
        >;
        owner[last] = other;
        if ((await readsOrRefuses(JSON.stringify(document.root))) === "refused") refusals++;
      }
    }
    expect(refusals).toBeGreaterThan(places.length * 5);
  });

  it.each([
    ["a missing key", /"base_score":"[^"]*",/, "", "learner.learner_model_param has no base_score"],
    ["another number of trees", '"num_trees":"6"', '"num_trees":"5"', "trees has 6 items; num_trees says 5"],
    ["no trees", /"trees":\[.*\]\},"name"/, '"trees":[]},"name"', "trees has 0 items; num_trees says 6"],
    ["as many trees as fit no class", '"num_class":"3"', '"num_class":"4"', "trees has 6 items for 4 classes"],
    ["a class without trees", '"tree_info":[0,1,2', '"tree_info":[0,0,2', "gives class 0 more than 2 trees"],
    [
      "a tree of no class",
      '"tree_info":[0,1,2',
      '"tree_info":[0,1,3',
      "tree_info holds 3 at 2; expected integers from 0 to 2",
    ],
    ["a class that is half", '"tree_info":[0,1,2', '"tree_info":[0,1,1.5', "tree_info holds 1.5 at 2"],
    [
      "parallel trees that do not fit",
      '"num_parallel_tree":"1"',
      '"num_parallel_tree":"3"',
      "num_parallel_tree says 3",
    ],
    [
      "two base scores for three classes",
      /"base_score":"[^"]*"/,
      '"base_score":"[1E0,2E0]"',
      "base_score has 2 values for 3 outputs",
    ],
    [
      "a base score that is no number",
      /"base_score":"[^"]*"/,
      '"base_score":"[1E0,x,1E0]"',
      'base_score[1] is "x" instead of a number',
    ],
    ["a base score beyond f32", /"base_score":"[^"]*"/, '"base_score":"1E39"', "instead of a number"],
    [
      "a root that is its own child",
      '"left_children":[1,',
      '"left_children":[0,',
      "has for the left child of node 0 0, which is no child of it",
    ],
    ["a child beyond its nodes", '"left_children":[1,', '"left_children":[99,', "left child of node 0 99"],
    [
      "a child of another parent",
      /"parents":\[2147483647,0/,
      '"parents":[2147483647,1',
      "trees[0] has for the left child of node 0 1",
    ],
    [
      "one node for both children",
      '"right_children":[2,',
      '"right_children":[1,',
      "trees[0] has node 1 for both children of node 0",
    ],
    ["a left child alone", '"right_children":[2,', '"right_children":[-1,', "right child of node 0 -1"],
    [
      "nodes that nothing leads to",
      /"left_children":\[1,(.*?)"right_children":\[2,/,
      '"left_children":[-1,$1"right_children":[-1,',
      "reaches 1 of its 3 nodes and says that 0 are deleted",
    ],
    ["a list that is too short", /"default_left":\[0,/, '"default_left":[', "default_left has 2 values instead of 3"],
    [
      "a feature that does not exist",
      /"split_indices":\[\d+/,
      '"split_indices":[4',
      "trees[0] splits node 0 on feature 4 of 4",
    ],
    ["a negative feature", /"split_indices":\[\d+/, '"split_indices":[-1', "split_indices holds -1 at 0"],
    [
      "a threshold that is no number",
      /"split_conditions":\[[^,]*/,
      '"split_conditions":[null',
      "split_conditions holds null at 0; expected finite f32",
    ],
    [
      "a threshold beyond f32",
      /"split_conditions":\[[^,]*/,
      '"split_conditions":[1e39',
      "split_conditions holds 1e+39 at 0",
    ],
    [
      "a side that is neither",
      '"default_left":[0',
      '"default_left":[2',
      "default_left holds 2 at 0; expected integers from 0 to 1",
    ],
    [
      "attributes that are none",
      '"attributes":{}',
      '"attributes":[]',
      "learner.attributes is an array of 0 instead of a record",
    ],
    ["a name too few", '"feature_names":[]', '"feature_names":["a"]', "feature_names has 1 items for 4 features"],
    [
      "half a best iteration",
      '"attributes":{}',
      '"attributes":{"best_iteration":"0.5"}',
      'best_iteration is "0.5" instead of a whole number',
    ],
  ])("with %s is refused by the place.", (_what, from, to, message) => {
    const source = changed("softmax", from, to);
    expect(() => fromXGBoost(source)).toThrow(message);
    refused(source);
  });

  it.each([
    [
      "a probability beyond 1",
      "breast-cancer",
      /"base_score":"[^"]*"/,
      '"base_score":"2E0"',
      "holds 2; binary:logistic needs a probability",
    ],
    [
      "a mean of nothing",
      "counts",
      /"base_score":"[^"]*"/,
      '"base_score":"0E0"',
      "holds 0; count:poisson needs a finite number > 0",
    ],
    [
      "no weight for positives",
      "breast-cancer",
      '"scale_pos_weight":"1.5"',
      '"scale_pos_weight":"0"',
      "scalePosWeight of GradientBoostingClassifier must be a finite number > 0",
    ],
    [
      "a setting that is no number",
      "huber",
      '"huber_slope":"2.5"',
      '"huber_slope":"wide"',
      'huber_slope is "wide" instead of a number',
    ],
    [
      "a weight above 1",
      "dropout",
      /"weight_drop":\[[^,]*/,
      '"weight_drop":[2',
      "weight_drop has weights that are not within 0 and 1",
    ],
    [
      "fewer weights than trees",
      "dropout",
      /"weight_drop":\[[^,]*,/,
      '"weight_drop":[',
      "weight_drop has 5 values instead of 6",
    ],
    [
      "no features",
      "counts",
      /"num_feature":"5","num_target/,
      '"num_feature":"0","num_target',
      "num_feature is 0; a model needs a feature",
    ],
  ])("with %s is refused by the place.", (_what, name, from, to, message) => {
    const source = changed(name, from, to);
    expect(() => fromXGBoost(source)).toThrow(message);
    refused(source);
  });
});

describe("A foreign file", () => {
  it.each([
    ["nothing", ""],
    ["an empty record", "{}"],
    ["a list", "[1, 2]"],
    ["a number", "7"],
    ["null", "null"],
    ["prose", "once upon a time"],
    ["a LightGBM model", "tree\nversion=v4\nnum_class=1"],
    ["a million brackets", "[".repeat(1_000_000)],
    ["a deep record", `${'{"learner":'.repeat(200_000)}1${"}".repeat(200_000)}`],
  ])("is refused at once: %s.", (_what, text) => {
    refused(text);
    refused(new TextEncoder().encode(text));
  });

  it("of bytes is refused at once.", () => {
    refused(Uint8Array.of(0x80, 0x04, 0x95, 0xff, 0xfe));
    refused(new TextEncoder().encode("binf\u0000\u0001"));
    refused(new Uint8Array(100_000));
  });

  it("is not even bytes.", () => {
    expect(() => fromXGBoost({ learner: {} } as unknown as string)).toThrow(
      "source of fromXGBoost must be a Uint8Array or a string; got an object",
    );
  });
});

describe("UBJSON", () => {
  const ascii = (text: string) => Array.from(text, (character) => character.charCodeAt(0));
  const size = (n: bigint) => [...ascii("L"), ...new Uint8Array(new BigInt64Array([n]).buffer).reverse()];
  const under = (value: readonly number[]) => Uint8Array.from([...ascii("{"), ...size(1n), ...ascii("a"), ...value]);

  it.each([
    ["a list that claims a thousand million floats", [...ascii("[$d#"), ...size(10n ** 9n)]],
    ["a list that claims 2^62 bytes", [...ascii("[$U#"), ...size(2n ** 62n)]],
    ["a list that claims a thousand million values", [...ascii("[#"), ...size(10n ** 9n)]],
    ["a list of a negative length", [...ascii("[$d#"), ...size(-1n)]],
    ["a list of values without bytes", [...ascii("[$T#"), ...size(10n ** 9n)]],
    ["a list of lists", [...ascii("[$[#"), ...size(10n ** 9n)]],
    ["a typed list without a length", ascii("[$d")],
    ["text that claims a thousand million bytes", [...ascii("S"), ...size(10n ** 9n)]],
    ["text that is not in UTF-8", [...ascii("S"), ...size(2n), 0xc3, 0x28, ...ascii("}")]],
    ["a length that is a float", [...ascii("Sd"), 0x3f, 0xc0, 0, 0]],
    ["a length that is text", ascii("SSa")],
    ["a mark that does not exist", ascii("?")],
    ["nothing", []],
    ["bytes after its end", ascii("Z}}")],
    ["a hundred thousand lists in each other", ascii("[".repeat(100_000))],
    ["a hundred thousand records in each other", Array.from({ length: 100_000 }, () => ascii("{i\u0001a")).flat()],
  ])("with %s is refused at once.", (_what, value) => {
    refused(under(value));
  });
});

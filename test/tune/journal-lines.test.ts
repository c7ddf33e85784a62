import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { choice, type Distribution, float, int } from "../../src/model-selection/distributions.js";
import { distributionFromJson, distributionToJson } from "../../src/tune/distribution-json.js";
import { fromLine } from "../../src/tune/from-line.js";
import type { JournalRecord } from "../../src/tune/journal-record.js";
import { parsePythonJson } from "../../src/tune/python-json.js";
import { toLine } from "../../src/tune/to-line.js";

const read = (line: string) => fromLine(line, new Map());
const by = { worker: "w-0" };

/** Lines as Python's json.dumps writes them for the same record, with Optuna 5's fields in its order. */
const LINES: readonly (readonly [string, JournalRecord])[] = [
  [
    '{"op_code":0,"worker_id":"w-0","study_name":"a \\"b\\"","directions":[2]}',
    { op: "create-study", ...by, name: 'a "b"', directions: ["maximize"] },
  ],
  ['{"op_code":1,"worker_id":"w-0","study_id":3}', { op: "delete-study", ...by, study: 3 }],
  [
    '{"op_code":2,"worker_id":"w-0","study_id":0,"user_attr":{"k":{"n":[1.5,null,true]}}}',
    { op: "set-study-user-attr", ...by, study: 0, key: "k", value: { n: [1.5, null, true] } },
  ],
  [
    '{"op_code":3,"worker_id":"w-0","study_id":0,"system_attr":{"k":"v"}}',
    { op: "set-study-system-attr", ...by, study: 0, key: "k", value: "v" },
  ],
  [
    '{"op_code":4,"worker_id":"w-0","study_id":0,"datetime_start":"2026-11-22T03:40:22.439000+00:00"}',
    { op: "create-trial", ...by, study: 0, started: new Date("2026-11-22T03:40:22.439Z") },
  ],
  [
    '{"op_code":4,"worker_id":"w-0","study_id":0,"datetime_start":null,"state":4,"value":null,"values":null,' +
      '"distributions":{},"params":{},"user_attrs":{"a":1},"system_attrs":{"fixed_params":{"x":1.5}},"intermediate_values":{}}',
    {
      op: "create-trial",
      ...by,
      study: 0,
      started: null,
      template: {
        state: "waiting",
        values: null,
        finished: null,
        distributions: new Map(),
        internals: new Map(),
        userAttrs: new Map([["a", 1]]),
        systemAttrs: new Map([["fixed_params", { x: 1.5 }]]),
        intermediate: new Map(),
      },
    },
  ],
  [
    '{"op_code":5,"worker_id":"w-0","trial_id":7,"param_name":"x","param_value_internal":1.0,"distribution":' +
      '"{\\"name\\": \\"FloatDistribution\\", \\"attributes\\": {\\"step\\": null, \\"low\\": -5.0, \\"high\\": 5.0, \\"log\\": false}}"}',
    { op: "set-trial-param", ...by, trial: 7, name: "x", internal: 1, distribution: float(-5, 5) },
  ],
  [
    '{"op_code":5,"worker_id":"w-0","trial_id":7,"param_name":"n","param_value_internal":4.0,"distribution":' +
      '"{\\"name\\": \\"IntDistribution\\", \\"attributes\\": {\\"log\\": false, \\"step\\": 2, \\"low\\": 0, \\"high\\": 8}}"}',
    { op: "set-trial-param", ...by, trial: 7, name: "n", internal: 4, distribution: int(0, 8, { step: 2 }) },
  ],
  [
    '{"op_code":5,"worker_id":"w-0","trial_id":7,"param_name":"c","param_value_internal":1,"distribution":' +
      '"{\\"name\\": \\"CategoricalDistribution\\", \\"attributes\\": {\\"choices\\": [null, true, \\"x\\", 0.5]}}"}',
    { op: "set-trial-param", ...by, trial: 7, name: "c", internal: 1, distribution: choice([null, true, "x", 0.5]) },
  ],
  [
    '{"op_code":6,"worker_id":"w-0","trial_id":7,"state":0,"values":null,"datetime_start":"2026-11-22T03:40:22.439000+00:00"}',
    {
      op: "set-trial-state",
      ...by,
      trial: 7,
      state: "running",
      values: null,
      at: new Date("2026-11-22T03:40:22.439Z"),
    },
  ],
  [
    '{"op_code":6,"worker_id":"w-0","trial_id":7,"state":1,"values":[2.0],"datetime_complete":"2026-11-22T03:40:22.439000+00:00"}',
    {
      op: "set-trial-state",
      ...by,
      trial: 7,
      state: "complete",
      values: [2],
      at: new Date("2026-11-22T03:40:22.439Z"),
    },
  ],
  [
    '{"op_code":7,"worker_id":"w-0","trial_id":7,"step":3,"intermediate_value":0.25}',
    { op: "set-trial-intermediate", ...by, trial: 7, step: 3, value: 0.25 },
  ],
  [
    '{"op_code":8,"worker_id":"w-0","trial_id":7,"user_attr":{"a":[]}}',
    { op: "set-trial-user-attr", ...by, trial: 7, key: "a", value: [] },
  ],
  [
    '{"op_code":9,"worker_id":"w-0","trial_id":7,"system_attr":{"completed_rung_0":0.5}}',
    { op: "set-trial-system-attr", ...by, trial: 7, key: "completed_rung_0", value: 0.5 },
  ],
];

describe("A line of a journal", () => {
  it.each(LINES)("%s is written as Python writes it, and read.", (line, record) => {
    expect(toLine(record)).toBe(`${line}\n`);
    expect(read(line)).toEqual(record);
  });

  it("holds any text and any number, and no newline within it.", () => {
    const value = fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<null>;
    const anyText = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));
    const double = fc.double({ noNaN: true });
    fc.assert(
      fc.property(anyText, value, double, fc.nat(), (text, json, number, step) => {
        const records: JournalRecord[] = [
          { op: "create-study", worker: text, name: text, directions: ["minimize"] },
          { op: "set-trial-user-attr", ...by, trial: 1, key: text, value: JSON.parse(JSON.stringify(json)) },
          { op: "set-trial-intermediate", ...by, trial: 1, step, value: number },
          { op: "set-trial-state", ...by, trial: 1, state: "pruned", values: [number], at: new Date(step) },
        ];
        for (const record of records) {
          const line = toLine(record);
          expect(line.indexOf("\n")).toBe(line.length - 1);
          expect(read(line)).toEqual(record);
        }
      }),
    );
  });

  it("reads any infinity that it wrote, which is JSON and which Python reads too.", () => {
    const line = toLine({ op: "set-trial-intermediate", ...by, trial: 1, step: 0, value: -Infinity });
    expect(line).toContain('"intermediate_value":-1e999');
    expect(JSON.parse(line).intermediate_value).toBe(-Infinity);
  });

  it("of an operation that Optuna does not have is passed over.", () => {
    expect(read('{"op_code":10,"worker_id":"w","study_id":0,"trial_ids":[1]}')).toBeNull();
  });

  it("may hold the old names of distributions, and a step that does not fit.", () => {
    const of = (name: string, attributes: object) => distributionFromJson(JSON.stringify({ name, attributes }));
    expect(of("UniformDistribution", { low: 0, high: 2 })).toEqual(float(0, 2));
    expect(of("LogUniformDistribution", { low: 1, high: 2 })).toEqual(float(1, 2, { log: true }));
    expect(of("DiscreteUniformDistribution", { low: 0, high: 1, q: 0.25 })).toEqual(float(0, 1, { step: 0.25 }));
    expect(of("IntUniformDistribution", { low: 0, high: 9, step: 4 })).toEqual(int(0, 8, { step: 4 }));
    expect(of("IntLogUniformDistribution", { low: 1, high: 9, step: 1 })).toEqual(int(1, 9, { log: true }));
    expect(of("FloatDistribution", { low: 0, high: 1, step: 0.3, log: false })).toEqual(float(0, 0.9, { step: 0.3 }));
  });

  it.each<[string, string]>([
    ["", "Unexpected end"],
    ["[]", "the line must be an object; got an array of 0"],
    ["{}", "op_code must be an integer; got undefined"],
    ['{"op_code":-1,"worker_id":"w"}', "op_code must be an integer >= 0; got -1"],
    ['{"op_code":0,"worker_id":7}', "worker_id must be a string; got 7"],
    ['{"op_code":0,"worker_id":"w","study_name":"s","directions":1}', "directions must be an array; got 1"],
    ['{"op_code":0,"worker_id":"w","study_name":"s","directions":[0]}', "a direction must be 1 or 2; got 0"],
    ['{"op_code":0,"worker_id":"w","study_name":"s","directions":["constructor"]}', "a direction must be 1 or 2"],
    ['{"op_code":2,"worker_id":"w","study_id":0,"user_attr":{}}', "user_attr must be an object of one member"],
    ['{"op_code":4,"worker_id":"w","study_id":0,"datetime_start":"soon"}', "datetime_start must be a time or null"],
    [
      '{"op_code":6,"worker_id":"w","trial_id":0,"state":5,"values":null}',
      "state must be an integer from 0 to 4; got 5",
    ],
    ['{"op_code":6,"worker_id":"w","trial_id":0,"state":1,"values":["1"]}', 'values must be a number; got "1"'],
    [
      '{"op_code":7,"worker_id":"w","trial_id":0,"step":0.5,"intermediate_value":1}',
      "step must be an integer; got 0.5",
    ],
    [
      '{"op_code":5,"worker_id":"w","trial_id":0,"param_name":"x","param_value_internal":2,"distribution":' +
        '"{\\"name\\":\\"CategoricalDistribution\\",\\"attributes\\":{\\"choices\\":[1,2]}}"}',
      "the value of x must be the position of one of 2 choices; got 2",
    ],
    [
      '{"op_code":5,"worker_id":"w","trial_id":0,"param_name":"x","param_value_internal":2,"distribution":' +
        '"{\\"name\\":\\"toString\\",\\"attributes\\":{}}"}',
      'no distribution is called "toString"',
    ],
    [
      '{"op_code":4,"worker_id":"w","study_id":0,"datetime_start":null,"state":1,"params":{"x":1},"distributions":{}}',
      "the distribution of x must be a string; got undefined",
    ],
  ])("that is %s is refused.", (line, message) => {
    expect(() => read(line)).toThrow(message);
  });
});

describe("Python's JSON", () => {
  it("may have bare NaN and infinities, also beside strings that hold the words.", () => {
    expect(parsePythonJson('{"a":[NaN,Infinity,-Infinity],"NaN":"NaN, \\"-Infinity\\" \\\\","b":1}')).toEqual({
      a: [Number.NaN, Infinity, -Infinity],
      NaN: 'NaN, "-Infinity" \\',
      b: 1,
    });
  });

  it("is otherwise what JSON is.", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(parsePythonJson(text)).toEqual(JSON.parse(text));
        expect(parsePythonJson(`[NaN,${text}]`)).toEqual([Number.NaN, JSON.parse(text)]);
      }),
    );
    expect(() => parsePythonJson("[NaN")).toThrow(SyntaxError);
    expect(() => parsePythonJson("NaNInfinity")).toThrow(SyntaxError);
  });
});

describe("The text of a distribution", () => {
  it("gives the distribution back, and keeps numbers that are whole floats.", () => {
    const distributions: Distribution[] = [
      float(0, 1),
      float(1e-7, 1e21, { log: true }),
      float(-0.5, 2, { step: 0.5 }),
      int(-3, 9),
      int(1, 100, { log: true }),
      choice([null, false, "日本", 1e-9, -7]),
    ];
    for (const distribution of distributions) {
      expect(distributionFromJson(distributionToJson(distribution))).toEqual(distribution);
    }
    expect(distributionToJson(float(0, 1))).toContain('"low": 0.0, "high": 1.0');
  });

  it.each([[{}], [() => 1], [Number.NaN], [undefined], [[1]]])("cannot say the choice %s.", (value) => {
    expect(() => distributionToJson(choice([value]))).toThrow(
      "a choice must be null, a boolean, a finite number or a string",
    );
  });
});

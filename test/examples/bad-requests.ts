import { deflateSync, gzipSync } from "node:zlib";
import type { Asked } from "./http-client.js";
import { BOUNDARY, blackPng, chunk, type FormPart, form, png, pngOf } from "./png-bytes.js";

/** A request that is wrong, and what must be answered. */
export interface BadRequest {
  readonly title: string;
  readonly asked: Asked;
  /** One of these. */
  readonly status: readonly number[];
  /** Of the JSON body; not given where it does not matter. */
  readonly code?: string;
  /** What the sentence must say. */
  readonly says?: RegExp;
}

const DIGIT = Array<number>(784).fill(0);
const JSON_TYPE = { "content-type": "application/json" };

function bad(
  title: string,
  asked: Asked,
  status: number | readonly number[],
  code?: string,
  says?: RegExp,
): BadRequest {
  return {
    title,
    asked,
    status: typeof status === "number" ? [status] : status,
    ...(code !== undefined && { code }),
    ...(says !== undefined && { says }),
  };
}

const predict = (body: unknown, headers: Asked["headers"] = JSON_TYPE): Asked => ({
  method: "POST",
  path: "/predict",
  headers,
  body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
});
const train = (body: unknown): Asked => ({ ...predict(body), path: "/training" });
const grid = (family: string, param: unknown, more: object = {}) =>
  train({ use_small_dataset: true, grid_search_params: { [family]: { param, n_jobs: 1, cv: 3, ...more } } });
const infer = (body: unknown, model = "rf"): Asked => ({ ...predict(body), path: `/v2/models/${model}/infer` });
const input = (more: object) => ({
  inputs: [{ name: "pixels", shape: [1, 784], datatype: "UINT8", data: DIGIT, ...more }],
});

const FORM = { "content-type": `multipart/form-data; boundary=${BOUNDARY}` };
const upload = (parts: readonly FormPart[], options?: { end?: boolean }): Asked => ({
  method: "POST",
  path: "/predict_digit",
  headers: FORM,
  body: form(parts, options),
});
const picture = (content: Uint8Array | string, more: Partial<FormPart> = {}) =>
  upload([{ name: "image", filename: "a.png", type: "image/png", content, ...more }]);

const grey = (size: number) =>
  Array.from({ length: size }, (_, i) => Uint8Array.from({ length: size }, (_, j) => (i * j) % 256));
const smallPng = png({ width: 8, height: 8 }, grey(8));
const nested = (depth: number) => `{"data":${"[".repeat(depth)}${"]".repeat(depth)}}`;

const BODIES: readonly BadRequest[] = [
  bad("JSON that is cut off", predict('{"a":'), 400, "BAD_JSON"),
  bad("an empty body", predict(""), 400),
  bad("JSON that is no object", predict("[1,2]"), 400),
  bad("JSON that is null", predict("null"), 400),
  bad("no content type", predict(`{"data":[]}`, {}), 415),
  bad("text", predict("hello", { "content-type": "text/plain" }), 415),
  bad("a form", predict("data=1", { "content-type": "application/x-www-form-urlencoded" }), 415),
  bad(
    "another character set",
    predict(`{"data":[]}`, { "content-type": "application/json; charset=utf-16" }),
    [400, 415],
  ),
  bad("bytes that are no UTF-8", predict(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])), 400),
  bad("NaN", predict('{"data":[[NaN]]}'), 400, "BAD_JSON"),
  bad("Infinity", predict('{"data":[[Infinity]]}'), 400, "BAD_JSON"),
  bad("a hexadecimal number", predict('{"data":[[0x1F]]}'), 400, "BAD_JSON"),
  bad("a trailing comma", predict('{"data":[[1],]}'), 400, "BAD_JSON"),
  bad("single quotes", predict("{'data':[[1]]}"), 400, "BAD_JSON"),
  bad(
    "a bomb of gzip",
    predict(gzipSync(Buffer.alloc(50e6)), { ...JSON_TYPE, "content-encoding": "gzip" }),
    [413, 415],
  ),
  bad("an unknown encoding", predict("{}", { ...JSON_TYPE, "content-encoding": "xyz" }), 415),
  bad("a body above the limit", predict(`{"data":"${"x".repeat(9 * 2 ** 20)}"}`), 413),
  bad("__proto__", predict('{"__proto__":{"polluted":1},"data":[]}'), 400, "FORBIDDEN_KEY"),
  bad("__proto__ in an escape", predict('{"\\u005f_proto__":{"polluted":1},"data":[]}'), 400, "FORBIDDEN_KEY"),
  bad(
    "constructor deep within",
    predict('{"data":{"constructor":{"prototype":{"polluted":1}}}}'),
    400,
    "FORBIDDEN_KEY",
  ),
  bad("nesting of 9", predict(nested(9)), 400, "TOO_DEEP"),
  bad("nesting of 5,000", predict(nested(5000)), 400, "TOO_DEEP"),
  bad("nesting of a million", predict(nested(1e6)), 400, "TOO_DEEP"),
  bad("brackets without an end", predict("[".repeat(1e6)), 400),
  bad(
    "200,000 keys",
    predict(`{${Array.from({ length: 200_000 }, (_, i) => `"${i}":1`).join()}}`),
    400,
    undefined,
    /key/i,
  ),
  bad(
    "an unknown key",
    predict({ data: [DIGIT], ensemble_prediction: true }),
    400,
    "UNKNOWN_KEY",
    /ensemble_prediction/,
  ),
  bad("a string of 7 MB", predict({ data: "x".repeat(7e6) }), 400),
  bad("no data", predict({ ensemble_predict: true }), 400, undefined, /data/),
];

const VALUES: readonly BadRequest[] = [
  bad("no rows", predict({ data: [] }), 400, "EMPTY"),
  bad("a row without values", predict({ data: [[]] }), 400, undefined, /784/),
  bad("a row of 783", predict({ data: [DIGIT.slice(1)] }), 400, "BAD_SHAPE", /row 0 .*783|783.*row 0/),
  bad("a row of 785", predict({ data: [DIGIT, [...DIGIT, 0]] }), 400, "BAD_SHAPE", /row 1/),
  bad("a row of 3", predict({ data: [[1, 2, 3]] }), 400, "BAD_SHAPE", /784/),
  bad("one row that is not in a list", predict({ data: DIGIT }), 400, undefined, /\[/),
  bad("pictures of 28 x 28", predict({ data: [Array(28).fill(Array(28).fill(0))] }), 400),
  bad("a pixel of 999", predict({ data: [[999, ...DIGIT.slice(1)]] }), 400, undefined, /255/),
  bad("a pixel of -5", predict({ data: [[-5, ...DIGIT.slice(1)]] }), 400, undefined, /255/),
  bad("a pixel of .5", predict({ data: [[0.5, ...DIGIT.slice(1)]] }), 400, undefined, /integer/),
  bad("a pixel of 1e999", predict(`{"data":[[1e999${",0".repeat(783)}]]}`), 400),
  ...[`"7"`, "true", "null", "{}", "[]"].map((value) =>
    bad(`a pixel that is ${value}`, predict(`{"data":[[${value}${",0".repeat(783)}]]}`), 400),
  ),
  bad("data that is a string", predict({ data: "7" }), 400),
  bad("data that is null", predict({ data: null }), 400),
  bad("data that is an object", predict({ data: { length: 1, 0: DIGIT } }), 400),
  bad("a row that is a string", predict({ data: [DIGIT, "7"] }), 400, undefined, /row 1|\b1\b/),
  ...[`"true"`, "1", "null", "[]"].map((value) =>
    bad(
      `ensemble_predict ${value}`,
      predict(`{"data":[[${DIGIT}]],"ensemble_predict":${value}}`),
      400,
      undefined,
      /ensemble_predict/,
    ),
  ),
  bad("2,049 rows", predict(`{"data":[${Array(2049).fill(`[${DIGIT}]`).join()}]}`), 413, "TOO_MANY_ROWS"),
];

const TRAININGS: readonly BadRequest[] = [
  bad(
    "use_small_dataset yes",
    train({ use_small_dataset: "yes", grid_search_params: {} }),
    400,
    undefined,
    /use_small_dataset/,
  ),
  bad("an unknown model", grid("resnet", {}), 400, undefined, /fcnn.*xgboost/),
  bad("a model called toString", grid("toString", {}), 400, undefined, /fcnn/),
  bad("a model called __proto__", train('{"grid_search_params":{"__proto__":{"param":{}}}}'), 400, "FORBIDDEN_KEY"),
  bad("an unknown parameter", grid("rf", { trees: [1] }), 400, undefined, /trees.*n_estimators|n_estimators.*trees/),
  bad("a parameter of another model", grid("svm", { n_estimators: [1] }), 400, undefined, /gamma/),
  bad("a grid value that is no list", grid("svm", { C: 1 }), 400, undefined, /C/),
  bad("an empty list", grid("svm", { C: [] }), 400, undefined, /C/),
  ...[["a"], [null], [[1]], [true], [0], [-1]].map((value) =>
    bad(`C ${JSON.stringify(value)}`, grid("svm", { C: value }), 400, undefined, /C/),
  ),
  bad("an unknown kernel", grid("svm", { kernel: ["laplace"] }), 400, undefined, /rbf/),
  ...[[1e9], [0], [-5], [2.5], ["100"]].map((value) =>
    bad(`n_estimators ${JSON.stringify(value)}`, grid("rf", { n_estimators: value }), 400, undefined, /n_estimators/),
  ),
  ...[[0], [-1], [1e9], ["10"]].map((value) =>
    bad(`max_depth ${JSON.stringify(value)}`, grid("rf", { max_depth: value }), 400, undefined, /max_depth/),
  ),
  bad("min_samples_split 1", grid("rf", { min_samples_split: [1] }), 400, undefined, /min_samples_split/),
  bad("a batch size of 0", grid("fcnn", { batch_size: [0] }), 400, undefined, /batch_size/),
  bad("a million epochs", grid("fcnn", { epochs: [1e6] }), 400, undefined, /epochs/),
  bad("an unknown optimizer", grid("cnn", { optimizer: ["lion"] }), 400, undefined, /adam/),
  bad("a learning rate of -1", grid("xgboost", { learning_rate: [-1] }), 400, undefined, /learning_rate/),
  ...[1, 0, -3, 2.5, "3", 1_000_000].map((cv) =>
    bad(`cv ${JSON.stringify(cv)}`, grid("rf", {}, { cv }), 400, undefined, /cv/),
  ),
  ...[0, -2, 1.5, 10_000, "1"].map((n_jobs) =>
    bad(`n_jobs ${JSON.stringify(n_jobs)}`, grid("rf", {}, { n_jobs }), 400, undefined, /n_jobs/),
  ),
  bad(
    "a grid of a million candidates",
    grid("rf", {
      n_estimators: Array.from({ length: 100 }, (_, i) => i + 1),
      max_depth: Array.from({ length: 50 }, (_, i) => i + 1),
      min_samples_split: Array.from({ length: 99 }, (_, i) => i + 2),
    }),
    400,
    undefined,
    /1,?000/,
  ),
  bad(
    "a good model beside a bad one",
    train({
      grid_search_params: { rf: { param: { n_estimators: [5] }, cv: 3 }, svm: { param: { C: ["x"] }, cv: 3 } },
    }),
    400,
    undefined,
    /C/,
  ),
  bad("an unknown key of a model", grid("rf", {}, { scoring: "accuracy" }), 400, undefined, /scoring/),
  bad("param that is a list", train({ grid_search_params: { rf: { param: [] } } }), 400, undefined, /param/),
  bad("grid_search_params that is a list", train({ grid_search_params: [] }), 400, undefined, /grid_search_params/),
  bad("no models", train({ grid_search_params: {} }), 400, undefined, /grid_search_params/),
  bad("an unknown training", { path: "/training/nobody" }, 404),
  bad("a training that steps out of its folder", { path: "/training/..%2f..%2fetc%2fpasswd" }, [400, 404]),
  bad("the end of an unknown training", { method: "DELETE", path: "/training/nobody" }, 404),
  bad("events of an unknown training", { path: "/training/nobody/events" }, 404),
];

const PICTURES: readonly BadRequest[] = [
  bad("an empty file", picture(""), 400, "EMPTY_FILE"),
  bad("a text called a.png", picture("I am no picture"), [400, 415]),
  bad(
    "a PNG's beginning and rubbish",
    picture(Buffer.concat([smallPng.subarray(0, 8), Buffer.alloc(100, 7)])),
    [400, 415],
  ),
  bad("a PNG that is cut off", picture(smallPng.subarray(0, smallPng.length - 30)), 400),
  bad(
    "a wrong checksum in IHDR",
    picture(Buffer.concat([smallPng.subarray(0, 29), Buffer.alloc(4, 1), smallPng.subarray(33)])),
    400,
  ),
  bad("data that cannot be unpacked", picture(pngOf({ width: 8, height: 8 }, Buffer.alloc(50, 9))), 400),
  bad("an unknown critical chunk", picture(png({ width: 8, height: 8 }, grey(8), [chunk("ABCD", Buffer.of(1))])), 400),
  bad("20,000 x 20,000 pixels of one bit", picture(blackPng(20_000, 20_000, 1)), 413, "IMAGE_TOO_LARGE"),
  bad("10,000 x 10,000 pixels", picture(blackPng(10_000, 10_000, 8)), 413, "IMAGE_TOO_LARGE"),
  bad("65,535 x 1 pixels", picture(png({ width: 65_535, height: 1 }, [new Uint8Array(65_535)])), [400, 413]),
  bad("a width of 0", picture(pngOf({ width: 0, height: 8 }, deflateSync(Buffer.alloc(8)))), [400, 415]),
  bad(
    "an SVG",
    picture(`<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>`, { type: "image/svg+xml" }),
    415,
  ),
  bad(
    "an SVG that reads files",
    picture(`<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><image href="file:///etc/passwd"/></svg>`),
    415,
  ),
  bad(
    "a GIF",
    picture(Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64"), { type: "image/gif" }),
    415,
  ),
  bad("a WebP", picture(Buffer.from("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA", "base64")), 415),
  bad(
    "another field's name",
    upload([{ name: "file", filename: "a.png", content: smallPng }]),
    400,
    undefined,
    /image/,
  ),
  bad("an empty field's name", upload([{ name: "", filename: "a.png", content: smallPng }]), 400),
  bad("no field's name", upload([{ name: null, filename: "a.png", content: smallPng }]), 400),
  bad("no file", upload([]), 400),
  bad("a text in place of the file", upload([{ name: "image", content: "hello" }]), 400),
  bad(
    "two files",
    upload([1, 2].map((i) => ({ name: "image", filename: `${i}.png`, content: smallPng }))),
    400,
    "TOO_MANY_PARTS",
  ),
  bad(
    "another field beside it",
    upload([
      { name: "image", filename: "a.png", content: smallPng },
      { name: "more", content: "text" },
    ]),
    400,
    "TOO_MANY_PARTS",
  ),
  bad("a file of 6 MB", picture(Buffer.alloc(6e6)), 413),
  bad("a file of 30 MB", picture(Buffer.alloc(30e6)), 413),
  bad("JSON", { ...predict({ data: [DIGIT] }), path: "/predict_digit" }, 415),
  bad("a form to /predict", { ...picture(smallPng), path: "/predict" }, 415),
  bad("a form without a boundary", { ...picture(smallPng), headers: { "content-type": "multipart/form-data" } }, 400),
  bad("a form that is cut off", upload([{ name: "image", filename: "a.png", content: smallPng }], { end: false }), 400),
  bad("a part with a thousand headers", picture(smallPng, { headers: "X-A: 1\r\n".repeat(1000) }), 400),
  bad("a part with a header of 100 kB", picture(smallPng, { headers: `X-A: ${"a".repeat(1e5)}\r\n` }), 400),
  bad("10,000 parts", upload(Array.from({ length: 10_000 }, (_, i) => ({ name: `f${i}`, content: "x" }))), 400),
];

const ROUTES: readonly BadRequest[] = [
  bad("an unknown path", { path: "/nothing/here" }, 404),
  bad("a path in capitals", { ...predict({}), path: "/PREDICT" }, 404),
  bad("a path with two slashes", { ...predict({}), path: "//predict" }, 404),
  bad("GET where it is POST", { path: "/predict" }, 405),
  bad("DELETE where it is POST", { method: "DELETE", path: "/predict" }, 405),
  bad("PUT to a model", { method: "PUT", path: "/v2/models/rf" }, 405),
  bad("a host of somebody else", { path: "/v2", headers: { host: "evil.com" } }, [403, 421]),
  bad("a training from another site", { path: "/", headers: { origin: "http://evil.com" } }, 403),
  bad("a training from another site by its mark", { path: "/", headers: { "sec-fetch-site": "cross-site" } }, 403),
  bad("a training by a prefetch", { path: "/", headers: { purpose: "prefetch" } }, 403),
  bad(
    "a form's training from another site",
    {
      ...train({ grid_search_params: { rf: { param: {} } } }),
      headers: { ...JSON_TYPE, origin: "null" },
    },
    403,
  ),
  bad("an address of 100 kB", { path: `/v2?${"a".repeat(1e5)}` }, [400, 414, 431]),
  bad("a header of 20 kB", { path: "/v2", headers: { "x-long": "a".repeat(20_000) } }, 431),
  bad(
    "2,000 headers",
    { path: "/v2", headers: Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`x-${i}`, "1"])) },
    [200, 400, 431],
  ),
  bad("an expectation that nobody knows", { ...predict("{}"), headers: { ...JSON_TYPE, expect: "foo" } }, 417),
];

const PROTOCOL: readonly BadRequest[] = [
  bad("an unknown model", infer(input({}), "nobody"), 404),
  bad("a model called ..", infer(input({}), ".."), [400, 404]),
  ...["%2e%2e", "..%2f", "%252e", "a%2f..%2fb", "C:%5C", "%00", "a".repeat(300), "%E2%80%AE", "%zz"].map((name) =>
    bad(`a model called ${name.slice(0, 20)}`, { path: `/v2/models/${name}` }, [400, 404]),
  ),
  bad("an unknown version", { path: "/v2/models/rf/versions/99" }, 404),
  bad("a version that is no number", { path: "/v2/models/rf/versions/latest" }, [400, 404]),
  bad("no inputs", infer({}), 400),
  bad("inputs that are empty", infer({ inputs: [] }), 400),
  bad("two inputs", infer({ inputs: [input({}).inputs[0], input({}).inputs[0]] }), 400),
  bad("an unknown datatype", infer(input({ datatype: "FP12" })), 400, undefined, /UINT8/),
  bad("a shape that is not the data's", infer(input({ shape: [2, 784] })), 400),
  bad("a shape of -1", infer(input({ shape: [-1, 784] })), 400),
  bad("a shape of 1e308", infer(input({ shape: [1e308, 784] })), 400),
  bad("a shape of 2^53", infer(input({ shape: [2 ** 53, 784] })), 400),
  bad("a shape of one number", infer(input({ shape: [784] })), 400),
  bad("no data", infer(input({ data: undefined })), 400),
  bad("a value outside of its type", infer(input({ data: [256, ...DIGIT.slice(1)] })), 400),
  bad("half a value", infer(input({ data: [0.5, ...DIGIT.slice(1)] })), 400),
  bad("an unknown output", infer({ ...input({}), outputs: [{ name: "nothing" }] }), 400),
  bad("an id that is a number", infer({ ...input({}), id: 7 }), 400),
];

/** By the part of the service that they are for. */
export const BAD_REQUESTS = {
  "POST /predict, the body": BODIES,
  "POST /predict, its values": VALUES,
  "POST /training": TRAININGS,
  "POST /predict_digit": PICTURES,
  "every route": ROUTES,
  "the Open Inference Protocol": PROTOCOL,
} as const;

/** Requests that look bad and are none. */
export const GOOD_REQUESTS: readonly { readonly title: string; readonly asked: Asked }[] = [
  { title: "12.0 for 12", asked: predict(`{"data":[[12.0${",0".repeat(783)}]]}`) },
  { title: "an ensemble that is not spoken of", asked: predict({ data: [DIGIT] }) },
  { title: "2,048 rows", asked: predict(`{"data":[${Array(2048).fill(`[${DIGIT}]`).join()}]}`) },
  ...["../../etc/passwd", "a\\0.png", "x".repeat(10_000), "<script>alert(1)</script>", "\u202egnp.a"].map(
    (filename) => ({
      title: `a file called ${filename.slice(0, 20)}`,
      asked: picture(smallPng, { filename: Buffer.from(filename).toString("latin1") }),
    }),
  ),
  {
    title: "text in a PNG that would be 100 MB",
    asked: picture(
      png({ width: 8, height: 8 }, grey(8), [
        chunk(
          "zTXt",
          Buffer.concat([Buffer.from("Comment\0\0", "latin1"), deflateSync(Buffer.alloc(1e8), { level: 9 })]),
        ),
      ]),
    ),
  },
  { title: "a request id of many characters", asked: { path: "/v2", headers: { "x-request-id": "x".repeat(9000) } } },
  { title: "a traceparent that is none", asked: { path: "/v2", headers: { traceparent: "hello" } } },
];

import { jsonSchemaOf } from "./check-body.js";
import { inferRequest } from "./inference-schemas.js";
import { invocationsRequest } from "./invocations.js";

/** https://spec.openapis.org/oas/v3.1.1.html#path-item-object, as far as the documentation page shows it. */
export type Paths = Readonly<Record<string, unknown>>;

const ERROR = {
  type: "object",
  required: ["detail", "code", "request_id"],
  properties: {
    detail: { type: "string", description: "What was expected, for people." },
    code: { type: "string", description: "For programs." },
    request_id: { type: "string" },
    path: { type: "array", description: "Where in the body." },
  },
};

const json = (schema: object, example?: unknown) => ({
  content: { "application/json": { schema, ...(example === undefined ? {} : { example }) } },
});
const answers = (description: string, ...errors: readonly string[]) => ({
  "200": { description },
  ...Object.fromEntries(errors.map((status) => [status, { $ref: "#/components/responses/Error" }])),
});
const inPath = (...names: readonly string[]) =>
  names.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } }));
const get = (tag: string, summary: string, parameters: readonly object[] = [], ...errors: readonly string[]) => ({
  get: { tags: [tag], summary, parameters, responses: answers("The answer.", ...errors) },
});

const HEALTH = "Health";
const PROTOCOL = "Open Inference Protocol v2";
const MODELS = "Models";

function infer(...names: readonly string[]) {
  const example = { inputs: [{ name: "input", shape: [1, 4], datatype: "FP64", data: [[5.1, 3.5, 1.4, 0.2]] }] };
  return {
    ...{ tags: [PROTOCOL], summary: "Predicts", parameters: inPath(...names) },
    requestBody: { required: true, ...json(jsonSchemaOf(inferRequest), example) },
    responses: answers("The tensors that were asked for, by default all.", "400", "404", "413", "415", "503"),
  };
}

/** The paths that every service has. */
const OWN: Paths = {
  "/livez": get(HEALTH, "Whether the process lives"),
  "/readyz": get(HEALTH, "Whether it can answer: 503 until the models are there, and while it ends", [], "503"),
  "/ping": get(HEALTH, "The same, as MLflow has it", [], "503"),
  "/v2/health/live": get(PROTOCOL, "Whether the process lives"),
  "/v2/health/ready": get(PROTOCOL, "Whether it can answer", [], "503"),
  "/v2": get(PROTOCOL, "Name and version of the service"),
  "/v2/models/{model}": get(PROTOCOL, "Inputs and outputs of a model", inPath("model"), "404"),
  "/v2/models/{model}/ready": get(PROTOCOL, "Whether a model can answer", inPath("model"), "404", "503"),
  "/v2/models/{model}/infer": { post: infer("model") },
  "/v2/models/{model}/versions/{version}": get(PROTOCOL, "The same of a version", inPath("model", "version"), "404"),
  "/v2/models/{model}/versions/{version}/ready": get(
    PROTOCOL,
    "Whether a version can answer",
    inPath("model", "version"),
    "404",
  ),
  "/v2/models/{model}/versions/{version}/infer": { post: infer("model", "version") },
  "/v2/repository/index": {
    post: { tags: [PROTOCOL], summary: "All versions that are loaded", responses: answers("A list.") },
  },
  "/v2/repository/models/{model}/load": {
    post: {
      ...{
        tags: [PROTOCOL],
        summary: "Loads the current version of a model from the store",
        security: [{ token: [] }],
      },
      ...{ parameters: inPath("model"), responses: answers("What is served now.", "401", "403", "404") },
    },
  },
  "/invocations": {
    post: {
      ...{ tags: [MODELS], summary: "Predicts, as MLflow's scoring server has it" },
      parameters: [{ name: "model", in: "query", required: false, schema: { type: "string" } }],
      requestBody: { required: true, ...json(jsonSchemaOf(invocationsRequest), { inputs: [[5.1, 3.5, 1.4, 0.2]] }) },
      responses: answers("{ predictions: [...] }", "400", "404", "413", "415", "503"),
    },
  },
  "/models": get(MODELS, "The models that are served"),
  "/models/{model}/versions/{version}": get(
    MODELS,
    "A model file, which never changes",
    inPath("model", "version"),
    "404",
  ),
  "/metrics": get(HEALTH, "What the service counts, for Prometheus"),
};

/** The document of a service with the paths that all have and its own. */
export function openApi(title: string, version: string, paths: Paths): object {
  return {
    openapi: "3.1.0",
    info: { title, version },
    paths: { ...paths, ...OWN },
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      responses: { Error: { description: "Why not.", ...json(ERROR) } },
    },
  };
}

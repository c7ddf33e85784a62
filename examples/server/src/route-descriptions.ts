import { jsonSchemaOf } from "trellis-learn/serve";
import { predictRequest } from "./prediction-routes.js";
import { trainingRequest } from "./training-request.js";

const json = (schema: object, example?: unknown) => ({
  content: { "application/json": { schema, ...(example === undefined ? {} : { example }) } },
});
const answers = (description: string, example: unknown, ...errors: readonly string[]) => ({
  "200": { description, ...json({ type: "object" }, example) },
  ...Object.fromEntries(errors.map((status) => [status, { $ref: "#/components/responses/Error" }])),
});
const id = [{ name: "id", in: "path", required: true, schema: { type: "string" } }];
const TRAINING = "Training";
const DIGITS = "Digits";
const done = { message: "Training completed and logged to MLflow" };

export const predictDigit = {
  post: {
    ...{ tags: [DIGITS], summary: "Reads the digit in a picture: PNG or JPEG, of 8 x 8 pixels or any other size" },
    requestBody: {
      required: true,
      content: {
        "multipart/form-data": {
          schema: { type: "object", required: ["image"], properties: { image: { type: "string", format: "binary" } } },
        },
      },
    },
    responses: answers("The digit.", { prediction: 1 }, "400", "413", "415", "503"),
  },
};

/** The routes of this service for /openapi.json. */
export function routeDescriptions(useSmallDataset: boolean): Readonly<Record<string, unknown>> {
  const trainingExample = { grid_search_params: { rf: { param: { n_estimators: [50, 100] }, n_jobs: -1, cv: 3 } } };
  return {
    "/": {
      get: {
        ...{ tags: [TRAINING], summary: "Trains with the default grids; a browser is shown the page instead" },
        responses: answers("The training has completed.", done, "401", "403", "409"),
      },
    },
    "/training": {
      post: {
        tags: [TRAINING],
        summary: "Searches grids and publishes the best models; with Prefer: respond-async it answers 202 at once",
        security: [{}, { token: [] }],
        requestBody: { required: true, ...json(jsonSchemaOf(trainingRequest(useSmallDataset)), trainingExample) },
        responses: answers("The training has completed.", done, "400", "401", "403", "409", "413", "415", "503", "504"),
      },
      get: { tags: [TRAINING], summary: "The trainings, newest first", responses: answers("A list.", undefined) },
    },
    "/training/{id}": {
      get: {
        tags: [TRAINING],
        summary: "A training",
        parameters: id,
        responses: answers("Its status.", undefined, "404"),
      },
      delete: {
        ...{ tags: [TRAINING], summary: "Cancels a training", parameters: id, security: [{}, { token: [] }] },
        responses: { "202": { description: "Its status." }, ...answers("", undefined, "401", "403", "404", "409") },
      },
    },
    "/training/{id}/events": {
      get: {
        ...{ tags: [TRAINING], summary: "What happens in a training, as server-sent events", parameters: id },
        responses: answers("The stream.", undefined, "404", "503"),
      },
    },
    "/best_model_parameters": {
      get: {
        ...{
          tags: [TRAINING],
          summary: "The best parameters and the scores of each model, that of the best one first",
        },
        responses: answers("By model name.", undefined, "404"),
      },
    },
    "/predict": {
      post: {
        ...{ tags: [DIGITS], summary: "Reads pictures of 28 x 28 pixels, by the best model or by the ensemble" },
        requestBody: {
          required: true,
          ...json(jsonSchemaOf(predictRequest), { ensemble_predict: false, data: [new Array(784).fill(0)] }),
        },
        responses: answers("A digit for each row.", { prediction: [7, 2] }, "400", "413", "415", "503"),
      },
    },
    "/predict_digit": predictDigit,
  };
}

import { MlflowError } from "./mlflow-error.js";

/** What a server said: a JSON object. */
export type Answer = Readonly<Record<string, unknown>>;

/** @throws MlflowError where the answer has no such object */
export function objectIn(answer: Answer, key: string): Answer {
  const value = answer[key];
  if (isObject(value)) return value;
  throw missing(key, "an object");
}

/** A list that is empty is left out of an answer. @throws MlflowError where the answer has something else there */
export function objectsIn(answer: Answer, key: string): readonly Answer[] {
  const value = answer[key] ?? [];
  if (Array.isArray(value) && value.every(isObject)) return value;
  throw missing(key, "a list of objects");
}

/** @throws MlflowError where the answer has no such text */
export function textIn(answer: Answer, key: string): string {
  const value = answer[key];
  if (typeof value === "string" && value !== "") return value;
  throw missing(key, "a text");
}

function isObject(value: unknown): value is Answer {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function missing(key: string, what: string): MlflowError {
  return new MlflowError(
    `an answer of MLflow must have ${what} at ${JSON.stringify(key)}; is this a server of MLflow?`,
    {
      status: 200,
    },
  );
}

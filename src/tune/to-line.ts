import type { Distribution } from "../model-selection/distributions.js";
import { distributionToJson } from "./distribution-json.js";
import type { Json } from "./frozen-trial.js";
import { DIRECTIONS, LINE_HEAD, OPS, STATES } from "./journal-codes.js";
import type { JournalRecord, TrialTemplate } from "./journal-record.js";
import { floatText } from "./python-json.js";

/**
 * A record as a line of Optuna's JournalStorage, with the newline.
 *
 * @throws TrellisError for a choice that JSON cannot say
 */
export function toLine(record: JournalRecord): string {
  const fields = Object.entries(fieldsOf(record)).map(([key, text]) => `,"${key}":${text}`);
  return `${LINE_HEAD}${OPS.indexOf(record.op)},"worker_id":${JSON.stringify(record.worker)}${fields.join("")}}\n`;
}

/** Optuna's names of a record's fields, and their values as JSON. */
function fieldsOf(record: JournalRecord): Record<string, string> {
  switch (record.op) {
    case "create-study": {
      const directions = record.directions.map((direction) => DIRECTIONS.indexOf(direction));
      return { study_name: json(record.name), directions: json(directions) };
    }
    case "delete-study":
      return { study_id: json(record.study) };
    case "set-study-user-attr":
      return { study_id: json(record.study), user_attr: json({ [record.key]: record.value }) };
    case "set-study-system-attr":
      return { study_id: json(record.study), system_attr: json({ [record.key]: record.value }) };
    case "create-trial":
      return {
        study_id: json(record.study),
        datetime_start: time(record.started),
        ...(record.template === undefined ? {} : templateFields(record.template)),
      };
    case "set-trial-param":
      return {
        trial_id: json(record.trial),
        param_name: json(record.name),
        param_value_internal: internalText(record.internal, record.distribution),
        distribution: json(distributionToJson(record.distribution)),
      };
    case "set-trial-state": {
      const isFinal = record.state !== "running" && record.state !== "waiting";
      return {
        trial_id: json(record.trial),
        state: json(STATES.indexOf(record.state)),
        values: record.values === null ? "null" : floats(record.values),
        ...(record.state === "running" ? { datetime_start: time(record.at) } : {}),
        ...(isFinal ? { datetime_complete: time(record.at) } : {}),
      };
    }
    case "set-trial-intermediate":
      return {
        trial_id: json(record.trial),
        step: json(record.step),
        intermediate_value: floatText(record.value),
      };
    case "set-trial-user-attr":
      return { trial_id: json(record.trial), user_attr: json({ [record.key]: record.value }) };
    case "set-trial-system-attr":
      return { trial_id: json(record.trial), system_attr: json({ [record.key]: record.value }) };
  }
}

function templateFields(template: TrialTemplate): Record<string, string> {
  const { state, values, finished, distributions, internals, userAttrs, systemAttrs, intermediate } = template;
  const texts = new Map(
    [...distributions].map(([name, distribution]) => [name, json(distributionToJson(distribution))]),
  );
  const params = new Map(
    [...internals].map(([name, internal]) => [name, internalText(internal, distributions.get(name)!)]),
  );
  return {
    state: json(STATES.indexOf(state)),
    value: values?.length === 1 ? floatText(values[0]!) : "null",
    values: values !== null && values.length > 1 ? floats(values) : "null",
    ...(finished === null ? {} : { datetime_complete: time(finished) }),
    distributions: object(texts),
    params: object(params),
    user_attrs: object(new Map([...userAttrs].map(([key, value]) => [key, json(value)]))),
    system_attrs: object(new Map([...systemAttrs].map(([key, value]) => [key, json(value)]))),
    intermediate_values: object(new Map([...intermediate].map(([step, value]) => [`${step}`, floatText(value)]))),
  };
}

/** JSON, with infinity as a number that is too large. */
function json(value: Json): string {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : floatText(value);
  if (Array.isArray(value)) return `[${value.map(json).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return object(new Map(Object.entries(value).map(([key, member]) => [key, json(member)])));
}

const object = (members: ReadonlyMap<string, string>): string =>
  `{${[...members].map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(",")}}`;

const floats = (values: readonly number[]): string => `[${values.map(floatText).join(",")}]`;

/** Positions among choices are integers, all else floats. */
const internalText = (internal: number, { kind }: Distribution): string =>
  kind === "choice" ? String(internal) : floatText(internal);

/** As Python writes it, with microseconds, in UTC. */
const time = (at: Date | null): string => (at === null ? "null" : `"${at.toISOString().slice(0, -1)}000+00:00"`);

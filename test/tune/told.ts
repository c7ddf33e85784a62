import type { FrozenTrial } from "../../src/tune.js";

/** A trial as test/golden/make/optuna_reading.py tells of it. */
export interface Told {
  readonly number: number;
  readonly state: string;
  readonly values: readonly (number | string)[] | null;
  readonly params: Readonly<Record<string, unknown>>;
  readonly distributions: Readonly<Record<string, unknown>>;
  readonly intermediate: Readonly<Record<string, number | string>>;
  readonly userAttrs: Readonly<Record<string, unknown>>;
  readonly systemAttrs: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970, or the fields of a time that has no zone. */
  readonly started: number | readonly number[] | null;
  readonly finished: number | readonly number[] | null;
}

/** Numbers that JSON does not have as words, and maps as objects. */
export function plain(value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (value instanceof Map) return plain(Object.fromEntries([...value].map(([key, member]) => [String(key), member])));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}

/**
 * @param like what Python told of the trial, by which times are told with or without a zone
 * @param values of the objectives, where there are several
 */
export function told(
  trial: FrozenTrial,
  like?: Pick<Told, "started" | "finished">,
  values: readonly number[] | null = trial.value === null ? null : [trial.value],
): object {
  const params = [...trial.distributions].map(([name, distribution]) => {
    const internal = trial.internals.get(name)!;
    return [name, distribution.kind === "choice" ? distribution.choices[internal] : internal];
  });
  return {
    number: trial.number,
    state: trial.state,
    values: plain(values),
    params: plain(Object.fromEntries(params)),
    distributions: plain(trial.distributions),
    intermediate: plain(trial.intermediate),
    userAttrs: plain(trial.userAttrs),
    systemAttrs: plain(trial.systemAttrs),
    started: moment(trial.started, like?.started),
    finished: moment(trial.finished, like?.finished),
  };
}

function moment(time: Date | null, like: Told["started"] | undefined): Told["started"] {
  if (time === null) return null;
  if (!Array.isArray(like)) return time.getTime();
  return [
    time.getFullYear(),
    time.getMonth() + 1,
    time.getDate(),
    time.getHours(),
    time.getMinutes(),
    time.getSeconds(),
    time.getMilliseconds(),
  ];
}

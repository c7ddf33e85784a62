import { TrellisError } from "../core/errors.js";
import { describe } from "../core/to-matrix.js";
import { choice, type Distribution, float, int } from "../model-selection/distributions.js";
import { floatText, parsePythonJson } from "./python-json.js";

interface Attributes {
  readonly low: number;
  readonly high: number;
  readonly step?: number | null;
  readonly log?: boolean;
  /** The step of a DiscreteUniformDistribution. */
  readonly q?: number;
  readonly choices: readonly unknown[];
}

/** By the names of Optuna's classes, of which the last five are older than its version 3. */
const KINDS: ReadonlyMap<string, (attributes: Attributes) => Distribution> = new Map([
  ["FloatDistribution", floats],
  ["IntDistribution", ints],
  ["CategoricalDistribution", ({ choices }: Attributes) => choice(choices)],
  ["UniformDistribution", floats],
  ["LogUniformDistribution", (attributes: Attributes) => floats({ ...attributes, log: true })],
  ["DiscreteUniformDistribution", (attributes: Attributes) => floats({ ...attributes, step: attributes.q ?? null })],
  ["IntUniformDistribution", ints],
  ["IntLogUniformDistribution", (attributes: Attributes) => ints({ ...attributes, step: 1, log: true })],
]);

/**
 * Optuna's text for a distribution, as its distribution_to_json writes it.
 *
 * @throws TrellisError for choices other than null, booleans, finite numbers and strings
 */
export function distributionToJson(distribution: Distribution): string {
  if (distribution.kind === "choice") {
    for (const value of distribution.choices) checkChoice(value);
    const choices = distribution.choices.map((value) => JSON.stringify(value)).join(", ");
    return `{"name": "CategoricalDistribution", "attributes": {"choices": [${choices}]}}`;
  }
  const { kind, low, high, step, log } = distribution;
  return kind === "float"
    ? `{"name": "FloatDistribution", "attributes": {"step": ${step && floatText(step)}, "low": ${floatText(low)}, "high": ${floatText(high)}, "log": ${log}}}`
    : `{"name": "IntDistribution", "attributes": {"log": ${log}, "step": ${step}, "low": ${low}, "high": ${high}}}`;
}

/**
 * What a text of Optuna's stands for.
 *
 * @throws SyntaxError, TypeError or TrellisError if it stands for nothing
 */
export function distributionFromJson(text: string): Distribution {
  const { name, attributes } = parsePythonJson(text) as { name: string; attributes: Attributes };
  const make = KINDS.get(name);
  if (make === undefined) throw new TrellisError(`no distribution is called ${describe(name)}`, "INVALID_RECORD");
  return make(attributes);
}

/** Whether trials of one study may draw a parameter from both: they are of one kind, and choices are the same. */
export function areCompatible(a: Distribution, b: Distribution): boolean {
  if (a.kind !== "choice" || b.kind !== "choice") return a.kind === b.kind;
  return a.choices.length === b.choices.length && a.choices.every((value, i) => isSameInPython(value, b.choices[i]));
}

/** To Python, true is 1 and false is 0. */
function isSameInPython(a: unknown, b: unknown): boolean {
  return Object.is(typeof a === "boolean" ? Number(a) : a, typeof b === "boolean" ? Number(b) : b);
}

/** A range that the step does not divide ends at the last step, as in Optuna. */
function lastOf({ low, high }: Attributes, step: number): number {
  const steps = (high - low) / step;
  if (Math.abs(steps - Math.round(steps)) <= 1e-8 * Math.max(1, steps)) return high;
  return Number((low + Math.floor(steps) * step).toPrecision(15));
}

function floats({ step = null, log = false, ...range }: Attributes): Distribution {
  return float(range.low, step === null ? range.high : lastOf(range, step), { log, step });
}

function ints({ step, log = false, ...range }: Attributes): Distribution {
  return int(range.low, lastOf(range, step ?? 1), { log, step: step ?? 1 });
}

/** Whether a value can be a choice in a journal. */
export function isScalar(value: unknown): value is null | boolean | number | string {
  return value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}

function checkChoice(value: unknown): void {
  if (isScalar(value)) return;
  throw new TrellisError(
    `a choice must be null, a boolean, a finite number or a string to be written to a journal; got ${describe(value)}`,
    "INVALID_RECORD",
  );
}

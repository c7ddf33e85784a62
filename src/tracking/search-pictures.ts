import type { Distribution } from "../model-selection/distributions.js";
import type { FrozenTrial } from "../tune/frozen-trial.js";
import type { StudyView } from "../tune/sampler.js";
import type { Candidate } from "./candidates.js";

type Tuning = Pick<StudyView, "direction" | "trials">;

/** A parameter with no more values than this is a choice among them. */
const FEW = 10;

/**
 * Pictures of how a search came on, as SVG by file name; those that cannot be drawn are left out, as where the package that
 * draws is not installed.
 */
export async function searchPictures(
  search: object,
  candidates: readonly Candidate[],
): Promise<ReadonlyMap<string, string>> {
  const tuning = isTuning(search) ? search : tuningOf(candidates);
  const pictures = new Map<string, string>();
  await draw(pictures, "optimization_history.svg", async () => {
    const { optimizationHistoryPicture } = await import("../report/optimization-history-picture.js");
    return optimizationHistoryPicture(tuning, { valueName: "Mean score over the folds" });
  });
  // Of one parameter, or of one trial, nothing can be told apart.
  const names = new Set(tuning.trials.flatMap(({ internals }) => [...internals.keys()]));
  if (names.size < 2 || tuning.trials.length < 2) return pictures;
  await draw(pictures, "parameter_importances.svg", async () => {
    const { parameterImportancesPicture } = await import("../report/parameter-importances-picture.js");
    return parameterImportancesPicture(tuning);
  });
  return pictures;
}

async function draw(pictures: Map<string, string>, name: string, picture: () => Promise<string>): Promise<void> {
  try {
    pictures.set(name, await picture());
  } catch {
    // A picture is no reason for a search to fail.
  }
}

/** A search that knows its trials, and what they were drawn from, is asked for them. */
function isTuning(search: object): search is Tuning {
  return "direction" in search && "trials" in search;
}

function tuningOf(candidates: readonly Candidate[]): Tuning {
  const inOrder = [...candidates].sort((a, b) => a.number - b.number);
  const names = [...new Set(inOrder.flatMap(({ params }) => Object.keys(params)))];
  const columns = names.map((name) => [name, columnOf(inOrder.map(({ params }) => params[name]))] as const);
  const trials = inOrder.map(({ number, state, score, params }, row): FrozenTrial => {
    const own = columns.filter(([name]) => Object.hasOwn(params, name));
    return {
      number,
      state,
      value: Number.isNaN(score) ? null : score,
      internals: new Map(own.map(([name, { internals }]) => [name, internals[row]!])),
      distributions: new Map(own.map(([name, { distribution }]) => [name, distribution])),
      intermediate: new Map(),
      userAttrs: new Map(),
      systemAttrs: new Map(),
      started: null,
      finished: null,
    };
  });
  return { direction: "maximize", trials };
}

/** What the values of a parameter may have been drawn from: one of a few values, or a range of numbers. */
function columnOf(values: readonly unknown[]): { distribution: Distribution; internals: readonly number[] } {
  const texts = values.map((value) => JSON.stringify(value) ?? String(value));
  const choices = [...new Set(texts)];
  if (choices.length <= FEW || !values.every((value) => Number.isFinite(value))) {
    return { distribution: { kind: "choice", choices }, internals: texts.map((text) => choices.indexOf(text)) };
  }
  const internals = values as readonly number[];
  const [low, high] = [Math.min(...internals), Math.max(...internals)];
  return { distribution: { kind: "float", low, high, log: false, step: null }, internals };
}

import { type FrozenTrial, paramsOf } from "trellis-learn/tune";

/** Trials as comma-separated values, a line each, with the columns of Optuna's `trials_dataframe`; times in seconds. */
export function trialsCsv(trials: readonly FrozenTrial[]): string {
  const names = [...new Set(trials.flatMap(({ internals }) => [...internals.keys()]))];
  const header = ["number", "value", "datetime_start", "datetime_complete", "duration"];
  const lines = trials.map((trial) => {
    const params = paramsOf(trial);
    const { started, finished } = trial;
    const duration = started === null || finished === null ? "" : (finished.getTime() - started.getTime()) / 1000;
    const times = [started?.toISOString() ?? "", finished?.toISOString() ?? "", duration];
    return [trial.number, trial.value ?? "", ...times, ...names.map((name) => params[name] ?? ""), trial.state];
  });
  return [[...header, ...names.map((name) => `params_${name}`), "state"], ...lines]
    .map((line) => `${line.join(",")}\r\n`)
    .join("");
}

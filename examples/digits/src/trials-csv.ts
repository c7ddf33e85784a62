import { type FrozenTrial, paramsOf } from "trellis-learn/tune";

/** Trials as comma-separated values, a line each, with the columns of Optuna's `trials_dataframe`. */
export function trialsCsv(trials: readonly FrozenTrial[]): string {
  const names = [...new Set(trials.flatMap(({ internals }) => [...internals.keys()]))];
  const header = ["number", "value", ...names.map((name) => `params_${name}`), "state"];
  const lines = trials.map((trial) => {
    const params = paramsOf(trial);
    return [trial.number, trial.value ?? "", ...names.map((name) => params[name] ?? ""), trial.state];
  });
  return [header, ...lines].map((line) => `${line.join(",")}\r\n`).join("");
}

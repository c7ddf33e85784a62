import { useState } from "preact/hooks";
import { FAMILIES, hueOf, titleOf } from "../families.js";
import type { GridSearch, TrainingSpec, TrainingStatus } from "../service/contract.js";
import type { ServiceClient } from "../service/service-client.js";
import { ServiceError, sentenceOf } from "../service/service-error.js";
import { candidatesOf, gridText, readValues } from "./grid-text.js";

/** What is written into the fields of one family, by parameter. */
type Texts = Readonly<Record<string, string>>;

const DEFAULT_TEXTS: Readonly<Record<string, Texts>> = Object.fromEntries(
  FAMILIES.map(({ name, grid }) => [
    name,
    Object.fromEntries(Object.entries(grid).map(([parameter, values]) => [parameter, gridText(values)])),
  ]),
);

interface TrainFormProps {
  readonly service: ServiceClient;
  /** The training that runs, if one does. */
  readonly running: TrainingStatus | null;
  onStarted(training: TrainingStatus): void;
  /** Another training runs. */
  onRefused(): void;
}

/** What to train: families, their grids, how much data, how many folds. */
export function TrainForm({ service, running, onStarted, onRefused }: TrainFormProps) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(FAMILIES.map(({ name }) => name)));
  const [texts, setTexts] = useState(DEFAULT_TEXTS);
  const [small, setSmall] = useState(true);
  const [folds, setFolds] = useState(3);
  const [needsToken, setNeedsToken] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const grids = FAMILIES.filter(({ name }) => chosen.has(name)).map(({ name }) => ({
    name,
    grid: gridOf(texts[name]!),
  }));
  const candidates = grids.reduce((sum, { grid }) => sum + (grid === null ? 0 : candidatesOf(grid)), 0);
  const choose = (name: string, isChosen: boolean) => {
    const next = new Set(chosen);
    if (isChosen) next.add(name);
    else next.delete(name);
    setChosen(next);
  };

  const start = async (event: Event) => {
    event.preventDefault();
    const unreadable = grids.find(({ grid }) => grid === null);
    if (unreadable)
      return setProblem(`Every parameter of ${titleOf(unreadable.name)} needs values, with commas between.`);
    if (!(Number.isInteger(folds) && folds >= 2 && folds <= 20))
      return setProblem("Folds must be a whole number from 2 to 20.");
    if (grids.length === 0) return setProblem("Choose at least one family.");
    const search = (grid: GridSearch["param"]): GridSearch => ({ param: grid, n_jobs: -1, cv: folds });
    const spec: TrainingSpec = {
      use_small_dataset: small,
      grid_search_params: Object.fromEntries(grids.map(({ name, grid }) => [name, search(grid!)])),
    };
    setBusy(true);
    setProblem(null);
    try {
      onStarted(await service.startTraining(spec));
    } catch (error) {
      const { status = 0 } = error as Partial<ServiceError>;
      if (status === 401 || status === 403) setNeedsToken(true);
      if (status === 409) onRefused();
      setProblem(advice(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form class="train-form" onSubmit={start} noValidate>
      <fieldset class="families">
        <legend>Families and the values to try</legend>
        {FAMILIES.map(({ name, grid }) => (
          <div key={name} class={`family ${hueOf(name)}`}>
            <label class="family-name">
              <input
                type="checkbox"
                checked={chosen.has(name)}
                onChange={({ currentTarget }) => choose(name, currentTarget.checked)}
              />
              {titleOf(name)} <span class="soft">{name}</span>
            </label>
            {chosen.has(name) && (
              <div class="grid-fields">
                {Object.keys(grid).map((parameter) => (
                  <label key={parameter}>
                    <span>{parameter}</span>
                    <input
                      type="text"
                      spellcheck={false}
                      autocomplete="off"
                      aria-label={`${parameter} of ${titleOf(name)}`}
                      aria-invalid={readValues(texts[name]![parameter]!) === null}
                      value={texts[name]![parameter]}
                      onInput={({ currentTarget }) =>
                        setTexts({ ...texts, [name]: { ...texts[name]!, [parameter]: currentTarget.value } })
                      }
                    />
                  </label>
                ))}
              </div>
            )}
          </div>
        ))}
      </fieldset>
      <div class="train-options">
        <fieldset class="data-size">
          <legend>Images</legend>
          <label>
            <input type="radio" name="size" checked={small} onChange={() => setSmall(true)} /> 10,000
          </label>
          <label>
            <input type="radio" name="size" checked={!small} onChange={() => setSmall(false)} /> 60,000
          </label>
        </fieldset>
        <label class="folds">
          <span>Folds</span>
          <input
            type="number"
            min={2}
            max={20}
            value={folds}
            onInput={({ currentTarget }) => setFolds(Number(currentTarget.value))}
          />
        </label>
        {needsToken && (
          <label class="token">
            <span>Access token</span>
            <input
              type="password"
              autocomplete="off"
              onInput={({ currentTarget }) => {
                service.token = currentTarget.value;
              }}
            />
          </label>
        )}
        <button type="submit" class="main" disabled={busy}>
          {busy ? "Starting…" : "Start training"}
        </button>
        <p class="soft sum" aria-live="polite">
          {candidates} candidates × {folds} folds, {(candidates * folds).toLocaleString("en")} fits
        </p>
      </div>
      {problem !== null && (
        <div class="notice" role="alert">
          <p>{problem}</p>
          {running !== null && <a href="#train">Watch the training that runs</a>}
        </div>
      )}
    </form>
  );
}

/** Null where a field has no values. */
function gridOf(texts: Texts): GridSearch["param"] | null {
  const entries = Object.entries(texts).map(([parameter, text]) => [parameter, readValues(text)] as const);
  return entries.some(([, values]) => values === null)
    ? null
    : Object.fromEntries(entries as [string, readonly unknown[]][]);
}

/** What is wrong, and what to do. */
function advice(error: unknown): string {
  const said = sentenceOf(error);
  if (!(error instanceof ServiceError)) return said;
  if (error.status === 409) {
    return "Another training runs, and there is one at a time. Wait until it has ended, or cancel it, and start again.";
  }
  if (error.status === 401 || error.status === 403)
    return `${said} Enter the access token of this service, and start again.`;
  return said;
}

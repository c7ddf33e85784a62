import { useEffect, useState } from "preact/hooks";
import { hueOf, titleOf } from "../families.js";
import { duration, moment, paramsText, percent } from "../formats.js";
import type { TrainingStatus } from "../service/contract.js";
import type { ServiceClient } from "../service/service-client.js";
import { sentenceOf } from "../service/service-error.js";
import { TrainingCharts } from "./training-charts.js";
import type { FamilyProgress, TrainingState } from "./training-state.js";
import { useTraining } from "./use-training.js";

const STATES: Readonly<Record<TrainingStatus["state"], string>> = {
  running: "running",
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
  "timed-out": "took too long",
};

/** One training, while it runs or afterwards. */
export function TrainingView({ service, id }: { readonly service: ServiceClient; readonly id: string }) {
  const { status, state, error } = useTraining(service, id);
  if (error !== null && status === null) {
    return (
      <p class="notice" role="alert">
        This training cannot be shown: {sentenceOf(error)} <a href="#train/new">Start another</a>
      </p>
    );
  }
  if (status === null) return <p class="soft">Asking for the training…</p>;
  return (
    <article class="training" aria-label={`Training ${id}`}>
      <TrainingHead service={service} status={status} state={state} />
      <ol class="progress">
        {state.families.map((family) => (
          <FamilyRow key={family.name} family={family} isOver={status.state !== "running"} />
        ))}
      </ol>
      <TrainingCharts families={state.families} />
      <Log lines={state.log} />
    </article>
  );
}

interface HeadProps {
  readonly service: ServiceClient;
  readonly status: TrainingStatus;
  readonly state: TrainingState;
}

function TrainingHead({ service, status, state }: HeadProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const isRunning = status.state === "running";
  const now = useNow(isRunning);
  const seconds = (Date.parse(status.endedAt ?? "") || now) - Date.parse(status.startedAt);
  const done = state.families.reduce((sum, { scored }) => sum + scored.length, 0);
  const facts = [
    `started ${moment(status.startedAt)}`,
    duration(seconds / 1000),
    state.rows === null ? null : `${state.rows.toLocaleString("en")} images`,
    `${done} candidates scored`,
    status.resumed === 0 ? null : `went on ${status.resumed} times after a stop`,
  ];
  const cancel = () => service.cancelTraining(status.id).catch((error: unknown) => setProblem(sentenceOf(error)));
  return (
    <header class="training-head">
      <div>
        <h2>
          Training <span class={`state ${status.state}`}>{STATES[status.state] ?? status.state}</span>
        </h2>
        <p class="soft">{facts.filter((fact) => fact !== null).join(" · ")}</p>
      </div>
      {isRunning ? (
        <button type="button" onClick={cancel}>
          Cancel training
        </button>
      ) : (
        <p class="next">
          {status.state === "completed" && <a href="#results">Results</a>} <a href="#train/new">Train again</a>
        </p>
      )}
      {status.error !== null && (
        <p class="notice" role="alert">
          {sentenceOf(new Error(status.error.message))}
        </p>
      )}
      {problem !== null && (
        <p class="notice" role="alert">
          {problem}
        </p>
      )}
      <p class="visually-hidden" role="status">
        Training {STATES[status.state]}: {state.families.filter(({ result }) => result !== null).length} of{" "}
        {state.families.length} families trained
      </p>
      {state.ensemble !== null && (
        <p class="ensemble-score hue-ensemble">
          <strong>Ensemble</strong> {percent(state.ensemble.accuracy)} on the test images
        </p>
      )}
    </header>
  );
}

function FamilyRow({ family, isOver }: { readonly family: FamilyProgress; readonly isOver: boolean }) {
  const { name, candidates, folds, scored, foldsScored, result } = family;
  const best = scored.findLast((candidate) => candidate.best !== null)?.best ?? null;
  const fits = candidates * folds;
  const share = result !== null ? 1 : fits === 0 ? 0 : Math.max(foldsScored, scored.length * folds) / fits;
  const waits = foldsScored === 0 && result === null;
  return (
    <li class={hueOf(name)}>
      <div class="progress-line">
        <strong>{titleOf(name)}</strong>
        <span class="soft">{waits ? (isOver ? "not trained" : "waits") : `${scored.length} of ${candidates}`}</span>
        <span class="score">{result ? percent(result.test_accuracy) : best === null ? "" : percent(best)}</span>
      </div>
      <progress max={1} value={share} aria-label={`${titleOf(name)}: ${Math.round(share * 100)} %`} />
      <p class="soft">
        {result !== null
          ? `On the test images, with ${paramsText(result.best_params)}; ${duration(result.seconds)}`
          : best === null
            ? "\u00a0"
            : "Best mean accuracy over the folds so far"}
      </p>
    </li>
  );
}

function Log({ lines }: { readonly lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <details class="log">
      <summary>Log, {lines.length} lines</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keyboard too */}
      <pre tabIndex={0}>{lines.join("\n")}</pre>
    </details>
  );
}

/** The time, in milliseconds, each second while it runs. */
function useNow(runs: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!runs) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [runs]);
  return now;
}

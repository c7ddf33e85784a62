import { useState } from "preact/hooks";
import { HeatMap } from "../charts/heat-map.js";
import { titleOf } from "../families.js";
import type { Confusion, ModelEntry, TrainingStatus } from "../service/contract.js";
import type { ServiceClient } from "../service/service-client.js";
import { useTraining } from "../train/use-training.js";

const MOST_MISTAKES = 7;
const DIGITS = Array.from({ length: 10 }, (_, digit) => digit);

interface ConfusionSectionProps {
  readonly service: ServiceClient;
  readonly models: readonly ModelEntry[];
  /** Newest first. */
  readonly trainings: readonly TrainingStatus[];
}

/** Which digits a model takes for which: what its maker wrote beside it, else what the last training told. */
export function ConfusionSection({ service, models, trainings }: ConfusionSectionProps) {
  const written = models.flatMap(({ name, facts }) => {
    const confusion = confusionOf(facts.confusion);
    return confusion === null ? [] : [{ name, confusion }];
  });
  const last = trainings.find(({ state }) => state === "completed");
  if (written.length > 0) return <Confusions of={written} />;
  return last === undefined ? null : <ConfusionsOfTraining service={service} id={last.id} />;
}

function ConfusionsOfTraining({ service, id }: { readonly service: ServiceClient; readonly id: string }) {
  const { state } = useTraining(service, id);
  const told = state.families.flatMap(({ name, result }) => {
    const confusion = confusionOf(result?.confusion);
    return confusion === null ? [] : [{ name, confusion }];
  });
  const ensemble = confusionOf(state.ensemble?.confusion);
  if (ensemble !== null) told.push({ name: "ensemble", confusion: ensemble });
  return told.length === 0 ? null : <Confusions of={told} />;
}

function Confusions({ of }: { readonly of: readonly { readonly name: string; readonly confusion: Confusion }[] }) {
  const [chosen, choose] = useState<string | null>(null);
  const { name, confusion } = of.find((each) => each.name === chosen) ?? of[0]!;
  return (
    <section class="confusion">
      <header class="view-head">
        <h2>Confusions</h2>
        <label class="choice">
          Model
          <select value={name} onChange={({ currentTarget }) => choose(currentTarget.value)}>
            {of.map((each) => (
              <option key={each.name} value={each.name}>
                {titleOf(each.name)}
              </option>
            ))}
          </select>
        </label>
      </header>
      <div class="confusion-body">
        <HeatMap confusion={confusion} classes={DIGITS} />
        <Mistakes confusion={confusion} />
      </div>
    </section>
  );
}

/** The mistakes that are made most often. */
function Mistakes({ confusion }: { readonly confusion: Confusion }) {
  const mistakes = confusion
    .flatMap((row, truth) => row.map((count, taken) => ({ truth, taken, count })))
    .filter(({ truth, taken, count }) => truth !== taken && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_MISTAKES);
  if (mistakes.length === 0) return null;
  return (
    <div class="mistakes">
      <h3>Most often</h3>
      <ol>
        {mistakes.map(({ truth, taken, count }) => (
          <li key={`${truth}-${taken}`}>
            a <strong>{truth}</strong> taken for a <strong>{taken}</strong>{" "}
            <span class="soft">{count === 1 ? "once" : `${count} times`}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** A table of ten by ten counts, or null; what a model's maker wrote may be anything. */
function confusionOf(value: unknown): Confusion | null {
  const isRow = (row: unknown) => Array.isArray(row) && row.length === 10 && row.every(Number.isFinite);
  return Array.isArray(value) && value.length === 10 && value.every(isRow) ? value : null;
}

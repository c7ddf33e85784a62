import { titleOf } from "../families.js";
import { duration, moment } from "../formats.js";
import type { TrainingStatus } from "../service/contract.js";

/** Trainings of the past, each with a link to what it told. */
export function TrainingsList({ trainings }: { readonly trainings: readonly TrainingStatus[] }) {
  if (trainings.length === 0) return null;
  return (
    <section>
      <header class="view-head">
        <h2>Trainings</h2>
      </header>
      <ul class="trainings card">
        {trainings.map((training) => (
          <li key={training.id}>
            <a href={`#train/${training.id}`}>{moment(training.startedAt)}</a>
            <span class={`state ${training.state}`}>{training.state}</span>
            <span class="soft">{described(training)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function described({ spec, startedAt, endedAt }: TrainingStatus): string {
  const families = Object.keys(spec?.grid_search_params ?? {}).map(titleOf);
  const seconds = endedAt === null ? null : (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  return [families.join(", "), seconds === null ? "" : duration(seconds)].filter((part) => part !== "").join(" · ");
}

import { LineChart, type Series } from "../charts/line-chart.js";
import { StripPlot } from "../charts/strip-plot.js";
import { hueOf, titleOf } from "../families.js";
import { paramsText, percent } from "../formats.js";
import type { FamilyProgress } from "./training-state.js";

/** What the events of a training tell, as pictures; each is shown once there is something in it. */
export function TrainingCharts({ families }: { readonly families: readonly FamilyProgress[] }) {
  const scored = families.filter((family) => family.scored.length > 0);
  const learned = families.filter((family) => family.epochs.length > 0);
  if (scored.length === 0 && learned.length === 0) return null;
  return (
    <div class="charts">
      {scored.length > 0 && (
        <LineChart title="Best score so far" xName="candidates scored" steps series={scored.map(bestSoFar)} />
      )}
      {scored.length > 0 && <StripPlot title="Every candidate" strips={scored.map(candidatesOf)} />}
      {learned.length > 0 && <LineChart title="Loss" xName="epochs" series={learned.map(losses)} />}
    </div>
  );
}

function bestSoFar({ name, scored }: FamilyProgress): Series {
  const points = scored.flatMap(({ best }, i) => (best === null ? [] : [[i + 1, best] as const]));
  return { name: titleOf(name), hue: hueOf(name), points };
}

function candidatesOf({ name, scored }: FamilyProgress) {
  const dots = scored.flatMap(({ params, score }) =>
    score === null ? [] : [{ value: score, title: `${percent(score)}: ${paramsText(params)}` }],
  );
  return { name: titleOf(name), hue: hueOf(name), dots };
}

/** Epochs count on from one net of the family to the next. */
function losses({ name, epochs }: FamilyProgress): Series {
  return { name: titleOf(name), hue: hueOf(name), points: epochs.map(({ loss }, i) => [i + 1, loss] as const) };
}

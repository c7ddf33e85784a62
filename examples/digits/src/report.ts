import type { Distribution } from "trellis-learn";
import { type FrozenTrial, parameterImportances, paramsOf } from "trellis-learn/tune";
import type { Data } from "./data.js";
import { markdownTable } from "./table.js";
import type { DigitsTuner, Outcome } from "./tune.js";

/** Everything that a run found out. */
export interface Findings {
  readonly tuner: DigitsTuner;
  readonly best: Outcome;
  readonly baseline: Outcome;
  readonly data: Data;
  readonly seed: number;
  readonly tuningSeconds: number;
}

/** Files of the pictures to show. */
export interface Pictures {
  readonly history: string;
  readonly importances: string;
  readonly slices: string;
  readonly bestConfusion: string;
  readonly baselineConfusion: string;
}

/** What programs read: every figure of the report. */
export function reportJson({ tuner, best, baseline, data, seed, tuningSeconds }: Findings): string {
  const outcome = ({ model, cvScore, test }: Outcome) => ({ params: searched(tuner, model), cvScore, test });
  const report = {
    node: process.version,
    seed,
    trainRows: data.train.X.rows,
    testRows: data.test.X.rows,
    trials: tuner.trials.length,
    tuningSeconds,
    searchSpace: tuner.params.space,
    importances: Object.fromEntries(parameterImportances(tuner)),
    best: outcome(best),
    baseline: outcome(baseline),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** What people read. */
export function reportMarkdown(findings: Findings, pictures: Pictures): string {
  const { tuner, best, baseline, data, seed, tuningSeconds } = findings;
  const [trainRows, testRows] = [data.train.X.rows, data.test.X.rows].map((rows) => rows.toLocaleString("en"));
  const count = tuner.trials.length;
  return `# Tuning a random forest on handwritten digits

${count} ${count === 1 ? "trial" : "trials"} of TPE (seed ${seed}) in ${tuningSeconds.toFixed(1)} s, on Node ${process.version}. Each trial is the mean accuracy of 3-fold
cross-validation on ${trainRows} images. Another ${testRows} images, drawn so that every digit has its share, took no part in it; on
them the tuned forest reads ${right(best, data)} right and the baseline, which has the default parameters, ${right(baseline, data)}.

${markdownTable(outcomeRows([best, baseline]))}

## The best parameters

${space(findings)}

## How the tuning came on

![Optimisation history](${pictures.history})

${leaders(tuner)}

## What mattered

![Parameter importances](${pictures.importances})

Shares by PED-ANOVA: how differently a parameter's values are spread over the best tenth of the trials and over all of them.

![Slices](${pictures.slices})

## On the test images

${onTestImages(best, pictures.bestConfusion)}

${onTestImages(baseline, pictures.baselineConfusion)}
`;
}

function right({ test }: Outcome, data: Data): number {
  return Math.round(test.accuracy * data.test.X.rows);
}

/** The figures of models, a row each below the names of the columns. */
export function outcomeRows(outcomes: readonly Outcome[]): string[][] {
  const rows = outcomes.map(({ title, cvScore, test }) => {
    const figures = [cvScore, test.accuracy, test.precision, test.recall, test.f1];
    return [title, ...figures.map((figure) => figure.toFixed(4))];
  });
  return [["model", "CV accuracy", "test accuracy", "precision", "recall", "F1"], ...rows];
}

function space({ tuner, best, baseline }: Findings): string {
  const importances = parameterImportances(tuner);
  const [tuned, untuned] = [searched(tuner, best.model), searched(tuner, baseline.model)];
  const rows = Object.entries(tuner.params.space).map(([name, distribution]) => {
    const share = importances.get(name) ?? 0;
    return [`\`${name}\``, rangeOf(distribution), `${tuned[name]}`, `${untuned[name]}`, share.toFixed(2)];
  });
  return markdownTable([["parameter", "searched", "best", "baseline", "importance"], ...rows]);
}

/** The ten best trials. */
function leaders({ trials }: DigitsTuner): string {
  const complete = trials.filter(({ state }) => state === "complete");
  const best = complete.sort((a, b) => b.value! - a.value! || a.number - b.number).slice(0, 10);
  const names = [...best[0]!.internals.keys()];
  const cells = (trial: FrozenTrial) => {
    const params = paramsOf(trial);
    return [`${trial.number}`, trial.value!.toFixed(4), ...names.map((name) => `${params[name]}`)];
  };
  return markdownTable([["trial", "CV accuracy", ...names.map((name) => `\`${name}\``)], ...best.map(cells)]);
}

function onTestImages({ title, test }: Outcome, picture: string): string {
  return `### ${title}

\`\`\`
${test.classificationReport.trimEnd()}
\`\`\`

![${title}: confusion matrix](${picture})`;
}

/** Of a model, the parameters that were searched. */
function searched(tuner: DigitsTuner, model: Outcome["model"]): Record<string, unknown> {
  const params: Record<string, unknown> = model.getParams();
  return Object.fromEntries(Object.keys(tuner.params.space).map((name) => [name, params[name]]));
}

function rangeOf(distribution: Distribution): string {
  if (distribution.kind === "choice") return distribution.choices.join(", ");
  const { low, high, step } = distribution;
  return `${low} to ${high}${step === null || step === 1 ? "" : ` step ${step}`}`;
}

import type { CvResults } from "../model-selection/cv-results.js";
import { type Candidates, candidatesOf, type FinishedSearch } from "./finished-search.js";
import { type Html, html } from "./html.js";
import { shortened } from "./theme.js";
import { valueText } from "./value-text.js";
import { written } from "./written.js";

/** Candidates that are seen at once, and all that a page holds. */
const SHOWN = 25;
const MOST = 1000;
/** Of values of parameters, in characters. */
const LONGEST_VALUE = 60;

interface TableColumn {
  readonly title: string;
  readonly isNumber: boolean;
  readonly cell: (candidate: number) => Html | string;
}

/** The candidates of a search, the best first; those that were given less than the best could be come behind. */
export function candidatesTable(search: FinishedSearch): Html {
  const candidates = candidatesOf(search);
  const order = orderOf(search, candidates);
  const columns = columnsOf(search.cvResults.columns, candidates, order);
  const rest = order.slice(SHOWN, MOST);
  const more = order.length - MOST;
  return html`${table(columns, order.slice(0, SHOWN), search.bestIndex)}${
    rest.length === 0
      ? null
      : html`<details><summary>${rest.length.toLocaleString("en")} more candidates</summary>${table(columns, rest, search.bestIndex)}</details>`
  }${more > 0 ? html`<p>${more.toLocaleString("en")} more candidates are not shown.</p>` : null}`;
}

/** The refitted one, then by score; equals in the order in which they were tried, and those that failed last. */
function orderOf({ bestIndex }: FinishedSearch, { params, scores, isFinal }: Candidates): number[] {
  const value = (i: number) => (Number.isNaN(scores[i]!) ? Number.NEGATIVE_INFINITY : scores[i]!);
  const group = (i: number) => (i === bestIndex ? 0 : isFinal(i) ? 1 : 2);
  const order = (a: number, b: number) => group(a) - group(b) || (value(a) === value(b) ? a - b : value(b) - value(a));
  return [...params.keys()].sort(order);
}

function columnsOf(
  columns: CvResults["columns"],
  { scoreName }: Candidates,
  order: readonly number[],
): readonly TableColumn[] {
  const names = Object.keys(columns);
  const places = new Map(order.map((candidate, place) => [candidate, place + 1]));
  const scorers = names.flatMap((name) => (name.startsWith("mean_test_") ? [name.slice("mean_test_".length)] : []));
  scorers.sort((a, b) => Number(b === scoreName) - Number(a === scoreName));
  const means = (title: string, part: string): TableColumn[] =>
    Object.hasOwn(columns, `mean_${part}`)
      ? [{ title, isNumber: true, cell: (i) => score(columns[`mean_${part}`]![i], columns[`std_${part}`]?.[i]) }]
      : [];
  const facts = ["iter", "n_resources", "state"].filter((name) => Object.hasOwn(columns, name));
  return [
    { title: "", isNumber: true, cell: (i) => String(places.get(i)) },
    ...scorers.flatMap((name) => {
      const title = name === "score" ? "score" : name;
      return [...means(title, `test_${name}`), ...means(`${title}, training rows`, `train_${name}`)];
    }),
    ...names.filter((name) => name.startsWith("param_")).map((name) => parameterColumn(name, columns[name]!)),
    ...facts.map((name) => ({
      title: name,
      isNumber: name !== "state",
      cell: (i: number) => String(columns[name]![i]),
    })),
    ...means("fit, seconds", "fit_time"),
  ];
}

function parameterColumn(name: string, values: CvResults["columns"][string]): TableColumn {
  const isNumber = Array.from(values as ArrayLike<unknown>).every((value) => typeof value === "number");
  return {
    title: name.slice("param_".length),
    isNumber,
    cell: (i) => cellText(values[i]),
  };
}

function cellText(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "number" ? written(value) : shortened(valueText(value), LONGEST_VALUE);
}

function score(mean: unknown, spread: unknown): Html | string {
  if (typeof mean !== "number" || Number.isNaN(mean)) return "failed";
  if (typeof spread !== "number") return written(mean);
  return html`${written(mean)} <small>± ${written(spread, 2)}</small>`;
}

function table(columns: readonly TableColumn[], candidates: readonly number[], best: number): Html {
  const kind = ({ isNumber }: TableColumn) => (isNumber ? "number" : "text");
  return html`<div class="table" role="region" aria-label="Candidates" tabindex="0"><table>
<thead><tr>${columns.map((column) => html`<th scope="col" class="${kind(column)}">${column.title}</th>`)}</tr></thead>
<tbody>${candidates.map(
    (i) => html`
<tr${i === best ? html` class="best"` : null}>${columns.map((column) => html`<td class="${kind(column)}">${column.cell(i)}</td>`)}</tr>`,
  )}
</tbody></table></div>`;
}

import { z } from "zod";
import { candidatesOf, defaultGrids, type FamilyName, familyNames, type Grid, tunable } from "./training-grids.js";

/** How a family of models is searched. */
export interface FamilySearch {
  readonly param: Grid;
  /** -1 for all cores. */
  readonly n_jobs: number;
  /** Number of folds. */
  readonly cv: number;
}

/** What a training is to do, with all that the request left out. */
export interface TrainingSpec {
  /** The 10,000 images of t10k rather than the 60,000 of the training set. */
  readonly use_small_dataset: boolean;
  readonly grid_search_params: Readonly<Partial<Record<FamilyName, FamilySearch>>>;
}

/** Values that one parameter may have, and candidates that a training may have. */
const MOST = { values: 100, candidates: 1000 };

const said = (sentence: string) => ({ error: () => `must be ${sentence}` });

/** An object of certain keys; another key is refused with the names that there are. */
function record<S extends z.ZodRawShape>(shape: S, what: string) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? `known are ${Object.keys(shape).join(", ")}` : `must be ${what}`,
  });
}

function gridOf(params: Readonly<Record<string, z.ZodType<number | string | null>>>) {
  const axes = Object.entries(params).map(([name, value]) => {
    const sentence = said(`an array of 1 to ${MOST.values} values`);
    const values = z.array(value, sentence).min(1, sentence).max(MOST.values, sentence);
    return [name, values.transform((all) => [...new Set(all)]).optional()] as const;
  });
  return record(Object.fromEntries(axes), "an object that gives an array of values for each parameter");
}

function searchOf(name: FamilyName) {
  const folds = said("an integer from 2 to 20");
  const jobs = said("-1 or an integer from 1 to 64");
  return record(
    {
      param: gridOf(tunable[name]).optional(),
      n_jobs: z.union([z.literal(-1), z.int(jobs).min(1, jobs).max(64, jobs)], jobs).default(-1),
      cv: z.int(folds).min(2, folds).max(20, folds).default(3),
    },
    "an object with param, n_jobs and cv",
  ).transform(
    ({ param, ...rest }): FamilySearch => ({ param: (param as Grid | undefined) ?? defaultGrids[name], ...rest }),
  );
}

const searches = record(
  mapped((name) => searchOf(name).optional()),
  `an object that gives a grid for some of ${familyNames.join(", ")}`,
)
  .transform((asked) => asked as TrainingSpec["grid_search_params"])
  .refine((asked) => Object.keys(asked).length > 0, said(`a grid for at least one of ${familyNames.join(", ")}`))
  .refine((asked) => candidatesIn(asked) <= MOST.candidates, {
    error: `must have at most ${MOST.candidates} candidates in all its grids together`,
  });

/** The body of POST /training. */
export function trainingRequest(smallByDefault: boolean) {
  return record(
    {
      use_small_dataset: z.boolean(said("true or false")).default(smallByDefault),
      grid_search_params: searches.optional(),
    },
    "an object with use_small_dataset and grid_search_params",
  ).transform(
    ({ use_small_dataset, grid_search_params = defaultSearches() }): TrainingSpec => ({
      use_small_dataset,
      grid_search_params,
    }),
  );
}

/** The grids of the first seed. */
function defaultSearches(): TrainingSpec["grid_search_params"] {
  return mapped((name) => ({ param: defaultGrids[name], n_jobs: -1, cv: 3 }));
}

function candidatesIn(asked: TrainingSpec["grid_search_params"]): number {
  return Object.values(asked).reduce((sum, { param }) => sum + candidatesOf(param), 0);
}

function mapped<T>(make: (name: FamilyName) => T): Record<FamilyName, T> {
  return Object.fromEntries(familyNames.map((name) => [name, make(name)])) as Record<FamilyName, T>;
}

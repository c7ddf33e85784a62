import type { Grid } from "../families.js";
import { valueText } from "../formats.js";

/** The values of a grid as people write them: "50, 75, none". */
export function gridText(values: readonly unknown[]): string {
  return values.map(valueText).join(", ");
}

/** Values from what was written: numbers, "none" for no limit, words. Null where there are none. */
export function readValues(text: string): readonly unknown[] | null {
  const words = text.split(",").map((word) => word.trim());
  if (words.some((word) => word === "")) return null;
  return words.map((word) => {
    if (/^(none|null)$/i.test(word)) return null;
    return Number.isNaN(Number(word)) ? word : Number(word);
  });
}

/** How many candidates a grid has. */
export function candidatesOf(grid: Grid): number {
  return Object.values(grid).reduce((product, values) => product * values.length, 1);
}

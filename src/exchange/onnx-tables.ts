import { InvalidModelError } from "../core/errors.js";
import type { OnnxGraph } from "./onnx-graph.js";
import type { DataType, Port } from "./onnx-messages.js";

/** A table on its way through a graph. Whoever reads a column says what it holds. */
export interface Table {
  readonly cols: number;
  /** float[N, columns] of these columns, by default of all; booleans are 0 and 1, and NaN is missing. */
  numbers(columns?: readonly number[]): string;
  /** string[N, 1]; "" is missing. */
  strings(column: number): string;
}

/** A tensor float[N, cols]. */
export const tableOfNumbers = (tensor: string, cols: number, graph: OnnxGraph): Table => ({
  cols,
  numbers: (columns) => (isAll(columns, cols) ? tensor : gathered(tensor, columns, graph)),
  strings: (column) => {
    throw misread(`column ${column} of a table within it`, "numbers", "strings");
  },
});

/** A tensor string[N, 1]. */
export const columnOfStrings = (tensor: string): Table => ({
  cols: 1,
  numbers: () => {
    throw misread("a column within it", "strings", "numbers");
  },
  strings: () => tensor,
});

/** These columns of a table. */
export const chosen = (table: Table, columns: readonly number[]): Table => ({
  cols: columns.length,
  numbers: (of) => table.numbers(of === undefined ? columns : of.map((column) => columns[column]!)),
  strings: (column) => table.strings(columns[column]!),
});

export function sideBySide(tables: readonly Table[], graph: OnnxGraph): Table {
  const places = tables.flatMap((table) => firstNumbers(table.cols).map((column) => ({ table, column })));
  return {
    cols: places.length,
    numbers(columns = firstNumbers(places.length)) {
      const runs: { table: Table; columns: number[] }[] = [];
      for (const { table, column } of columns.map((at) => places[at]!)) {
        const last = runs.at(-1);
        if (last?.table === table) last.columns.push(column);
        else runs.push({ table, columns: [column] });
      }
      const parts = runs.map((run) => run.table.numbers(run.columns));
      return parts.length === 1 ? parts[0]! : graph.node("Concat", parts, { axis: 1 });
    },
    strings(at) {
      const { table, column } = places[at]!;
      return table.strings(column);
    },
  };
}

/** What a model is given: one table where all columns that are read are of one kind, else each of them by itself. */
export class InputTable implements Table {
  readonly cols: number;
  readonly #graph: OnnxGraph;
  readonly #kinds = new Map<number, "float" | "string">();
  /** What was asked for, by the names under which it is known. */
  readonly #asked = new Map<string, readonly number[]>();

  /** @param graph - where what is asked for is made of what comes in; it stands before all that reads it */
  constructor(cols: number, graph: OnnxGraph) {
    this.cols = cols;
    this.#graph = graph;
  }

  numbers(columns: readonly number[] = firstNumbers(this.cols)): string {
    for (const column of columns) this.#read(column, "float");
    if (isAll(columns, this.cols)) return WHOLE;
    const name = `${WHOLE}_${this.#asked.size}`;
    this.#asked.set(name, columns);
    return name;
  }

  strings(column: number): string {
    this.#read(column, "string");
    const name = columnName(column);
    this.#asked.set(name, [column]);
    return name;
  }

  /** What comes in. Asked once, at the end. */
  ports(rows: string): readonly Port[] {
    const kinds = new Set<DataType>(this.#kinds.values());
    if (kinds.size <= 1) {
      for (const [name, columns] of this.#asked) gathered(WHOLE, columns, this.#graph, name);
      const [type = "float"] = kinds;
      return [{ name: WHOLE, type, shape: [rows, this.cols] }];
    }
    for (const [name, columns] of this.#asked) {
      if (this.#kinds.get(columns[0]!) === "float")
        this.#graph.node("Concat", columns.map(columnName), { axis: 1 }, name);
    }
    const read = [...this.#kinds].sort(([a], [b]) => a - b);
    return read.map(([column, type]) => ({ name: columnName(column), type, shape: [rows, 1] }));
  }

  #read(column: number, kind: "float" | "string"): void {
    const known = this.#kinds.get(column) ?? kind;
    if (known !== kind) throw misread(`column ${column} of X`, KINDS[known], KINDS[kind]);
    this.#kinds.set(column, kind);
  }
}

const WHOLE = "X";
const columnName = (column: number): string => `x${column}`;
const KINDS = { float: "numbers", string: "strings" } as const;

const firstNumbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const isAll = (columns: readonly number[] | undefined, cols: number): columns is undefined =>
  columns === undefined || (columns.length === cols && columns.every((column, i) => column === i));

function gathered(table: string, columns: readonly number[], graph: OnnxGraph, name?: string): string {
  return graph.node("Gather", [table, graph.integers(...columns)], { axis: 1 }, name);
}

function misread(what: string, held: string, needed: string): InvalidModelError {
  return new InvalidModelError(
    `the estimator cannot be written to ONNX: ${what} holds ${held} where ${needed} are needed; encode strings, and give ` +
      "columns of strings and of numbers to steps of their own by a ColumnTransformer",
  );
}

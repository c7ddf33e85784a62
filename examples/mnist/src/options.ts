import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { UsageError } from "./command.js";
import { families } from "./families.js";

export interface Options {
  /** The 60,000 training images rather than the 10,000 test images. */
  readonly full: boolean;
  /** How many images to take; null for all. */
  readonly rows: number | null;
  /** Folder of the report. */
  readonly out: string;
  /** Names of the families to train. */
  readonly only: readonly string[];
  /** Number of worker threads; null for one a core. */
  readonly workers: number | null;
  readonly help: boolean;
}

const names = families.map(({ name }) => name);

export const HELP = `Trains, tunes and ensembles classifiers on MNIST.

npm run mnist -- [options]

  --full           the 60,000 training images (default: the 10,000 test images)
  --rows n         only n images, for a quick look
  --only a,b       only these models: ${names.join(", ")}
  --workers n      worker threads; 0 works on the main thread (default: one a core)
  --out folder     where the report goes (default: mnist-report)
  --help           this text

Ctrl-C stops the training.`;

/**
 * Reads the command line.
 * @throws UsageError
 */
export function readOptions(args: readonly string[]): Options {
  const { full, help, ...given } = parsed(args);
  return {
    full,
    help,
    rows: given.rows === undefined ? null : integer("rows", given.rows, 200, full ? 60_000 : 10_000),
    workers: given.workers === undefined ? null : integer("workers", given.workers, 0, 256),
    only: given.only === undefined ? names : familyNames(given.only),
    // npm starts scripts in the folder of their package; a folder that was typed is meant from where it was typed.
    out: resolve(process.env.INIT_CWD ?? ".", given.out),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        full: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
        rows: { type: "string" },
        only: { type: "string" },
        workers: { type: "string" },
        out: { type: "string", default: "mnist-report" },
      },
    }).values;
  } catch (error) {
    const [sentence] = (error instanceof Error ? error.message : String(error)).split(/\.\s|\n/);
    throw new UsageError(`${sentence}; --help lists the options`);
  }
}

function integer(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new UsageError(`--${name} must be an integer from ${min} to ${max}; got ${JSON.stringify(text)}`);
}

function familyNames(text: string): string[] {
  const wanted = text.split(",").map((name) => name.trim());
  for (const name of wanted) {
    if (!names.some((known) => known === name)) {
      throw new UsageError(`--only must name models among ${names.join(", ")}; got ${JSON.stringify(name)}`);
    }
  }
  return wanted;
}

import { resolve } from "node:path";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { UsageError } from "mnist-example/command";

export interface TuneOptions {
  readonly trials: number;
  /** Of the sampler and of the forests. */
  readonly seed: number;
  /** Folder of the report. */
  readonly out: string;
  /** Number of worker threads; null for one a core. */
  readonly workers: number | null;
  /** A file that keeps what was scored; null for none. */
  readonly journal: string | null;
  readonly help: boolean;
}

export const HELP = `Tunes a random forest on handwritten digits with TPE.

npm run digits -- [options]

  --trials n       how many forests to try (default: 50)
  --seed n         seed of the sampler and of the forests (default: 42)
  --workers n      worker threads; 0 works on the main thread (default: one a core)
  --journal file   keeps every score in this file, so that the same command goes on where it was stopped
  --out folder     where models and report go (default: digits-report)
  --help           this text

Ctrl-C stops the tuning.`;

/**
 * Reads the command line of `npm run digits`.
 * @throws UsageError
 */
export function readTuneOptions(args: readonly string[]): TuneOptions {
  const { values } = parsed({
    args: [...args],
    options: {
      trials: { type: "string", default: "50" },
      seed: { type: "string", default: "42" },
      workers: { type: "string" },
      journal: { type: "string" },
      out: { type: "string", default: "digits-report" },
      help: { type: "boolean", default: false },
    },
  });
  return {
    trials: integer("trials", values.trials, 1, 10_000),
    seed: integer("seed", values.seed, 0, 2 ** 32 - 1),
    workers: values.workers === undefined ? null : integer("workers", values.workers, 0, 256),
    journal: values.journal === undefined ? null : fromWhereTyped(values.journal),
    out: fromWhereTyped(values.out),
    help: values.help,
  };
}

export interface EvaluateOptions {
  /** A model, or the folder of a report. */
  readonly path: string;
  readonly help: boolean;
}

export const EVALUATE_HELP = `Evaluates a saved forest on the digits that were kept for testing.

npm run digits:evaluate -- [folder or model]

  folder or model  a folder of npm run digits, whose best model is meant, or a .trellis file (default: digits-report)
  --help           this text`;

/**
 * Reads the command line of `npm run digits:evaluate`.
 * @throws UsageError
 */
export function readEvaluateOptions(args: readonly string[]): EvaluateOptions {
  const { values, positionals } = parsed({
    args: [...args],
    options: { help: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  if (positionals.length > 1)
    throw new UsageError(`only one model can be evaluated at a time; got ${positionals.length}`);
  return { path: fromWhereTyped(positionals[0] ?? "digits-report"), help: values.help };
}

function parsed<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
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

/** npm starts scripts in the folder of their package; a path that was typed is meant from where it was typed. */
function fromWhereTyped(path: string): string {
  return resolve(process.env.INIT_CWD ?? ".", path);
}

import { resolve } from "node:path";

export const DEFAULT_PORT = 8001;

/** What the environment says. */
export interface Settings {
  readonly port: number;
  readonly host: string;
  /** Folder of all that must outlive the service. */
  readonly stateFolder: string;
  /** The store of models that an empty state begins with; null for none. */
  readonly initialModels: string | null;
  /** Whether a training that does not say takes the small dataset. */
  readonly useSmallDataset: boolean;
  /** How many images a training takes; null for all. */
  readonly trainRows: number | null;
  readonly maxTrainSeconds: number;
  /** Niceness of trainings. */
  readonly trainNice: number;
  /** What a start does with a training that was left unfinished. */
  readonly resume: "auto" | "off";
  readonly authToken: string | null;
  /** Everybody who reaches the port may train, and call the service by any name. */
  readonly trustsNetwork: boolean;
  readonly allowedHosts: readonly string[];
  /** Where people find MLflow, or null. */
  readonly mlflowUrl: string | null;
  /** Mistakes of clients are answered 500 on the first seed's routes, as it did. */
  readonly compatStatus: boolean;
}

/** A variable of the environment is wrong; the message is for whoever set it. */
export class SettingsError extends Error {}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment; an empty variable counts as none.
 * @throws SettingsError
 */
export function readSettings(env: Environment, defaultPort: number): Settings {
  // npm starts scripts in the folder of their package; a path that was typed is meant from where it was typed.
  const path = (text: string) => resolve(env.INIT_CWD ?? ".", text);
  const trustsNetwork = flag(env, "TRUST_NETWORK", false);
  const hosts = env.ALLOWED_HOSTS || (trustsNetwork ? "*" : "");
  return {
    port: integer(env, "PORT", 0, 65_535, defaultPort),
    host: env.HOST || "127.0.0.1",
    stateFolder: path(env.STATE_DIR || "trellis-state"),
    initialModels: env.INITIAL_MODELS_DIR ? path(env.INITIAL_MODELS_DIR) : null,
    useSmallDataset: flag(env, "USE_SMALL_DATASET", true),
    trainRows: env.TRAIN_ROWS ? integer(env, "TRAIN_ROWS", 200, 60_000, 200) : null,
    maxTrainSeconds: integer(env, "MAX_TRAIN_SECONDS", 1, 7 * 86_400, 6 * 3600),
    trainNice: integer(env, "TRAIN_NICE", -20, 19, 19),
    resume: choice(env, "RESUME", ["auto", "off"]),
    authToken: env.AUTH_TOKEN || null,
    trustsNetwork,
    allowedHosts: hosts.split(",").flatMap((host) => host.trim() || []),
    mlflowUrl: env.MLFLOW_UI_URL || webPageOf(env.MLFLOW_TRACKING_URI),
    compatStatus: flag(env, "COMPAT_STATUS", false),
  };
}

/** The same, for a process: says what is wrong and ends it. */
export function settingsOfProcess(defaultPort: number): Settings {
  try {
    return readSettings(process.env, defaultPort);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    console.error(error.message);
    process.exit(2);
  }
}

/** A server of MLflow is also a page; its URI may hold a password, which is nobody's business. */
function webPageOf(trackingUri = ""): string | null {
  if (!/^https?:/i.test(trackingUri) || !URL.canParse(trackingUri)) return null;
  const url = new URL(trackingUri);
  url.username = url.password = "";
  return url.href;
}

function integer(env: Environment, name: string, min: number, max: number, byDefault: number): number {
  const text = env[name];
  if (!text) return byDefault;
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new SettingsError(`${name} must be an integer from ${min} to ${max}; got ${JSON.stringify(text)}`);
}

function flag(env: Environment, name: string, byDefault: boolean): boolean {
  const text = env[name];
  if (!text) return byDefault;
  if (["1", "true"].includes(text.toLowerCase())) return true;
  if (["0", "false"].includes(text.toLowerCase())) return false;
  throw new SettingsError(`${name} must be True or False (or 1 or 0); got ${JSON.stringify(text)}`);
}

function choice<const T extends readonly [string, ...string[]]>(env: Environment, name: string, words: T): T[number] {
  const text = env[name];
  if (!text) return words[0];
  const word = words.find((known) => known === text);
  if (word !== undefined) return word;
  throw new SettingsError(`${name} must be one of ${words.join(", ")}; got ${JSON.stringify(text)}`);
}

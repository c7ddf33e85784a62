import { MlflowError } from "./mlflow-error.js";
import type { Environment } from "./mlflow-server.js";

/** How often and how soon a call is tried again. */
export interface RetryPolicy {
  readonly retries: number;
  /** Seconds; doubled from one wait to the next. */
  readonly backoff: number;
  /** Up to so many seconds more, at random, so that many clients do not come back at once. */
  readonly jitter: number;
}

/** How long work may take. */
export interface Allowance {
  /** When it must be over, in milliseconds on the clock of `performance.now()`. */
  readonly end: number;
  readonly signal: AbortSignal | undefined;
}

/** MLflow's own defaults (mlflow/environment_variables.py) and variables. */
export function retryPolicy(env: Environment): RetryPolicy {
  return {
    retries: numberIn(env.MLFLOW_HTTP_REQUEST_MAX_RETRIES) ?? 7,
    backoff: numberIn(env.MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR) ?? 2,
    jitter: numberIn(env.MLFLOW_HTTP_REQUEST_BACKOFF_JITTER) ?? 1,
  };
}

/** Null for a variable that is not set, or no number >= 0. */
export function numberIn(text: string | undefined): number | null {
  const value = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
  return value >= 0 && Number.isFinite(value) ? value : null;
}

/**
 * Tries again what may succeed in a moment, until the policy or the allowance ends; then the last failure is thrown. A
 * wait that the allowance has no room for is not begun.
 */
export async function retrying<T>(
  { retries, backoff, jitter }: RetryPolicy,
  { end, signal }: Allowance,
  attempt: (number: number) => Promise<T>,
): Promise<T> {
  for (let number = 0; ; number++) {
    signal?.throwIfAborted();
    try {
      return await attempt(number);
    } catch (error) {
      if (!(error instanceof MlflowError) || !error.isPassing || number >= retries) throw error;
      // As urllib3's Retry, which MLflow uses: the first retry comes at once, the next after 2 and 4 times the factor.
      const grown = number === 0 ? 0 : backoff * 2 ** number + jitter * random();
      const wait = 1000 * (error.retryAfter ?? grown);
      if (performance.now() + wait >= end) throw error;
      await pause(wait, signal);
    }
  }
}

/** In [0, 1): for courtesy, never for results. */
function random(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32;
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

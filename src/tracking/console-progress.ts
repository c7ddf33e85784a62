import type { Leader, SearchEvent, StopReason } from "../model-selection/events.js";

/** What progress is written to; `process.stderr` is one. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  /** Width of the terminal, in characters. */
  readonly columns?: number | undefined;
  /** Takes text as `process.stderr` does. */
  write(text: string): unknown;
}

/** Of `consoleProgress`. */
export interface ConsoleProgressOptions {
  /** Stands before each line. Default "search". */
  readonly name?: string;
  /** Default: standard error, so that results on standard output can be piped on. */
  readonly stream?: ProgressStream;
}

/** Milliseconds between two pictures of the line on a terminal, and between two lines elsewhere. */
const PAUSE = { terminal: 100, plain: 5000 };
/** Candidates that share their work are scored in one burst, so the line waits for its end: so many milliseconds. */
const BURST = 100;
const BAR = 20;
/** Back to the start of the line, and clear it (ECMA-48: CR, EL). */
const CLEAR = "\r\u001b[K";

/**
 * Shows how a search comes on: `search.fit(X, y, { onEvent: consoleProgress() })`. On a terminal one line is written over
 * and over; elsewhere (a log, a pipe) plain lines come, a few seconds apart. A last line sums the search up.
 */
export function consoleProgress(options: ConsoleProgressOptions = {}): (event: SearchEvent) => void {
  const { name = "search", stream = process.stderr } = options;
  const isTerminal = stream.isTTY === true;
  let count: Count = { fits: 0, known: 0, folds: 0, candidates: 0, allCandidates: 0 };
  let best: Leader | null = null;
  let stopped: StopReason | null = null;
  let now = "";
  let [started, shown] = [0, 0];
  let timer: NodeJS.Timeout | undefined;

  const show = (): void => {
    timer = undefined;
    shown = performance.now();
    const line = `${name}  ${progressLine(count, best, shown - started, now)}`;
    stream.write(isTerminal ? CLEAR + [...line].slice(0, (stream.columns ?? 80) - 1).join("") : `${line}\n`);
  };
  const showSoon = (): void => {
    const pause = isTerminal ? PAUSE.terminal : PAUSE.plain;
    timer ??= setTimeout(show, Math.max(BURST, shown + pause - performance.now())).unref();
  };

  return (event) => {
    switch (event.type) {
      case "search-started":
        count = { fits: 0, known: event.resumed, folds: event.folds, candidates: 0, allCandidates: event.candidates };
        best = null;
        stopped = null;
        now = "";
        started = performance.now();
        return show();
      case "fit-progress":
        now = `${event.fold === null ? "refit" : `fold ${event.fold + 1}`}: ${event.done} of ${event.total} ${event.what}`;
        return showSoon();
      case "fold-scored":
        if (event.resource === null) count = { ...count, fits: count.fits + 1 };
        return showSoon();
      case "candidate-scored":
      case "trial-pruned":
        count = { ...count, candidates: event.done, fits: Math.max(count.fits, event.done * count.folds) };
        best = event.best;
        return showSoon();
      case "search-stopped":
        stopped = event.reason;
        return showSoon();
      case "search-finished":
        clearTimeout(timer);
        timer = undefined;
        stream.write(`${isTerminal ? CLEAR : ""}${name}  ${summary(event, count, stopped)}\n`);
    }
  };
}

interface Count {
  readonly fits: number;
  /** Fits that a journal knew, which took no time. */
  readonly known: number;
  readonly folds: number;
  readonly candidates: number;
  readonly allCandidates: number;
}

function progressLine(
  { fits, known, folds, candidates, allCandidates }: Count,
  best: Leader | null,
  spent: number,
  now: string,
): string {
  const allFits = allCandidates * folds;
  const full = Math.round((BAR * fits) / allFits);
  const parts = [
    "█".repeat(full) + "░".repeat(BAR - full),
    `${candidates} of ${allCandidates} candidates`,
    ...(best === null ? [] : [`best ${best.score.toFixed(4)}`]),
  ];
  if (candidates === allCandidates) parts.push("fitting the best on all rows");
  else if (fits > known) parts.push(`about ${duration((spent / (fits - known)) * (allFits - fits))} left`);
  if (now !== "") parts.push(now);
  return parts.join("  ");
}

function summary(
  event: Extract<SearchEvent, { type: "search-finished" }>,
  { candidates, allCandidates }: Count,
  stopped: StopReason | null,
): string {
  const params = Object.entries(event.bestParams).map(([name, value]) => `${name} ${String(value)}`);
  const best = `best ${event.bestScore.toFixed(4)}${params.length === 0 ? "" : ` with ${params.join(", ")}`}`;
  const tried = stopped === null ? `${candidates}` : `stopped (${stopped}) after ${candidates} of ${allCandidates}`;
  return `${tried} candidates in ${duration(event.seconds * 1000)}, ${best}`;
}

/** "0.4 s", "12 s", "3 min 20 s", "2 h 5 min". */
function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SearchEvent } from "../../src/model-selection/events.js";
import { consoleProgress } from "../../src/tracking/console-progress.js";

/** Two candidates, two folds. */
const events: readonly SearchEvent[] = [
  { type: "search-started", candidates: 2, folds: 2, resumed: 0 },
  { type: "fold-scored", candidate: 0, fold: 0, scores: { accuracy: 0.5 }, trainScores: null, resource: null },
  { type: "fold-scored", candidate: 0, fold: 1, scores: { accuracy: 0.7 }, trainScores: null, resource: null },
  {
    type: "candidate-scored",
    candidate: 0,
    params: { C: 1 },
    facts: {},
    scores: { accuracy: 0.6 },
    done: 1,
    total: 2,
    best: { candidate: 0, score: 0.6, params: { C: 1 } },
  },
  { type: "fold-scored", candidate: 1, fold: 0, scores: { accuracy: 0.8 }, trainScores: null, resource: null },
  { type: "fold-scored", candidate: 1, fold: 1, scores: { accuracy: 0.8 }, trainScores: null, resource: null },
  {
    type: "candidate-scored",
    candidate: 1,
    params: { C: 9 },
    facts: {},
    scores: { accuracy: 0.8 },
    done: 2,
    total: 2,
    best: { candidate: 1, score: 0.8, params: { C: 9 } },
  },
  { type: "refitted", seconds: 5 },
  { type: "search-finished", bestIndex: 1, bestScore: 0.8, bestParams: { C: 9, depth: null }, seconds: 75 },
];

/** What is written where `step` milliseconds pass after each event. */
function written(step: number, stream: { isTTY: boolean; columns?: number }): string[] {
  const out: string[] = [];
  const listener = consoleProgress({ name: "svm", stream: { ...stream, write: (text: string) => out.push(text) } });
  for (const event of events) {
    listener(event);
    vi.advanceTimersByTime(step);
  }
  vi.advanceTimersByTime(60_000);
  return out;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("consoleProgress", () => {
  it("writes plain lines where there is no terminal: how far it is, the best so far and the time left", () => {
    const out = written(5000, { isTTY: false });
    expect(out.every((line) => line.endsWith("\n") && !line.includes("\r") && !line.includes("\u001b"))).toBe(true);
    expect(out[0]).toBe("svm  ░░░░░░░░░░░░░░░░░░░░  0 of 2 candidates\n");
    expect(out[1]).toBe("svm  █████░░░░░░░░░░░░░░░  0 of 2 candidates  about 15 s left\n");
    expect(out[3]).toBe("svm  ██████████░░░░░░░░░░  1 of 2 candidates  best 0.6000  about 15 s left\n");
    expect(out[6]).toBe("svm  ████████████████████  2 of 2 candidates  best 0.8000  fitting the best on all rows\n");
    expect(out.at(-1)).toBe("svm  2 candidates in 1 min 15 s, best 0.8000 with C 9, depth null\n");
  });

  it("keeps plain lines seconds apart, so that logs stay short", () => {
    expect(written(10, { isTTY: false })).toEqual([
      "svm  ░░░░░░░░░░░░░░░░░░░░  0 of 2 candidates\n",
      "svm  2 candidates in 1 min 15 s, best 0.8000 with C 9, depth null\n",
    ]);
  });

  it("writes one line over and over on a terminal, and ends it with the summary", () => {
    const out = written(150, { isTTY: true, columns: 200 });
    expect(out.every((text) => text.startsWith("\r\u001b[K"))).toBe(true);
    expect(out.slice(0, -1).some((text) => text.includes("\n"))).toBe(false);
    expect(out.some((text) => text.endsWith("best 0.8000  fitting the best on all rows"))).toBe(true);
    expect(out.at(-1)!.endsWith("\n")).toBe(true);
  });

  it("cuts the line at the width of the terminal, where it would wrap", () => {
    for (const text of written(150, { isTTY: true, columns: 30 }).slice(0, -1)) {
      expect(text.slice("\r\u001b[K".length).length).toBeLessThan(30);
    }
  });

  it("tells how far the fits themselves are, since candidates that share work end together", () => {
    const out: string[] = [];
    const listener = consoleProgress({ name: "rf", stream: { isTTY: false, write: (text: string) => out.push(text) } });
    listener({ type: "search-started", candidates: 27, folds: 3, resumed: 0 });
    listener({ type: "fit-progress", fold: 1, what: "trees", done: 40, total: 100 });
    vi.advanceTimersByTime(5000);
    expect(out[1]).toBe("rf  ░░░░░░░░░░░░░░░░░░░░  0 of 27 candidates  fold 2: 40 of 100 trees\n");
    listener({ type: "fit-progress", fold: null, what: "trees", done: 7, total: 100 });
    vi.advanceTimersByTime(5000);
    expect(out[2]).toContain("refit: 7 of 100 trees");
  });

  it("counts what a journal knew as done, and not as time", () => {
    const out: string[] = [];
    const listener = consoleProgress({ name: "rf", stream: { isTTY: false, write: (text: string) => out.push(text) } });
    const scored = { scores: { accuracy: 1 }, trainScores: null, resource: null };
    listener({ type: "search-started", candidates: 2, folds: 4, resumed: 4 });
    for (let fold = 0; fold < 4; fold++) listener({ type: "fold-scored", candidate: 0, fold, ...scored });
    vi.advanceTimersByTime(2000);
    listener({ type: "fold-scored", candidate: 1, fold: 0, ...scored });
    vi.advanceTimersByTime(3000);
    expect(out[1]).toContain("about 15 s left");
  });

  it("says what candidates were given up, and why a search was stopped", () => {
    const out: string[] = [];
    const listener = consoleProgress({ stream: { isTTY: false, write: (text: string) => out.push(text) } });
    const best = { candidate: 0, score: 0.9, params: { C: 1 } };
    const scored = { scores: { accuracy: 0.9 }, trainScores: null };
    listener({ type: "search-started", candidates: 4, folds: 2, resumed: 0 });
    for (let fold = 0; fold < 2; fold++) listener({ type: "fold-scored", candidate: 0, fold, ...scored, resource: 5 });
    listener({ type: "trial-pruned", candidate: 0, params: {}, resource: 5, score: 0.1, done: 2, total: 4, best });
    vi.advanceTimersByTime(5000);
    expect(out[1]).toBe("search  ██████████░░░░░░░░░░  2 of 4 candidates  best 0.9000  about 5.0 s left\n");
    listener({ type: "search-stopped", reason: "timeout" });
    listener({ type: "search-finished", bestIndex: 0, bestScore: 0.9, bestParams: {}, seconds: 6 });
    expect(out.at(-1)).toBe("search  stopped (timeout) after 2 of 4 candidates in 6.0 s, best 0.9000\n");
  });
});

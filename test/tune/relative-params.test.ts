import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { choice, float, int } from "../../src/model-selection/distributions.js";
import { relativeParams } from "../../src/tune/relative-params.js";
import type { Draw } from "../../src/tune.js";

it("What was drawn together is told as Optuna's TPESampler tells it.", () => {
  const journal = readFileSync(new URL("../golden/optuna/tpe.jsonl", import.meta.url), "utf8");
  const { system_attr: theirs } = JSON.parse(
    journal.split("\n").findLast((line) => line.includes("tpe:relative_params"))!,
  );
  const { x, y } = JSON.parse(theirs["tpe:relative_params:0"]);
  const ours = relativeParams(
    new Map<string, Draw>([
      ["x", { distribution: float(-5, 5), internal: x }],
      ["y", { distribution: int(0, 8), internal: y }],
    ]),
  );
  expect([...ours.keys()]).toEqual(Object.keys(theirs));
  expect(JSON.parse(ours.get("tpe:relative_params:0")!)).toEqual({ x, y });
});

it("A long text of it comes in pieces of at most 2045 ASCII characters, without what JSON cannot say.", () => {
  const names = Array.from({ length: 200 }, (_, i) => `größe 🌱 ${i}`);
  const drawn = new Map<string, Draw>(
    names.map((name, i) => [name, { distribution: choice(["日本", null]), internal: i % 2 }]),
  );
  drawn.set("layers", { distribution: choice([() => 1]), internal: 0 });
  const pieces = [...relativeParams(drawn)];
  expect(pieces.map(([key]) => key)).toEqual(pieces.map((_, k) => `tpe:relative_params:${k}`));
  expect(pieces.length).toBeGreaterThan(2);
  for (const [, piece] of pieces) expect(piece).toMatch(/^[ -~]{1,2045}$/);
  const whole = JSON.parse(pieces.map(([, piece]) => piece).join(""));
  expect(whole).toEqual(Object.fromEntries(names.map((name, i) => [name, i % 2 === 0 ? "日本" : null])));
  expect(relativeParams(new Map()).size).toBe(0);
});

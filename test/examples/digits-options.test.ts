import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { readEvaluateOptions, readTuneOptions } from "../../examples/digits/src/options.js";
import { markdownTable } from "../../examples/digits/src/table.js";
import { UsageError } from "../../examples/mnist/src/command.js";

const typedIn = process.env.INIT_CWD ?? ".";

describe("The command line of the digits example", () => {
  it("tries 50 forests and keeps no journal unless it is told otherwise", () => {
    expect(readTuneOptions([])).toEqual({
      trials: 50,
      seed: 42,
      workers: null,
      journal: null,
      out: resolve(typedIn, "digits-report"),
      help: false,
    });
  });

  it("reads every option", () => {
    const args = ["--trials", "7", "--seed", "0", "--workers", "0", "--journal", "a.journal", "--out", "/b", "--help"];
    expect(readTuneOptions(args)).toEqual({
      trials: 7,
      seed: 0,
      workers: 0,
      journal: resolve(typedIn, "a.journal"),
      out: resolve("/b"),
      help: true,
    });
  });

  it("evaluates the folder of a tuning, or what is named", () => {
    expect(readEvaluateOptions([])).toEqual({ path: resolve(typedIn, "digits-report"), help: false });
    expect(readEvaluateOptions(["a.trellis"])).toEqual({ path: resolve(typedIn, "a.trellis"), help: false });
  });

  it.each([
    [["--trials", "0"], '--trials must be an integer from 1 to 10000; got "0"'],
    [["--trials", "ten"], '--trials must be an integer from 1 to 10000; got "ten"'],
    [["--seed", "-1"], "Option '--seed' argument is ambiguous; --help lists the options"],
    [["--seed", "4294967296"], '--seed must be an integer from 0 to 4294967295; got "4294967296"'],
    [["--workers", "1.5"], '--workers must be an integer from 0 to 256; got "1.5"'],
    [["--fast"], "Unknown option '--fast'; --help lists the options"],
    [["digits"], "Unexpected argument 'digits'; --help lists the options"],
  ])("answers %j with one sentence", (args, sentence) => {
    expect(() => readTuneOptions(args)).toThrow(new UsageError(sentence));
  });

  it("evaluates one model at a time", () => {
    const sentence = "only one model can be evaluated at a time; got 2";
    expect(() => readEvaluateOptions(["a", "b"])).toThrow(new UsageError(sentence));
  });
});

describe("The tables of the digits example", () => {
  const rows = [
    ["model", "score"],
    ["rf", "0.9"],
  ];

  it("are Markdown in the report", () => {
    expect(markdownTable(rows)).toBe("| model | score |\n| --- | --: |\n| rf | 0.9 |");
  });
});

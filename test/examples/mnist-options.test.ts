import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../examples/mnist/src/command.js";
import { readOptions } from "../../examples/mnist/src/options.js";
import { table } from "../../examples/mnist/src/table.js";

describe("The command line of the MNIST example", () => {
  it("trains every family on all images of t10k unless it is told otherwise", () => {
    const options = readOptions([]);
    expect(options).toMatchObject({ full: false, rows: null, workers: null, help: false });
    expect(options.only).toEqual(expect.arrayContaining(["xgboost", "rf", "svm"]));
    expect(options.out).toBe(resolve(process.env.INIT_CWD ?? ".", "mnist-report"));
  });

  it("reads every option", () => {
    const args = ["--full", "--rows", "60000", "--only", "rf, svm", "--workers", "0", "--out", "/somewhere", "--help"];
    expect(readOptions(args)).toEqual({
      full: true,
      rows: 60_000,
      only: ["rf", "svm"],
      workers: 0,
      out: resolve("/somewhere"),
      help: true,
    });
  });

  it.each([
    [["--rows", "60000"], '--rows must be an integer from 200 to 10000; got "60000"'],
    [["--rows", ""], '--rows must be an integer from 200 to 10000; got ""'],
    [["--workers", "1.5"], '--workers must be an integer from 0 to 256; got "1.5"'],
    [["--only", "rf,forest"], '--only must name models among fcnn, xgboost, rf, svm, cnn; got "forest"'],
    [["--fast"], "Unknown option '--fast'; --help lists the options"],
    [["mnist"], "Unexpected argument 'mnist'; --help lists the options"],
  ])("answers %j with one sentence", (args, sentence) => {
    expect(() => readOptions(args)).toThrow(new UsageError(sentence));
  });
});

describe("The table of the MNIST example", () => {
  it("aligns names to the left and figures to the right", () => {
    expect(
      table([
        ["model", "score"],
        ["rf", "0.9"],
      ]),
    ).toBe("model   score\nrf        0.9");
  });
});

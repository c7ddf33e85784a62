import { describe, expect, it } from "vitest";
import { loadIris } from "../../src/datasets/iris.js";
import { RandomForestClassifier } from "../../src/ensemble/random-forest.js";
import { VotingClassifier } from "../../src/ensemble/voting.js";
import { LogisticRegression } from "../../src/linear/logistic-regression.js";
import { fromBytes } from "../../src/persistence/from-bytes.js";
import { toBytes } from "../../src/persistence/to-bytes.js";
import { reseal } from "./toys.js";

describe("A state that estimators have in common", () => {
  const { X, y } = loadIris();

  /** A vote of members that were fitted before: they are its parameters and its state. */
  async function vote() {
    const rf = await new RandomForestClassifier({ nEstimators: 20, randomState: 0 }).fit(X, y);
    const lr = await new LogisticRegression().fit(X, y);
    const members = [["rf", rf] as const, ["lr", lr] as const];
    return { rf, model: await new VotingClassifier({ estimators: members, voting: "soft", prefit: true }).fit(X, y) };
  }

  it("is written once, and read as the state of each.", async () => {
    const { rf, model } = await vote();
    const bytes = await toBytes(model);
    expect(bytes.length).toBeLessThan(1.5 * (await toBytes(rf)).length);
    const back = await fromBytes(bytes, VotingClassifier);
    expect((await back.predictProba(X)).data).toEqual((await model.predictProba(X)).data);
    const [[, member]] = back.params.estimators as unknown as [[string, RandomForestClassifier]];
    expect((await member.predictProba(X)).data).toEqual((await rf.predictProba(X)).data);
    expect(await toBytes(back)).toEqual(bytes);
  });

  it("is refused where a file refers to one that does not come before.", async () => {
    const { model } = await vote();
    const bytes = await toBytes(model);
    const at = Buffer.from(bytes).indexOf('"fitted":0');
    bytes[at + '"fitted":'.length] = "9".charCodeAt(0);
    await expect(fromBytes(reseal(bytes))).rejects.toThrow(/refers to state 9/);
  });
});

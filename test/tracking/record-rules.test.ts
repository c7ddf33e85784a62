import fc from "fast-check";
import { describe, it } from "vitest";
import { asKey, checkKey } from "../../src/tracking/record-rules.js";

describe("The key nearest to a name", () => {
  it("is a key, whatever the name", () => {
    // What is a letter, what is not, parts that lead elsewhere, and characters of two units, one of them torn.
    const units = fc.constantFrom(..."a/. _é%", "🌳", "𝔘", "\u0007", "\ud800");
    const names = fc.array(units, { maxLength: 300 }).map((characters) => characters.join(""));
    fc.assert(fc.property(names, (name) => checkKey("key", asKey(name))));
  });

  it("is the name itself where that is a key", () => {
    const part = fc.stringMatching(/^[a-zé数][\w.\- :]{0,9}$/u);
    const keys = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
    fc.assert(fc.property(keys, (key) => asKey(key) === key));
  });
});

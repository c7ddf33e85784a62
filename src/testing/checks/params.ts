import { InvalidParameterError } from "../../core/errors.js";
import type { AnyEstimator } from "../../core/estimator.js";
import { describe } from "../../core/to-matrix.js";
import { failureOf, refused, same, that } from "../assertions.js";
import { type Check, check } from "../check.js";
import type { Subject } from "../subject.js";

type Patch = Readonly<Record<string, unknown>>;

/** Parameters: stored whole, checked in fit and not before, one sentence for each wrong value. */
export function paramChecks(s: Subject): readonly Check[] {
  const { name, rules } = s;
  const bare = () => new (s.factory().constructor as new () => AnyEstimator)();

  return [
    ...(s.isComposite
      ? []
      : [
          check("2", "it can be made without arguments and then has its defaults", async () => {
            for (const [key, rule] of Object.entries(rules)) same((bare().params as Patch)[key], rule.default, key);
          }),
        ]),
    check("1", "a new one holds its parameters and nothing else", async () => {
      const made = s.factory();
      that(!made.isFitted, "it must not be fitted");
      same(Object.keys(made.params).sort(), Object.keys(rules).sort(), "names of params");
      that(Object.isFrozen(made.params), "params must be frozen");
      const fields = Object.keys(made).filter((field) => field !== "definition");
      same(fields, [], "fields besides params and state");
    }),
    check(null, "each rule allows its default and its samples, and no value that it calls wrong", async () => {
      for (const [key, rule] of Object.entries(rules)) {
        that(rule.expected !== "", `${key} must say what is expected`);
        if (!s.isComposite) that(rule.allows(rule.default), `the default of ${key} must be allowed`);
        for (const value of rule.samples)
          that(rule.allows(value), `sample ${describe(value)} of ${key} must be allowed`);
        for (const value of rule.wrong) that(!rule.allows(value), `${key} must not allow ${describe(value)}`);
        that(rule.wrong.length > 0, `${key} must name wrong values`);
      }
    }),
    check("3", "a clone is unfitted, has equal parameters and leads a life of its own", async () => {
      const fitted = await s.fitted();
      const before = fitted.state;
      const copy = fitted.clone();
      that(!copy.isFitted, "the clone must not be fitted");
      that(copy.constructor === fitted.constructor, "the clone must be of the same class");
      same(copy.getParams(false), fitted.getParams(false), "parameters of the clone");
      await s.fit(copy);
      same(fitted.state, before, "state of the original after the clone was fitted");
    }),
    check("4", "toString names it, unfitted, fitted and with wrong parameters", async () => {
      that(s.factory().toString().startsWith(name), `toString must begin with ${name}`);
      that((await s.fitted()).toString().startsWith(name), `toString must begin with ${name}`);
      for (const [key, rule] of Object.entries(rules)) {
        for (const value of rule.wrong) {
          that(
            s
              .make({ [key]: value })
              .toString()
              .startsWith(name),
            `toString must begin with ${name}`,
          );
        }
      }
    }),
    check("5", "getParams without members is a part of getParams with them", async () => {
      const made = s.factory();
      const deep = made.getParams();
      for (const [key, value] of Object.entries(made.getParams(false))) same(deep[key], value, key);
    }),
    check("6", "setting the parameters that it has changes nothing but drops the state", async () => {
      const fitted = await s.fitted();
      const before = fitted.getParams(false);
      that(fitted.setParams(before) === fitted, "setParams must return the estimator");
      same(fitted.getParams(false), before, "parameters");
      that(!fitted.isFitted, "what was fitted with other parameters is dropped");
    }),
    check("6", "an unknown parameter is refused with the names that exist, and nothing is changed", async () => {
      const fitted = await s.fitted();
      const { params, state } = fitted;
      const known = Object.keys(rules)[0];
      const says = new RegExp(known === undefined ? "noSuchThing" : `noSuchThing.*${known}`, "s");
      const refusal = { error: InvalidParameterError, says };
      const patch = { ...fitted.getParams(false), noSuchThing: 1 };
      await refused(() => fitted.setParams(patch), "setParams with an unknown name", refusal);
      await refused(() => fitted.clone(patch), "clone with an unknown name", refusal);
      await refused(() => fitted.setParams({ noSuch__thing: 1 } as Patch), "a path to no member", {
        error: InvalidParameterError,
      });
      that(fitted.params === params, "params must be as they were");
      that(fitted.state === state, "the state must be as it was");
    }),
    check("7", "wrong values are taken by the constructor and by setParams, and refused by fit", async () => {
      for (const [key, value] of wrongValues(s)) {
        s.make({ [key]: value });
        s.make().setParams({ [key]: value } as Patch);
      }
    }),
    check("19", "every wrong value is refused in fit by the standard sentence", async () => {
      for (const [key, value] of wrongValues(s)) {
        const made = s.make({ [key]: value });
        const sentence = `${key} of ${name} must be ${rules[key]!.expected}; got ${describe(value)}`;
        const error = await refused(() => s.fit(made), `${key} = ${describe(value)}`, { error: InvalidParameterError });
        same(error.message, sentence, `message for ${key} = ${describe(value)}`);
        same((error as InvalidParameterError).parameter, key, "parameter of the error");
        that(!made.isFitted, "a refused fit must not fit");
      }
    }),
    check(null, "every sample value of a parameter can be fitted and asked", async () => {
      for (const [key, value] of samples(s)) {
        const made = s.make({ [key]: value });
        const complaint = made.definition.check?.(made.params) ?? null;
        const failure = await failureOf(() => s.fit(made));
        if (complaint !== null) {
          same((failure as Error | null)?.message, complaint, `fit with ${key} = ${describe(value)}`);
          continue;
        }
        if (failure !== null) throw new Error(`${key} = ${describe(value)} must be accepted`, { cause: failure });
        await s.answers(made);
      }
    }),
    check("8", "fit leaves the parameters as they are", async () => {
      const made = s.make();
      const { params } = made;
      const copy = { ...params };
      await s.fit(made);
      that(made.params === params, "params must be the same object");
      same({ ...params }, copy, "parameters");
    }),
    ...Object.entries(rules)
      .filter(([, rule]) => rule.isSeed === true)
      .map(([key]) =>
        check(null, `a null ${key} draws a seed, and the seed that it drew fits the same again`, async () => {
          const drawn = await s.fit(s.make({ [key]: null }));
          const { seed } = drawn.state;
          that(Number.isSafeInteger(seed), `the state must hold the seed; it holds ${seed}`);
          same((drawn.params as Patch)[key], null, key);
          same((await s.fitted({ [key]: seed })).state, drawn.state, "state of the fit with the drawn seed");
        }),
      ),
  ];
}

export function samples(s: Subject): readonly (readonly [string, unknown])[] {
  return Object.entries(s.rules).flatMap(([key, rule]) => rule.samples.map((value) => [key, value] as const));
}

function wrongValues(s: Subject): readonly (readonly [string, unknown])[] {
  return Object.entries(s.rules).flatMap(([key, rule]) => rule.wrong.map((value) => [key, value] as const));
}

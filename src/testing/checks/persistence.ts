import { TrellisError } from "../../core/errors.js";
import type { AnyEstimator } from "../../core/estimator.js";
import { fromBytes } from "../../persistence/from-bytes.js";
import type { EstimatorClass } from "../../persistence/registry.js";
import { toBytes } from "../../persistence/to-bytes.js";
import { refused, same, that } from "../assertions.js";
import { type Check, check } from "../check.js";
import type { Subject } from "../subject.js";

/** Damaged bytes that are tried of each kind; the persistence tests try them all. */
const DAMAGES = 40;

/** Saved and loaded it is the same, to the last bit; what is damaged is not loaded. */
export function persistenceChecks(s: Subject): readonly Check[] {
  const { rows } = s.problem;
  const load = (bytes: Uint8Array) => fromBytes(bytes, { classes: [...classesIn(s.factory())] });

  return [
    check(
      "54",
      "loaded from its bytes it has the same state and the same answers, and gives the same bytes",
      async () => {
        const fitted = await s.fitted();
        const bytes = await toBytes(fitted);
        const loaded = await load(bytes);
        same(loaded.params, fitted.params, "params");
        same(loaded.state, fitted.state, "state");
        same(await s.answers(loaded), await s.answers(fitted), "answers");
        same(await toBytes(loaded), bytes, "bytes of what was loaded");
        same(await toBytes(await s.fitted()), bytes, "bytes of another one of the same state");
        that(loaded.constructor === fitted.constructor, "what is loaded must be of the same class");
      },
    ),
    check("54", "what was loaded can be fitted again and cloned", async () => {
      const fitted = await s.fitted();
      const loaded = await load(await toBytes(fitted));
      await s.fit(loaded, rows.slice(3), s.problem.y?.slice(3));
      same((await s.fit(loaded.clone())).state, fitted.state, "state of a clone that was fitted");
    }),
    check("54", "unfitted it is loaded unfitted", async () => {
      const loaded = await load(await toBytes(s.make()));
      that(!loaded.isFitted, "it must not be fitted");
      same((await s.fit(loaded)).state, (await s.fitted()).state, "state");
    }),
    check("B107", "damaged or cut bytes are refused", async () => {
      const bytes = await toBytes(await s.fitted());
      for (let k = 0; k < DAMAGES; k++) {
        const at = Math.floor((k * bytes.length) / DAMAGES);
        const damaged = bytes.slice();
        damaged[at] = damaged[at]! ^ (1 << (k % 8));
        await refused(() => load(damaged), `a change of byte ${at}`, { error: TrellisError });
        await refused(() => load(bytes.slice(0, at)), `a cut at byte ${at}`, { error: TrellisError });
      }
    }),
  ];
}

function classesIn(estimator: AnyEstimator): ReadonlySet<EstimatorClass> {
  const members = Object.values(estimator.members as Readonly<Record<string, AnyEstimator>>);
  return new Set([estimator.constructor as EstimatorClass, ...members.flatMap((member) => [...classesIn(member)])]);
}

import { InvalidModelError } from "../core/errors.js";
import { storedArray } from "./dtypes.js";
import { type Json, padding } from "./format.js";

/** What a header needs before anything is made of it. */
export interface Survey {
  /** The names of all classes of estimators. */
  readonly types: ReadonlySet<string>;
  /** The names of what is supplied again. */
  readonly supplied: ReadonlySet<string>;
}

/**
 * Walks a header and makes nothing: so sizes that cannot be are refused before an array is allocated. What is not as it
 * should be otherwise is passed over; the decoder refuses it.
 *
 * @param size bytes of all arrays
 * @throws InvalidModelError unless the arrays take up exactly these
 */
export function survey(header: Json, size: number): Survey {
  const types = new Set<string>();
  const supplied = new Set<string>();
  let left = size;

  /** A value: a list, or an object with one key that says what it is. */
  const visit = (json: Json | undefined): void => {
    if (typeof json !== "object" || json === null) return;
    if (Array.isArray(json)) {
      visitFields(json);
      return;
    }
    for (const [tag, content] of Object.entries(json as Readonly<Record<string, Json>>)) {
      const of = (typeof content === "object" && content !== null ? content : {}) as Readonly<Record<string, Json>>;
      if (tag === "array") {
        const { bytes } = storedArray(content, left);
        left -= bytes + padding(bytes);
      } else if (tag === "supplied") supplied.add(String(content));
      else if (tag === "splitter") visitFields(of.options);
      else if (tag === "estimator") {
        types.add(String(of.type));
        visitFields(of.fitted);
        visitFields(of.params);
      } else visitFields(content);
    }
  };
  const visitFields = (json: Json | undefined): void => {
    if (typeof json !== "object" || json === null) return;
    for (const value of Object.values(json)) visit(value);
  };

  visitFields(header);
  if (left !== 0) throw new InvalidModelError(`the model has ${left} bytes more than its arrays refer to`);
  return { types, supplied };
}

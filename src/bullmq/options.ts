import { InvalidParameterError } from "../core/errors.js";

/** Checks of what `owner` was given. @throws InvalidParameterError */
export function checksOf(owner: string) {
  const check = (isRight: boolean, name: string, expected: string, got: unknown): void => {
    if (!isRight) throw new InvalidParameterError(`${name} of ${owner} must be ${expected}; got ${String(got)}`, name);
  };
  return {
    check,
    queue: (name: string) =>
      check(
        /^[\w.-]{1,100}$/.test(name),
        "queue",
        "of up to 100 letters, digits, underscores, points and hyphens",
        name,
      ),
    count: (value: number, name: string) =>
      check(Number.isInteger(value) && value >= 1, name, "an integer >= 1", value),
    positive: (value: number, name: string, unit: string) =>
      check(Number.isFinite(value) && value > 0, name, `a number of ${unit} > 0`, value),
  };
}

import { exp, ln } from "./tpe-log";

const LOGARITHMS: f64 = 1;
const CHOICE: f64 = 2;

/** A parameter, as the caller describes it. See ../tpe-propose.ts. */
// @ts-ignore: decorator
@unmanaged
export class Parameter {
  kind: f64;
  low: f64;
  high: f64;
  /** 0 for a continuous range. */
  step: f64;
  choices: f64;

  get isChoice(): bool {
    return this.kind == CHOICE;
  }

  /** What the normals of a numeric parameter are over: the number or its logarithm. */
  scaled(value: f64): f64 {
    return this.kind == LOGARITHMS ? ln(value) : value;
  }

  /** The nearest number of the range to what was drawn of a normal. */
  nearest(drawn: f64): f64 {
    const value = this.kind == LOGARITHMS ? exp(drawn) : drawn;
    // Halves go up, as in Math.round.
    const onGrid = this.step == 0 ? value : this.low + floor((value - this.low) / this.step + 0.5) * this.step;
    return min(this.high, max(this.low, onGrid));
  }
}

/** Bytes of a Parameter. */
export const PARAMETER: u32 = 40;

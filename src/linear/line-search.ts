/**
 * A line search for the strong Wolfe conditions: J. J. Moré and D. J. Thuente, "Line search algorithms with guaranteed
 * sufficient decrease", ACM TOMS 20 (1994), as dcsrch and dcstep of MINPACK-2 do it, with the constants of L-BFGS-B.
 */

/** A step with the function's value and slope there. */
export interface Trial {
  readonly step: number;
  readonly value: number;
  readonly slope: number;
}

const DECREASE = 1e-3;
const CURVATURE = 0.9;
const TOLERANCE = 0.1;
const MAX_STEP = 1e10;
const MAX_TRIALS = 50;

/**
 * A step that lowers the function enough, or null if 50 trials found none.
 * @param start the function at step 0; its slope must be negative
 * @param evaluate the function at a step
 */
export async function lineSearch(
  start: Trial,
  firstStep: number,
  evaluate: (step: number) => Promise<Trial>,
): Promise<Trial | null> {
  const test = DECREASE * start.slope;
  let [best, other]: [Trial, Trial] = [start, start];
  let bracketed = false;
  let isAuxiliary = true;
  let width = MAX_STEP;
  let widthBefore = 2 * MAX_STEP;
  let [low, high] = [0, 5 * firstStep];
  let step = Math.min(firstStep, MAX_STEP);
  for (let trials = 0; trials < MAX_TRIALS; trials++) {
    const now = await evaluate(step);
    if (!Number.isFinite(now.value)) return null;
    const bound = start.value + step * test;
    if (isAuxiliary && now.value <= bound && now.slope >= 0) isAuxiliary = false;
    const isGood = now.value <= bound && Math.abs(now.slope) <= -CURVATURE * start.slope;
    const isCramped = bracketed && (step <= low || step >= high || high - low <= TOLERANCE * high);
    const isAtEnd = step === MAX_STEP && now.value <= bound && now.slope <= test;
    if (isGood || isCramped || isAtEnd) return now;
    // Until a step with enough decrease and a slope >= 0 is seen, psi(step) = value - step * test is searched instead.
    const tilt = isAuxiliary && now.value <= best.value && now.value > bound ? test : 0;
    const next = nextTrial(tilted(best, tilt), tilted(other, tilt), tilted(now, tilt), bracketed, low, high);
    const known = [best, other, now];
    const original = (trial: Trial) => known.find(({ step: at }) => at === trial.step)!;
    [best, other, bracketed, step] = [original(next.best), original(next.other), next.bracketed, next.step];
    if (bracketed) {
      const gap = Math.abs(other.step - best.step);
      if (gap >= 0.66 * widthBefore) step = best.step + 0.5 * (other.step - best.step);
      [widthBefore, width] = [width, gap];
      [low, high] = [Math.min(best.step, other.step), Math.max(best.step, other.step)];
    } else {
      [low, high] = [step + 1.1 * (step - best.step), step + 4 * (step - best.step)];
    }
    step = Math.min(MAX_STEP, Math.max(0, step));
    if (bracketed && (step <= low || step >= high || high - low <= TOLERANCE * high)) step = best.step;
  }
  return null;
}

function tilted({ step, value, slope }: Trial, tilt: number): Trial {
  return { step, value: value - step * tilt, slope: slope - tilt };
}

interface Next {
  readonly best: Trial;
  readonly other: Trial;
  readonly bracketed: boolean;
  readonly step: number;
}

/** dcstep: the interval that holds a good step, made smaller, and a safeguarded next trial by cubics and secants. */
function nextTrial(best: Trial, other: Trial, now: Trial, bracketed: boolean, low: number, high: number): Next {
  const turned = now.slope * Math.sign(best.slope) < 0;
  const { step, isBracketed } = proposal(best, other, now, turned, bracketed, low, high);
  if (now.value > best.value) return { best, other: now, bracketed: isBracketed, step };
  return { best: now, other: turned ? best : other, bracketed: isBracketed, step };
}

function proposal(
  best: Trial,
  other: Trial,
  now: Trial,
  turned: boolean,
  bracketed: boolean,
  low: number,
  high: number,
): { step: number; isBracketed: boolean } {
  const at = now.step;
  if (now.value > best.value) {
    const cubic = cubicStep(best, now, at < best.step);
    const drop = (best.value - now.value) / (at - best.step) + best.slope;
    const quadratic = best.step + (best.slope / drop / 2) * (at - best.step);
    const isNear = Math.abs(cubic - best.step) < Math.abs(quadratic - best.step);
    return { step: isNear ? cubic : cubic + (quadratic - cubic) / 2, isBracketed: true };
  }
  const secant = at + (now.slope / (now.slope - best.slope)) * (best.step - at);
  if (turned) {
    const cubic = cubicStep(now, best, at > best.step);
    return { step: Math.abs(cubic - at) > Math.abs(secant - at) ? cubic : secant, isBracketed: true };
  }
  if (Math.abs(now.slope) < Math.abs(best.slope)) {
    const cubic = outwardCubicStep(best, now, low, high);
    const isNear = Math.abs(cubic - at) < Math.abs(secant - at);
    if (!bracketed) {
      return { step: Math.max(low, Math.min(high, isNear ? secant : cubic)), isBracketed: false };
    }
    const limit = at + 0.66 * (other.step - at);
    const nearer = isNear ? cubic : secant;
    return { step: at > best.step ? Math.min(limit, nearer) : Math.max(limit, nearer), isBracketed: true };
  }
  if (bracketed) return { step: cubicStep(now, other, at > other.step), isBracketed: true };
  return { step: at > best.step ? high : low, isBracketed: false };
}

/** The minimiser, seen from `a`, of the cubic with the values and slopes of two trials. */
function cubicStep(a: Trial, b: Trial, flipped: boolean): number {
  const { theta, gamma } = cubicOf(a, b, flipped);
  const p = gamma - a.slope + theta;
  const q = gamma - a.slope + gamma + b.slope;
  return a.step + (p / q) * (b.step - a.step);
}

/** As `cubicStep` from `now` where the cubic may have no minimum beyond it: then as far as allowed. */
function outwardCubicStep(best: Trial, now: Trial, low: number, high: number): number {
  const { theta, gamma } = cubicOf(now, best, now.step > best.step);
  const p = gamma - now.slope + theta;
  const r = p / (gamma + (best.slope - now.slope) + gamma);
  if (r < 0 && gamma !== 0) return now.step + r * (best.step - now.step);
  return now.step > best.step ? high : low;
}

function cubicOf(a: Trial, b: Trial, flipped: boolean): { theta: number; gamma: number } {
  const theta = (3 * (a.value - b.value)) / (b.step - a.step) + a.slope + b.slope;
  const size = Math.max(Math.abs(theta), Math.abs(a.slope), Math.abs(b.slope));
  const under = (theta / size) ** 2 - (a.slope / size) * (b.slope / size);
  const gamma = size * Math.sqrt(Math.max(0, under));
  return { theta, gamma: flipped ? -gamma : gamma };
}

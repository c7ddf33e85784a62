// Which of a column's distinct values, ascending, begin a bin: exactly min(distinct, maxBin) bins are made.
//
// With no more values than bins every value has its own. Otherwise a value is frequent if it weighs at least
// total / maxBin, and has a bin to itself as long as there are bins for all frequent values to come. The others share
// the bins that remain: the fair share of a bin is what they weigh that no finished bin holds, over the bins left to
// them. A bin ends where its weight comes nearest to the fair share, and around a value that alone weighs as much.

// Of one column, from `beginCuts` on.
let binsLeft: u32 = 0;
let valuesLeft: u32 = 0;
let frequentFrom: f64 = 0;
let frequentLeft: u32 = 0;
/** Weight of the values that are not frequent: in the open bin, and from it on. */
let open: f64 = 0;
let rest: f64 = 0;
let fairShare: f64 = 0;
let isEmpty: bool = true;
/** The open bin holds a frequent value; or one that weighs a fair share. */
let holdsFrequent: bool = false;
let holdsHeavy: bool = false;

/** From which weight on a value is frequent. */
@inline
export function frequentWeight(weight: f64, distinct: u32, maxBin: u32): f64 {
  return distinct > maxBin && weight > 0 ? weight / f64(maxBin) : Infinity;
}

/** Begins a column with so many different values, and frequent values among them; `rare` is what the others weigh. */
export function beginCuts(distinct: u32, maxBin: u32, from: f64, frequent: u32, rare: f64): void {
  binsLeft = min(distinct, maxBin);
  valuesLeft = distinct;
  frequentFrom = from;
  frequentLeft = frequent;
  open = 0;
  rest = rare;
  isEmpty = true;
  holdsFrequent = false;
  holdsHeavy = false;
  setFairShare();
}

function setFairShare(): void {
  const taken = frequentLeft + u32(holdsFrequent);
  fairShare = binsLeft > taken ? rest / f64(binsLeft - taken) : Infinity;
}

/** Takes the next value; whether a bin begins with it, the first bin aside. */
@inline
export function cutsBefore(weight: f64): bool {
  const frequent = weight >= frequentFrom;
  let heavy = frequent || weight >= fairShare;
  const possible = binsLeft > frequentLeft + u32(!frequent);
  const wanted = heavy || holdsHeavy || open + 0.5 * weight > fairShare;
  const cuts = !isEmpty && (valuesLeft < binsLeft || (possible && wanted));
  if (cuts) {
    rest -= open;
    open = 0;
    binsLeft--;
    holdsFrequent = false;
    holdsHeavy = false;
    setFairShare();
    heavy = heavy || weight >= fairShare;
  }
  if (frequent) {
    frequentLeft--;
    holdsFrequent = true;
    setFairShare();
  } else open += weight;
  holdsHeavy = holdsHeavy || heavy;
  isEmpty = false;
  valuesLeft--;
  return cuts;
}

/** The last cut of a column, above its greatest value: XGBoost's (src/common/hist_util.h, AddCutPoint), but finite. */
@inline
export function cutAbove(greatest: f32): f32 {
  return min(greatest + (abs(greatest) + f32(1e-5)), f32.MAX_VALUE);
}

/** What is told of a column, u32 each. */
export function tell(
  info: u32, valueBins: u32, missing: u32, mode: u32, modeRows: u32, distinct: u32, infinite: bool,
): void {
  store<u32>(info, valueBins);
  store<u32>(info, missing, 4);
  store<u32>(info, mode, 8);
  store<u32>(info, modeRows, 12);
  store<u32>(info, distinct, 16);
  store<u32>(info, u32(infinite), 20);
}

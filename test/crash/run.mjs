// npm run test:crash: kills a search at 60 random moments and at 20 named ones, and cuts its journal off at every byte of its
// last three lines. A few minutes; `npm test` has a short version.
import assert from "node:assert/strict";
import { searchJournal } from "trellis-learn/node";
import {
  checkKilled,
  FAILPOINTS,
  FAILPOINTS_OF_TORN,
  inFolder,
  letAlone,
  truncatedTo,
  UNITS,
  unitsOf,
} from "./kill-search.mjs";
import { searchDigits } from "./search-digits.mjs";

const { found, milliseconds, bytes } = await letAlone();
console.log(`let alone: ${(milliseconds / 1000).toFixed(1)} s`);

let killed = 0;
while (killed < 60) {
  const moments = Array.from({ length: 10 }, () => ({ killAfter: Math.random() * 1.2 * milliseconds }));
  killed += await checkKilled(found, moments);
  console.log(`random moments: ${killed} kills`);
}

let named = 0;
for (const [name, times] of FAILPOINTS) {
  for (const n of new Set([1, 2, times].filter((n) => n <= times))) {
    named += await checkKilled(found, [{ failpoint: `${name}:${n}` }]);
    console.log(`${name}, time ${n}: ${named} kills`);
  }
}
for (const [name] of FAILPOINTS_OF_TORN) {
  named += await checkKilled(found, [{ failpoint: `${name}:1` }], { before: truncatedTo(bytes, bytes.length - 10) });
  console.log(`${name}: ${named} kills`);
}
if (named < 20) throw new Error(`only ${named} of the failpoints were reached`);

const lines = bytes.toString().split("\n");
const tail = lines.slice(-4).join("\n").length;
for (let cut = 1; cut <= tail; cut++) {
  await inFolder(async (journal) => {
    truncatedTo(bytes, bytes.length - cut)(journal);
    assert.deepEqual(await searchDigits(searchJournal(journal)), found);
    assert.equal(unitsOf(journal).length, UNITS);
  });
  if (cut % 100 === 0) console.log(`cut off at ${cut} of ${tail} bytes`);
}
console.log(`cut off at each of ${tail} bytes`);
console.log("nothing lost, nothing twice, the same end each time");

// npm run test:crash: kills a search at 60 random moments and at 20 named ones, and cuts its journal off at every byte of its
// last three lines. A few minutes; with --short, as in `npm test`, at fewer of each.
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

const isShort = process.argv.includes("--short");
const { found, milliseconds, bytes } = await letAlone();
console.log(`let alone: ${(milliseconds / 1000).toFixed(1)} s`);

let killed = 0;
while (killed < (isShort ? 3 : 60)) {
  const moments = Array.from({ length: isShort ? 3 : 10 }, () => ({ killAfter: Math.random() * 1.2 * milliseconds }));
  killed += await checkKilled(found, moments);
  console.log(`random moments: ${killed} kills`);
}

let named = 0;
for (const [name, times] of isShort ? FAILPOINTS.slice(3, 6) : FAILPOINTS) {
  for (const n of isShort ? [2] : new Set([1, 2, 3, times].filter((n) => n <= times))) {
    named += await checkKilled(found, [{ failpoint: `${name}:${n}` }]);
    console.log(`${name}, time ${n}: ${named} kills`);
  }
}
for (const [name] of isShort ? FAILPOINTS_OF_TORN.slice(0, 1) : FAILPOINTS_OF_TORN) {
  named += await checkKilled(found, [{ failpoint: `${name}:1` }], { before: truncatedTo(bytes, bytes.length - 10) });
  console.log(`${name}: ${named} kills`);
}
assert.ok(named >= (isShort ? 4 : 20), `only ${named} of the failpoints were reached`);

const lines = bytes.toString().split("\n");
const tail = lines.slice(-4).join("\n").length;
for (let cut = 1; cut <= tail; cut += isShort ? 200 : 1) {
  await inFolder(async (journal) => {
    truncatedTo(bytes, bytes.length - cut)(journal);
    assert.deepEqual(await searchDigits(searchJournal(journal)), found);
    assert.equal(unitsOf(journal).length, UNITS);
  });
  if (cut % 100 === 0) console.log(`cut off at ${cut} of ${tail} bytes`);
}
console.log(`cut off at ${isShort ? "some" : "each"} of ${tail} bytes`);
console.log("nothing lost, nothing twice, the same end each time");

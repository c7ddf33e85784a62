// A short version of `npm run test:crash`, on the built package.
import { expect, it } from "vitest";
import { checkKilled, FAILPOINTS, FAILPOINTS_OF_TORN, letAlone, truncatedTo } from "./kill-search.mjs";

it("A search that is killed, whenever, loses nothing, counts nothing twice, and ends with the same bits", async () => {
  const { found, milliseconds, bytes } = await letAlone();
  const moments = [0.5, 0.7, 0.9].map((part) => ({ killAfter: part * milliseconds }));
  await checkKilled(found, moments);
  let kills = 0;
  for (const [name] of FAILPOINTS.slice(2, 5)) kills += await checkKilled(found, [{ failpoint: `${name}:2` }]);
  const [[torn]] = FAILPOINTS_OF_TORN as [[string, number]];
  kills += await checkKilled(found, [{ failpoint: `${torn}:1` }], { before: truncatedTo(bytes, bytes.length - 10) });
  expect(kills).toBe(4);
}, 120_000);

// The program that is killed: the search of search-digits.mjs. It says on standard output which units the
// journal has acknowledged, and at its end what it found. FAILPOINT=name:n ends it, as kill -9 does, at the n-th time that
// it comes to that point of writing to the disk.
import { writeSync } from "node:fs";
import { open } from "node:fs/promises";
import { searchJournal } from "trellis-learn/node";
import { hash, searchDigits } from "./search-digits.mjs";

const [path] = process.argv.slice(2);

/** The class of file handles; Node does not export it. */
const FileHandle = await (async () => {
  const handle = await open(process.execPath);
  await handle.close();
  return Object.getPrototypeOf(handle);
})();

const [failpoint, count] = (process.env.FAILPOINT ?? ":0").split(":");
let left = Number(count);
const reached = (name) => name === failpoint && --left === 0;
const die = () => process.kill(process.pid, "SIGKILL");
/** Nothing may happen after the kill was sent, however long the system takes to deliver it. */
const never = () => new Promise(() => die());

const { write, datasync, truncate, sync } = FileHandle;
FileHandle.write = async function (bytes, from) {
  if (reached("before write")) return never();
  if (reached("half written")) {
    await write.call(this, bytes, from, Math.floor(bytes.length / 2));
    return never();
  }
  const written = await write.call(this, bytes, from);
  if (reached("written, not synced")) return never();
  return written;
};
FileHandle.datasync = async function () {
  await datasync.call(this);
  if (reached("synced, not acknowledged")) return never();
};
FileHandle.truncate = async function (length) {
  if (reached("before the torn end is cut off")) return never();
  await truncate.call(this, length);
  if (reached("torn end cut off, not synced")) return never();
};
FileHandle.sync = async function () {
  await sync.call(this);
  if (reached("synced after the cut, or the folder")) return never();
};

/** A journal that tells what it has acknowledged. */
function telling(journal) {
  return {
    async open(spec) {
      if (reached("before the lock")) return never();
      const opened = await journal.open(spec);
      if (reached("opened")) return never();
      return {
        seeds: opened.seeds,
        size: opened.size,
        find: (key) => opened.find(key),
        async append(units) {
          await opened.append(units);
          if (reached("acknowledged, not told")) return never();
          for (const { key } of units) writeSync(1, `${JSON.stringify({ ack: hash(key) })}\n`);
        },
        async close() {
          if (reached("before it is closed")) return never();
          await opened.close();
        },
      };
    },
  };
}

const found = await searchDigits(telling(searchJournal(path)));
writeSync(1, `${JSON.stringify({ found })}\n`);

// npm run reports: writes the tables of README.md, docs/reports/ and docs/performance.md from the committed results of the seeds' runs and of the
// benchmarks, so that no figure in them is typed by hand. A table stands between `<!-- table: name -->` and `<!-- end -->`; the rest of
// the pages is prose. `--check` writes nothing, and fails where a page is not what would be written.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { firstSeedTables } from "./report-tables/first-seed.mjs";
import { performanceTables } from "./report-tables/performance.mjs";
import { secondSeedTables } from "./report-tables/second-seed.mjs";

const pathOf = (file) => fileURLToPath(new URL(`../${file}`, import.meta.url));
const read = (file) => JSON.parse(readFileSync(pathOf(file), "utf8"));

/** The text with each of its tables as it is now. */
function filled(text, tables, file) {
  return text.replace(/(<!-- table: (.+?) -->\n).*?(<!-- end -->)/gs, (_, begin, name, end) => {
    if (!(name in tables))
      throw new Error(`${file} asks for a table ${name}; there are ${Object.keys(tables).join(", ")}`);
    return `${begin}\n${tables[name]}\n\n${end}`;
  });
}

const firstSeed = firstSeedTables(read);
const performance = performanceTables(read);
const pages = {
  "README.md": performance,
  "docs/reports/first-seed.md": firstSeed,
  "docs/reports/second-seed.md": secondSeedTables(read),
  "docs/performance.md": { ...performance, request: firstSeed.times },
};
for (const [file, tables] of Object.entries(pages)) {
  const text = readFileSync(pathOf(file), "utf8");
  const current = filled(text, tables, file);
  if (current === text) continue;
  if (process.argv.includes("--check")) {
    console.error(`${file} is not what npm run reports writes`);
    process.exitCode = 1;
  } else writeFileSync(pathOf(file), current);
}

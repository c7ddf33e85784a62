// Compiles src/kernels/assembly/<family>.ts with AssemblyScript, for shared and for private memory, and writes the
// modules as text, deflated, into src/kernels/generated/<family>.ts. Skips families whose sources have not changed. What they were
// made from is named in build-id.ts.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import asc from "assemblyscript/asc";

const root = new URL("../src/kernels/", import.meta.url);
const assembly = new URL("assembly/", root);
const generated = new URL("generated/", root);
/** Each family's static data gets a page of its own below ARENA_BASE, since families share one memory. */
const layout = JSON.parse(readFileSync(new URL("layout.json", assembly), "utf8"));
const MAX_PAGES = 65536;
/** Families that are built for relaxed SIMD too, where a product and a sum may be one instruction. */
const RELAXED = ["neural", "tfjs"];

const sources = Object.fromEntries(
  readdirSync(assembly)
    .filter((f) => f.endsWith(".ts"))
    .map((f) => [f, readFileSync(new URL(f, assembly), "utf8")]),
);
const self = readFileSync(fileURLToPath(import.meta.url), "utf8");
const stamp = createHash("sha256")
  .update(JSON.stringify([sources, layout, self, asc.version]))
  .digest("hex")
  .slice(0, 16);

async function compile(family, page, shared, relaxed) {
  const flags = [
    `${family}.ts`,
    "--outFile",
    "out.wasm",
    "-O3",
    "--converge",
    "--noAssert",
    "--runtime",
    "stub",
    "--importMemory",
    "--memoryBase",
    String(65536 * page),
    "--initialMemory",
    "17",
    "--maximumMemory",
    String(MAX_PAGES),
    "--enable",
    "simd",
    // Atomic operations work on private memory too.
    "--enable",
    "threads",
    "--use",
    "abort=",
    ...(shared ? ["--sharedMemory"] : []),
    ...(relaxed ? ["--enable", "relaxed-simd"] : []),
  ];
  let wasm;
  const { error, stderr } = await asc.main(flags, {
    readFile: (name) => (name in sources ? sources[name] : null),
    writeFile: (name, contents) => {
      if (name === "out.wasm") wasm = contents;
    },
    listFiles: () => [],
  });
  if (error || !wasm) throw new Error(`${family}: ${error?.message ?? "no output"}\n${stderr}`);
  return Buffer.from(wasm);
}

/** Where two modules differ: in the flags of the memory that they import, and nowhere else. */
function memoryFlagOf(shared, priv) {
  const differing = [...priv.keys()].filter((i) => shared[i] !== priv[i]);
  const [at] = differing;
  if (shared.length !== priv.length || differing.length !== 1 || priv[at] !== 1 || shared[at] !== 3) {
    throw new Error("the modules for shared and for private memory differ in more than the memory's flag");
  }
  return at;
}

/** Writes one build of a family, as the export `name` of the file of that name. */
async function build(family, page, relaxed) {
  const file = relaxed ? `${family}-relaxed` : family;
  const name = relaxed ? `${family}Relaxed` : family;
  const out = new URL(`${file}.ts`, generated);
  if (existsSync(out) && readFileSync(out, "utf8").includes(stamp)) return;
  const [shared, priv] = [await compile(family, page, true, relaxed), await compile(family, page, false, relaxed)];
  writeFileSync(
    out,
    `// Made by scripts/build-kernels.mjs from assembly/${family}.ts (${stamp}).\n` +
      `import type { KernelCode } from "../kernel.js";\n\n` +
      `export const ${name}: KernelCode = {\n  name: "${family}",\n  packed: "${deflateRawSync(priv, { level: 9 }).toString("base64")}",\n` +
      `  memoryFlagAt: ${memoryFlagOf(shared, priv)},\n};\n`,
  );
  console.log(`kernels: ${file}, ${(priv.length / 1024).toFixed(1)} kB`);
}

mkdirSync(generated, { recursive: true });
for (const [family, page] of Object.entries(layout)) {
  await build(family, page, false);
  if (RELAXED.includes(family)) await build(family, page, true);
}
writeFileSync(
  new URL("build-id.ts", generated),
  `/** Names the sources and the compiler that the kernels were made from. */\nexport const BUILD_ID = "${stamp}";\n`,
);

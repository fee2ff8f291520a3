// Builds the pages' style and script: bundled, minified, named by content, compressed ahead.
//
//   node build.mjs --out FOLDER
//
// FOLDER/manifest.tsv lists what was made: name, file, media type. Nothing is written elsewhere.

import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const mediaTypes = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

const { values } = parseArgs({ options: { out: { type: "string" } } });
if (!values.out) {
  console.error("usage: node build.mjs --out FOLDER");
  process.exit(2);
}

// Of the Digital Agency's tokens only those are kept that our own styles name.
const usedTokens = {
  name: "used tokens",
  setup(build) {
    build.onLoad({ filter: /design-tokens.dist.tokens\.css$/ }, async ({ path }) => {
      const theme = await readFile(join(here, "css/theme.css"), "utf8");
      const used = new Set(theme.match(/--color-[a-z0-9-]+/g));
      const tokens = (await readFile(path, "utf8")).match(/^ *--[a-z0-9-]+: [^;]+;$/gm) ?? [];
      const kept = tokens.filter((line) => used.has(line.trim().split(":")[0]));
      return { contents: `:root {\n${kept.join("\n")}\n}`, loader: "css" };
    });
  },
};

const bundled = await esbuild.build({
  absWorkingDir: here,
  // The drawing of relations is large and loaded by the page that has one.
  entryPoints: ["css/kaname.css", "js/kaname.js", "js/graph.js"],
  outdir: "built",
  bundle: true,
  minify: true,
  write: false,
  // light-dark() is kept as it is: lowering it would need a class on every element.
  target: ["chrome123", "firefox120", "safari17.5"],
  format: "iife",
  legalComments: "none",
  plugins: [usedTokens],
  logLevel: "warning",
});

const made = [
  ...bundled.outputFiles.map((file) => ({
    name: basename(file.path),
    bytes: Buffer.from(file.contents),
  })),
  { name: "icon.svg", bytes: await readFile(join(here, "icon.svg")) },
];

await rm(values.out, { recursive: true, force: true });
await mkdir(values.out, { recursive: true });
const lines = [];
for (const { name, bytes } of made) {
  const end = extname(name);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const file = `${name.slice(0, -end.length)}-${hash}${end}`;
  const brotli = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
  });
  await writeFile(join(values.out, file), bytes);
  await writeFile(join(values.out, `${file}.br`), brotli);
  await writeFile(join(values.out, `${file}.gz`), gzipSync(bytes, { level: 9 }));
  lines.push([name, file, mediaTypes[end]].join("\t"));
}
await writeFile(join(values.out, "manifest.tsv"), `${lines.join("\n")}\n`);

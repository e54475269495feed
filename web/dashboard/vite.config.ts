import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { parted } from "./catalogues.ts";

/** Packs every asset once, so that the server has nothing to compress. */
function packed(): Plugin {
  const pack = promisify(gzip);
  return {
    name: "packed",
    apply: "build",
    async closeBundle() {
      const folder = join(import.meta.dirname, "dist", "assets");
      const names = (await readdir(folder)).filter((name) => /\.(css|js|json|svg)$/.test(name));
      await Promise.all(
        names.map(async (name) => {
          const file = join(folder, name);
          await writeFile(`${file}.gz`, await pack(await readFile(file), { level: 9 }));
        }),
      );
    },
  };
}

export default defineConfig({
  base: "/dashboard/",
  plugins: [parted(), react(), tailwindcss(), packed()],
  build: {
    target: "es2022",
    manifest: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  server: {
    fs: { allow: [join(import.meta.dirname, "..", "..")] },
    proxy: { "/v1": "http://127.0.0.1:8000", "/media": "http://127.0.0.1:8000" },
  },
});

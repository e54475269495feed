import { defineConfig } from "vite";
import { catalogues } from "./catalogue.ts";
import { installable, packed } from "./installable.ts";

export default defineConfig({
  base: "/stamper/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [catalogues(), installable(), packed()],
  build: {
    target: "es2022",
    manifest: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { index: "index.html", sw: "src/worker.ts" },
      output: {
        // A service worker is found again by its address, so that has to stay.
        entryFileNames: ({ name }) => (name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
});

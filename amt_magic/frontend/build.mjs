// Builds ../static/live_view.js, one ES module with its CSS; the same bytes each time.
import { build } from "esbuild";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

await build({
  absWorkingDir: path("."),
  entryPoints: ["src/index.ts"],
  outfile: "../static/live_view.js",
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  charset: "utf8",
  banner: {
    js: `/*! uPlot\n${readFileSync(path("node_modules/uplot/LICENSE"), "utf8")}*/`,
  },
  plugins: [{ name: "css as text", setup: loadStyles }],
  logLevel: "info",
});

/** Make an imported .css file a minified string. */
function loadStyles(builder) {
  builder.onLoad({ filter: /\.css$/ }, async (file) => {
    const options = { entryPoints: [file.path], minify: true, write: false };
    const { outputFiles } = await build(options);
    return { contents: outputFiles[0].text, loader: "text" };
  });
}

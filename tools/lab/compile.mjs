// Compiles the Python files of wheels to bytecode, with the very Python that will read it: Pyodide's.
// A page then neither fetches sources nor compiles them. Called by tools/make_lab.py: node compile.mjs FROM TO
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadPyodide } from "pyodide";

const [from, to] = process.argv.slice(2);
const pyodide = await loadPyodide();
pyodide.runPython(readFileSync(new URL("./compile.py", import.meta.url), "utf8"));
const compiled = pyodide.globals.get("compiled");
mkdirSync(to, { recursive: true });
for (const name of readdirSync(from).filter((file) => file.endsWith(".whl"))) {
  const bytes = compiled(new Uint8Array(readFileSync(join(from, name))));
  const view = bytes.toJs();
  bytes.destroy();
  writeFileSync(join(to, name), view);
}

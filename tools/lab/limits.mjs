// What Pyodide cannot do, shown without anything of ours: node tools/lab/limits.mjs
// The day one of these lines says otherwise, something in docs/guides/in_the_browser.md can go.
import { loadPyodide } from "pyodide";

const tries = {
  "a thread": "import threading; threading.Thread(target=print).start()",
  "a process": "import subprocess; subprocess.run(['true'])",
};

const pyodide = await loadPyodide();
console.log(`Pyodide ${pyodide.version}, ${pyodide.runPython("import sys; sys.version.split()[0]")}`);
for (const [what, code] of Object.entries(tries)) {
  const said = pyodide.runPython(`
try:
    exec(${JSON.stringify(code)})
    said = 'works'
except BaseException as error:
    said = f'{type(error).__name__}: {error}'
said`);
  console.log(`${what.padEnd(13)} ${said}`);
}

// Starts a Vipps MobilePay sandbox for tests, and speaks to its desk.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** A sandbox on a free port, until stop() is called. Its keys are in env, by the names that the shop knows them by. */
export async function startSandbox(command = process.env.VIPPS_NB ?? "vipps-nb") {
  const folder = mkdtempSync(join(tmpdir(), "vipps-"));
  const file = join(folder, "sandbox.env");
  const running = spawn(command, ["sandbox", "--port", "0", "--ready-file", file], { stdio: "ignore" });
  /** @type {string | undefined} */
  let ended;
  running.on("error", (error) => {
    ended = `${command} cannot be started (${error.message}). Install it with: pipx install vipps-nb`;
  });
  running.on("exit", (code) => {
    ended ??= `${command} sandbox has ended (${code}). Run it by hand to see why.`;
  });
  while (!existsSync(file)) {
    if (ended) throw new Error(ended);
    await pause(20);
  }
  /** @type {Record<string, string>} */
  const env = {};
  for (const line of readFileSync(file, "utf8").trim().split("\n")) {
    const [name, ...value] = line.split("=");
    env[name] = value.join("=");
  }

  /** @param {string} method @param {string} path @param {object} [body] */
  async function desk(method, path, body) {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(`${env.VIPPS_BASE_URL}/sandbox${path}`, {
      method,
      headers: body && headers,
      body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} /sandbox${path}: ${await answer.text()}`);
    return answer.json();
  }

  return {
    env,
    /** A new world, its clock held. */
    async reset() {
      await desk("POST", "/reset", { seed: 1 });
      await desk("PUT", "/clock", { now: "2026-01-01T12:00:00Z", held: true });
    },
    /** @param {string} reference */
    approve: (reference) => desk("POST", "/customer/approve", { reference }),
    /** @param {number} seconds What falls due in between happens. */
    advance: (seconds) => desk("POST", "/clock/advance", { seconds }),
    /** @param {object[]} rules Such as { method: "POST", path: "/epayment/*", status: 503 }. */
    faults: (rules) => desk("PUT", "/faults", { rules }),
    /**
     * What was asked and answered, oldest first, secrets masked.
     * @returns {Promise<{ method: string, path: string, status: number }[]>}
     */
    requests: () => desk("GET", "/requests"),
    async stop() {
      const gone = running.exitCode === null && new Promise((done) => running.once("exit", done));
      running.kill();
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

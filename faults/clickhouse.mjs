/**
 * Clickhouse: a real server in a process of its own, to be killed, stopped and started again on the same data.
 *
 *   clickhouse → start → kill, suspend, resume → start → close
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "./service.mjs";

const SCRIPT = fileURLToPath(new URL("../test/clickhouse_server.mjs", import.meta.url));
const START_MS = 90_000;

/** A server that answers. `folder`: where it keeps its data, by default one of its own that goes with it. */
export async function clickhouse({ folder } = {}) {
  const server = new Server(folder ?? mkdtempSync(join(tmpdir(), "waybill-clickhouse-")), await freePort());
  server.isOurs = folder === undefined;
  await server.start();
  return server;
}

class Server {
  constructor(folder, port) {
    this.folder = folder;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  get pid() {
    return this.child.pid;
  }

  get isRunning() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async start() {
    this.child = spawn(process.execPath, [SCRIPT, this.folder, String(this.port)], {
      // It ends when its input does: a run that dies leaves none behind.
      stdio: ["pipe", "ignore", "ignore"],
    });
    this.exited = once(this.child, "exit");
    const deadlineMs = performance.now() + START_MS;
    while (performance.now() < deadlineMs) {
      if (!this.isRunning) throw new Error(`the ClickHouse server ended with ${this.child.exitCode}`);
      const answer = await fetch(`${this.url}/ping`).catch(() => null);
      if (answer?.ok) return;
      await sleep(50);
    }
    throw new Error("the ClickHouse server did not answer");
  }

  async kill() {
    if (!this.isRunning) return;
    this.child.kill("SIGKILL");
    await this.exited;
  }

  suspend() {
    this.child.kill("SIGSTOP");
  }

  resume() {
    this.child.kill("SIGCONT");
  }

  async close() {
    await this.kill();
    if (this.isOurs) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The commands of package.json, as users start them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8"));

/** A server that never answers. Resolves at the first question. */
async function silent(): Promise<{ port: number; asked: Promise<unknown> }> {
  const server = createServer(() => undefined).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, asked: once(server, "request") }; // it listens on a port
}

/** A process of such a script that waits for an answer. */
async function waiting(script: string): Promise<number> {
  const { port, asked } = await silent();
  const [, ...args] = script.split(" ");
  const url = `http://127.0.0.1:${port}`;
  const { UV_THREADPOOL_SIZE: _size, NODE_OPTIONS: _options, ...env } = process.env;
  const child = spawn(process.execPath, [...args, "order", "ORD-1", "--url", url], {
    cwd: ROOT,
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
  onTestFinished(() => void child.kill());
  await asked;
  return child.pid ?? 0;
}

test.skipIf(process.platform !== "linux")("the command line has sixteen threads for the disk", async () => {
  const pid = await waiting(scripts.waybill);
  expect(readdirSync(`/proc/${pid}/task`).length).toBeGreaterThan(16);
});

test("whatever runs the service has room for facts that live for seconds", () => {
  for (const name of ["start", "demo", "waybill"])
    expect(scripts[name]).toMatch(/^node --max-semi-space-size=64 start\.cjs /);
});

/**
 * Load: the sending process, from outside.
 *
 *   plan → [load] → process.ts … → Sent
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { LoadPlan } from "./plan.ts";
import type { FromSender, Sent } from "./sender.ts";

/** What is heard while it sends: totals so far. */
export type OnProgress = (spans: number, refused: number) => void;

/** The built file beside this one, or the source when this one is a source. */
const ENTRY = fileURLToPath(
  new URL(`./process${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url),
);

/**
 * Sends a plan from a process of its own, which ends with it.
 *
 * @throws {Error} when the service answers anything but 200 and 503, or goes away
 */
export async function runLoad(plan: LoadPlan, onProgress: OnProgress = () => undefined): Promise<Sent> {
  const child = fork(ENTRY, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  try {
    return await heard(child, plan, onProgress);
  } finally {
    child.kill();
  }
}

function heard(child: ChildProcess, plan: LoadPlan, onProgress: OnProgress): Promise<Sent> {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`the sending process ended (${code})`)));
    child.on("message", (message: FromSender) => {
      if (message.kind === "ready") child.send(plan);
      else if (message.kind === "progress") onProgress(message.spans, message.refused);
      else if (message.kind === "done") resolve(message.sent);
      else reject(new Error(message.text));
    });
  });
}

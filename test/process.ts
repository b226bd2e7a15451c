/**
 * Process: a whole Waybill in a process of its own, started from the build with the command that users start.
 *
 *   prepare → start → ports, to talk to → kill, stop → start again on the same ports and folder
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { freePort } from "./server.ts";

const CLI = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const BUILD = new URL("../build.mjs", import.meta.url).href;

/** What a process is started with. */
export interface ProcessOptions {
  readonly dataDir: string;
  /** path of a `waybill.yaml` */
  readonly definitions: string;
  /** further settings */
  readonly env?: Readonly<Record<string, string>>;
}

/** A Waybill that may be started and ended any number of times. */
export interface WaybillProcess {
  /** where it takes data and where it answers, while it runs and with the role to do so */
  readonly otlp: string;
  readonly api: string;
  /** Resolves once it says where it listens. @throws {Error} with its words when it ends instead */
  readonly start: () => Promise<void>;
  /** Kills it as the machine would: no handler runs. */
  readonly kill: () => Promise<void>;
  /** Stops it as a user would; it stores what waits. */
  readonly stop: () => Promise<void>;
}

/** Builds what is missing and finds two free ports. */
export async function prepareProcess(options: ProcessOptions): Promise<WaybillProcess> {
  const { build, isBuilt } = await import(BUILD);
  if (!isBuilt()) await build();
  const [otlpPort, apiPort] = [await freePort(), await freePort()];
  let child: ChildProcess | null = null;
  const end = async (signal: "SIGKILL" | "SIGTERM") => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  };
  return {
    otlp: `http://127.0.0.1:${otlpPort}`,
    api: `http://127.0.0.1:${apiPort}`,
    start: async () => {
      child = spawn(process.execPath, [CLI, "serve"], {
        stdio: ["ignore", "ignore", "pipe"],
        env: {
          ...settingsOf(options),
          WAYBILL_OTLP_PORT: String(otlpPort),
          WAYBILL_API_PORT: String(apiPort),
        },
      });
      await listening(child);
      // Whoever asks it later and finds nobody there should see why.
      child.once("exit", (code, signal) => {
        if (signal !== "SIGKILL" && code !== 0) console.error(`the process ended: ${code ?? signal}`);
      });
      child.stderr?.on("data", (text: string) => {
        if (text.includes('"level"')) console.error(text);
      });
    },
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
  };
}

/** Settings of whoever runs the tests are not settings of the process. */
function settingsOf({ dataDir, definitions, env = {} }: ProcessOptions): Record<string, string | undefined> {
  const others = Object.entries(process.env).filter(([name]) => !/^(WAYBILL|OTEL)_/.test(name));
  return {
    ...Object.fromEntries(others),
    UV_THREADPOOL_SIZE: "16",
    NODE_OPTIONS: "--max-semi-space-size=64",
    WAYBILL_LOG_LEVEL: "error",
    WAYBILL_DATA_DIR: dataDir,
    WAYBILL_CONFIG: definitions,
    ...env,
  };
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (/^(OTLP\/HTTP|Page and API) .*:\d+$/m.test(said)) resolve();
    });
    child.once("exit", (code, signal) => reject(new Error(`it ended (${code ?? signal}): ${said}`)));
  });
}

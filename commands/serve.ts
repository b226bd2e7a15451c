/**
 * Serve command: the service in the foreground, until a signal says stop.
 */

import type { Config } from "../config.ts";
import { loadDefinitions } from "../ingest/load.ts";
import { type Service, startService } from "../serve.ts";
import type { Surroundings } from "./around.ts";
import { inOwnThread } from "./own_thread.ts";

/** A second signal, or this long after the first, ends the process at once; the journal keeps what was acked. */
const STOP_MS = 30_000;

/** Runs until SIGTERM or SIGINT. Resolves to the exit code. */
export async function serve(around: Surroundings): Promise<number> {
  const config = around.config();
  const service = await openService(around);
  around.talk(whereTo(config, service));
  if (service.otlpPort !== null) around.talk(howToSend(config, service.otlpPort));
  await stopped(around);
  return closeInTime(around, service);
}

/** The service as the environment describes it. */
export function openService(around: Surroundings): Promise<Service> {
  const config = around.config();
  const definitions = loadDefinitions(config.definitionsPath);
  const { now, secret } = around;
  const [log, telemetry] = [around.log(), around.telemetry()];
  const land = inOwnThread(config, telemetry);
  return startService({ config, definitions, log, telemetry, now, secret, land });
}

/** Resolves at the first signal. */
export function stopped(around: Surroundings): Promise<void> {
  return new Promise((resolve) => around.onStop(resolve));
}

/** Stops in order; a second signal or too much time ends it the hard way, which loses nothing that was acked. */
export async function closeInTime(around: Surroundings, service: Service): Promise<number> {
  around.talk("Stopping: answering what is in flight, storing what waits.");
  const hard = () => process.exit(1);
  around.onStop(hard);
  setTimeout(hard, STOP_MS).unref();
  await service.close();
  return 0;
}

/** The lines that say where everything is. */
export function whereTo({ host, role }: Config, { otlpPort, apiPort }: Service): string {
  const at = host.includes(":") ? `[${host}]` : host;
  const lines = [
    [`${role === "ingest" ? "Health      " : "Page and API"}   http://${at}:${apiPort}`],
    otlpPort === null ? [] : [`OTLP/HTTP      http://${at}:${otlpPort}`],
  ];
  return lines.flat().join("\n");
}

function howToSend({ host, token }: Config, otlpPort: number): string {
  const header =
    token === null ? [] : ["export OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20$WAYBILL_TOKEN"];
  return [
    "Send it data from any OpenTelemetry SDK or Collector:",
    `  export OTEL_EXPORTER_OTLP_ENDPOINT=http://${host}:${otlpPort} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`,
    ...header.map((line) => `  ${line}`),
    "Put order.id on a span or log event; waybill.yaml says what else counts.",
  ].join("\n");
}

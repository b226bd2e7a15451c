/**
 * Demo command: the service, a shop that sends to it, and three stories of what happened there.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { runShop } from "../demo/shop.ts";
import { keepShopOpen } from "../demo/traffic.ts";
import type { ScenarioResult } from "../demo/truth.ts";
import type { Service } from "../serve.ts";
import type { Surroundings } from "./around.ts";
import { closeInTime, openService, stopped, whereTo } from "./serve.ts";

/** The stories told at once; the others wait to be looked up. */
const TOLD = ["happy", "payment-declined", "gateway-timeout"];

/** How the demo is played. */
export interface DemoOptions {
  readonly orders: string;
  readonly seed?: string;
  readonly once?: boolean;
}

/** Plays, tells, and keeps the shop open until a signal says stop. */
export async function demo(around: Surroundings, options: DemoOptions): Promise<number> {
  const config = around.config();
  around.talk("Starting Waybill with the embedded ClickHouse.");
  const service = await openService(around);
  const endpoint = `http://${config.host}:${service.otlpPort}`;
  const seed = options.seed === undefined ? await unusedSeed(around, service) : Number(options.seed);
  const sender = { endpoint, seed, ...(config.token === null ? {} : { token: config.token }) };
  around.talk("The shop opens: seven services send two hours of orders through OpenTelemetry.");
  const results = await runShop({
    ...sender,
    baseMs: around.now(),
    backgroundOrders: Number(options.orders),
  });
  await service.flush();
  for (const result of results.filter(({ name }) => TOLD.includes(name))) await tell(around, service, result);
  around.print(indexOf(results));
  around.print(whereTo(config, service));
  if (options.once) return closeInTime(around, service);
  const closing = new AbortController();
  const talk = (line: string) => around.talk(line);
  const shop = keepShopOpen({
    ...sender,
    seed: seed + 1,
    signal: closing.signal,
    now: around.now,
    log: talk,
  });
  around.talk("The shop stays open, about one order a second. Stop with Ctrl-C.");
  await stopped(around);
  closing.abort();
  await Promise.race([shop, sleep(2_000)]);
  return closeInTime(around, service);
}

/**
 * The first odd seed whose orders are not known yet: another run into the same folder must not send the same ids with
 * other times. The even ones are for the shop that stays open.
 */
async function unusedSeed(around: Surroundings, service: Service): Promise<number> {
  for (let seed = 1; ; seed += 2) {
    const response = await get(around, service, `/v1/orders/ORD-${seed}001`);
    if (response.status === 404) return seed;
  }
}

async function tell(around: Surroundings, service: Service, result: ScenarioResult): Promise<void> {
  const { name, lookup, script } = result;
  const response = await get(around, service, `/v1/subjects/${lookup.kind}/${encodeURIComponent(lookup.id)}`);
  around.print(`\n── ${name}: ${script}\n`);
  around.print((await response.text()).trimEnd());
}

function get(around: Surroundings, { apiPort }: Service, path: string): Promise<Response> {
  const { host, token } = around.config();
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  return fetch(`http://${host}:${apiPort}${path}`, { headers: { accept: "text/plain", ...authorization } });
}

function indexOf(results: readonly ScenarioResult[]): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  const lines = results.map(({ name, lookup }) => `  ${name.padEnd(width)}  ${lookup.kind} ${lookup.id}`);
  return ["\nLook any of them up: npm run waybill -- find <id>", ...lines, ""].join("\n");
}

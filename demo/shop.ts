/**
 * Shop: a small shop of seven services, with faults to look up.
 *
 *   seed, time → scenarios on a virtual clock → OpenTelemetry SDKs → HTTP → whoever listens
 *
 * The same seed gives the same ids, and the same times relative to `baseMs`. Takes no time but that of sending.
 * Knows nothing of Waybill: it sends what any shop would send.
 */
import { type Company, type CompanyOptions, openCompany } from "./company.ts";
import { newPurchase } from "./purchase.ts";
import { type Outcome, SCENARIOS, type Scenario } from "./scenarios.ts";
import { healthCheck } from "./storefront.ts";
import { playTraffic } from "./traffic.ts";
import type { Expected, Fact, Faults, Purchase, ScenarioResult } from "./truth.ts";

/** One run of the shop. */
export interface ShopOptions extends CompanyOptions {
  /** the end of the run, usually now; everything happened in the two hours or so before it; epoch milliseconds */
  readonly baseMs: number;
  /** names of the scenarios to play; all when not given */
  readonly scenarios?: readonly string[];
  /** how many ordinary orders to play beside them, one in twenty of them failing; 0 when not given */
  readonly backgroundOrders?: number;
  /** is told about progress, a line at a time */
  readonly log?: (line: string) => void;
}

/**
 * Plays the scenarios, sends all they gave, and says what the truth was.
 *
 * @throws {RangeError} for a scenario name that does not exist
 * @throws {Error} when anything sent was refused, even in part, or not answered
 */
export async function runShop(options: ShopOptions): Promise<ScenarioResult[]> {
  const log = options.log ?? (() => undefined);
  const chosen = choose(options.scenarios);
  const company = openCompany(options);
  try {
    const results: ScenarioResult[] = [];
    for (const scenario of chosen) {
      const result = await playScenario(company, scenario, options);
      log(`${result.name}: ${result.lookup.kind} ${result.lookup.id}`);
      results.push(result);
    }
    if (options.backgroundOrders) {
      await playTraffic(company, options, options.backgroundOrders);
      log(`background: ${options.backgroundOrders} more orders`);
    }
    company.post.release();
    await company.post.flush();
    return results;
  } finally {
    await company.post.close();
  }
}

function choose(names: readonly string[] | undefined): readonly Scenario[] {
  const unknown = names?.find((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown !== undefined) throw new RangeError(`there is no scenario ${unknown}`);
  return SCENARIOS.filter((scenario) => names?.includes(scenario.name) ?? true);
}

async function playScenario(
  company: Company,
  scenario: Scenario,
  options: ShopOptions,
): Promise<ScenarioResult> {
  const { shop, facts } = company.shop(scenario.name, options.baseMs);
  const startMs = options.baseMs - scenario.agoMinutes * 60_000;
  const { seed } = options;
  let next = scenario.first;
  const buy = (faults: Faults = {}): Purchase => {
    const number = (scenario.series ?? "") + String(next++).padStart(3, "0");
    return newPurchase({ seed, number, random: shop.random, faults });
  };
  healthCheck(shop, startMs);
  company.post.holdBack(scenario.slow ?? []);
  const outcome = scenario.play({ shop, startMs, buy });
  shop.timeline.run();
  company.post.stopHolding();
  await company.post.flush({ copies: scenario.copies ?? 1 });
  const { name, script } = scenario;
  return { name, lookup: outcome.lookup, script, expected: expectationOf(outcome, facts) };
}

/** What the scenario states, with the facts it rests on: those about the subject's requests, and the rest. */
function expectationOf(outcome: Outcome, facts: readonly Fact[]): Expected {
  const isOwn = (fact: Fact): boolean => fact.about.some((request) => outcome.requests.includes(request));
  const hops = facts.filter(isOwn);
  const strangers = facts.filter((fact) => !isOwn(fact));
  const services = [...new Set(hops.map((hop) => hop.service))].sort();
  return { ...outcome.stated, services, hops, strangers };
}

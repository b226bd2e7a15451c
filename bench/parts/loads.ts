/**
 * Loads: one load after another on one service, and what they must have left there.
 *
 *   plans → [loads] → Sent each, the truth of all
 */
import type { Encoding } from "../load/bodies.ts";
import { type LoadPlan, truthOf } from "../load/plan.ts";
import type { Sent } from "../load/sender.ts";
import { type Bench, planOf, sendAloud } from "../part.ts";
import type { Truth } from "../recount.ts";
import type { BenchService } from "../service.ts";
import { SERVICES } from "../shop.ts";

/** The store may be this far behind when a load ends; s. */
export const DRAIN_SECONDS = 1_800;

/** Loads of one service. No journey is sent twice. */
export class Loads {
  /** what must be stored of all loads so far */
  truth: Truth = { spans: 0, passing: 0, failing: 0, open: 0 };
  /** the number of the first journey that was not sent yet */
  nextJourney = 0;
  readonly #bench: Bench;
  readonly #service: BenchService;
  readonly #encoding: Encoding;

  constructor(bench: Bench, service: BenchService, encoding: Encoding = "protobuf") {
    this.#bench = bench;
    this.#service = service;
    this.#encoding = encoding;
  }

  /** Sends by the sizes of the bench; what is given differs from them. */
  async send(name: string, given: Partial<LoadPlan>): Promise<Sent> {
    const plan = planOf(this.#bench, {
      port: this.#service.otlpPort,
      encoding: this.#encoding,
      fromJourney: this.nextJourney,
      ...given,
    });
    const sent = await sendAloud(this.#bench, name, plan);
    const { passing, failing } = truthOf(plan, sent.waves);
    const isWhole = plan.services >= SERVICES.length;
    const { truth } = this;
    this.truth = {
      spans: truth.spans + sent.spans,
      passing: truth.passing + (isWhole ? passing : 0),
      failing: truth.failing + failing,
      open: truth.open + (isWhole ? 0 : passing),
    };
    this.nextJourney += sent.waves * plan.journeysPerWave;
    return sent;
  }
}

/**
 * Plan: what the load generator is to send, and in which order.
 *
 *   flags → [plan] → sender
 *
 * Waves follow one another; each service tells of a wave a little later than the one before it, so that a journey grows
 * over many requests and flushes, as real ones do. A plan that ends tells every wave it began to the end.
 */
import { SERVICES } from "../shop.ts";
import { type Bodies, type Body, type Encoding, failingIn, type Wave } from "./bodies.ts";

/** What to send. Plain data: it is handed to another process. */
export interface LoadPlan {
  readonly port: number;
  readonly encoding: Encoding;
  readonly seed: number;
  /** the number of the first journey */
  readonly fromJourney: number;
  readonly journeysPerWave: number;
  /** no new wave is begun after so many seconds … */
  readonly seconds: number;
  /** … or so many journeys, whichever comes first */
  readonly journeysMax: number;
  /** the most spans in a request; null for all that a service says of a wave */
  readonly spansPerRequest: number | null;
  /** spans offered a second; null for as many as are taken */
  readonly spansPerSecond: number | null;
  readonly connections: number;
  /** each service tells of a wave so many waves after the service before it */
  readonly lagWaves: number;
  /** journeys stop after this many services and stay open; 8 are all */
  readonly services: number;
}

/** What was sent of a plan. */
export interface Begun {
  waves: number;
}

/** Time, as a plan needs it. */
export interface Clock {
  /** asked before each new wave */
  readonly isOver: () => boolean;
  /** epoch milliseconds, for when journeys begin */
  readonly nowMs: () => number;
  /** is told how far it came */
  readonly begun: Begun;
}

/** The requests of a plan, in order. */
export function* requestsOf(plan: LoadPlan, bodies: Bodies, clock: Clock): Generator<Body> {
  const waves: Wave[] = [];
  const told = Math.min(plan.services, SERVICES.length);
  const wavesMax = Math.ceil(plan.journeysMax / plan.journeysPerWave);
  const tail = (told - 1) * plan.lagWaves;
  for (let turn = 0; turn < waves.length + tail || turn === waves.length; turn++) {
    if (turn === waves.length && turn < wavesMax && !clock.isOver()) {
      waves.push(waveAt(plan, turn, clock.nowMs()));
      clock.begun.waves = waves.length;
    }
    for (let service = 0; service < told; service++) {
      const wave = waves[turn - service * plan.lagWaves];
      if (wave !== undefined) yield* bodiesOf(plan, bodies, { wave, service });
    }
    // Nothing but the few waves that are not told to the end is needed again.
    delete waves[turn - tail];
  }
}

/** How many journeys a plan began that will succeed, and that will fail. */
export function truthOf(
  plan: LoadPlan,
  waves: number,
): { readonly passing: number; readonly failing: number } {
  const failing = failingIn(plan.journeysPerWave) * waves;
  return { passing: plan.journeysPerWave * waves - failing, failing };
}

function waveAt(plan: LoadPlan, index: number, atMs: number): Wave {
  const from = plan.fromJourney + index * plan.journeysPerWave;
  // The last of its spans ends 1.6 s after it begins, and nobody's clock is ahead.
  return {
    seed: plan.seed,
    from,
    journeys: plan.journeysPerWave,
    atMs: atMs - 2_000,
    services: plan.services,
  };
}

function bodiesOf(
  { spansPerRequest }: LoadPlan,
  bodies: Bodies,
  { wave, service }: { readonly wave: Wave; readonly service: number },
): Body[] {
  if (spansPerRequest !== null) return bodies.cut(wave, service, spansPerRequest);
  const whole = bodies.whole(wave, service);
  return whole === null ? [] : [whole];
}

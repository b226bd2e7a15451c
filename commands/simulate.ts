/**
 * Simulate command: what would have paged, had the traffic been like this.
 */
import { Failure } from "../errors.ts";
import { Replayed } from "../slo/recorded.ts";
import { renderSimulated } from "../slo/render_simulated.ts";
import { parseScenario } from "../slo/scenario.ts";
import { simulate } from "../slo/simulate.ts";
import type { Surroundings } from "./around.ts";
import { fetchText } from "./client.ts";
import { readInput } from "./input.ts";

/** What to simulate, and how to say it. */
export interface Simulating {
  /** path of the scenario; `-` for standard input */
  readonly file?: string | undefined;
  /** instead: how far back the recorded journeys of an objective are replayed, `7d` */
  readonly from?: string;
  readonly objective?: string;
  readonly json?: boolean;
  readonly url?: string;
}

/** A scenario, or what was recorded. @throws {Failure} `bad_request` when it is neither or both */
export async function simulateEither(around: Surroundings, asked: Simulating): Promise<number> {
  const { file, from, objective } = asked;
  const isRecorded = from !== undefined || objective !== undefined;
  if (file !== undefined && !isRecorded) return simulateFile(around, { ...asked, file });
  if (file === undefined && objective !== undefined) return replayObjective(around, { ...asked, objective });
  throw new Failure("bad_request", "Give a file, or --objective with how far back: --from 7d.");
}

async function replayObjective(
  around: Surroundings,
  { objective, from, json, url }: Simulating & { readonly objective: string },
): Promise<number> {
  const query = from === undefined ? "" : `?from=${encodeURIComponent(from)}`;
  const path = `/v1/slos/${encodeURIComponent(objective)}/simulated${query}`;
  const text = await fetchText(around, { path, accept: "application/json", url });
  const replayed = Replayed.parse(JSON.parse(text));
  around.print(json ? text : renderSimulated(replayed, Date.parse(replayed.from)).trimEnd());
  return 0;
}

/** 0 when it could be simulated, whatever came out. */
async function simulateFile(
  around: Surroundings,
  { file, json }: Simulating & { readonly file: string },
): Promise<number> {
  const simulated = simulate(parseScenario(readInput(file)));
  around.print(json ? JSON.stringify(simulated) : renderSimulated(simulated).trimEnd());
  return 0;
}

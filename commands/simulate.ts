/**
 * Simulate command: what would have paged, had the traffic been like this.
 */
import { renderSimulated } from "../slo/render_simulated.ts";
import { parseScenario } from "../slo/scenario.ts";
import { simulate } from "../slo/simulate.ts";
import type { Surroundings } from "./around.ts";
import { readInput } from "./input.ts";

/** What to simulate, and how to say it. */
export interface Simulating {
  /** path of the scenario; `-` for standard input */
  readonly file: string;
  readonly json?: boolean;
}

/** 0 when it could be simulated, whatever came out. */
export async function simulateFile(around: Surroundings, { file, json }: Simulating): Promise<number> {
  const simulated = simulate(parseScenario(readInput(file)));
  around.print(json ? JSON.stringify(simulated) : renderSimulated(simulated).trimEnd());
  return 0;
}

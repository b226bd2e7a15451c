/**
 * Around: what a command is given of the world, so that none reads the environment or the clock by itself.
 *
 * Types only; cli.ts fills them in.
 */
import type { Logger } from "pino";
import type { Telemetry } from "../collector/telemetry.ts";
import type { Config } from "../config.ts";

/** The world around a command. */
export interface Surroundings {
  /** @throws {Failure} `config` when the environment is not right */
  readonly config: () => Config;
  /** the value of an environment variable that waybill.yaml names; undefined when it is not set */
  readonly secret: (name: string) => string | undefined;
  /** where our own spans go */
  readonly telemetry: () => Telemetry;
  /** epoch milliseconds */
  readonly now: () => number;
  /** data, a line or more, to stdout */
  readonly print: (text: string) => void;
  /** talk, a line or more, to stderr */
  readonly talk: (text: string) => void;
  /** how far something is, to stderr; the next one takes its place where the terminal can do that */
  readonly progress: (text: string) => void;
  readonly log: () => Logger;
  /** Calls back at the next signal to stop. */
  readonly onStop: (stop: () => void) => void;
}

/** Door: hops in through the real receiver, answers out through the real API, for tests with the answer written out by hand. */
import { readFileSync } from "node:fs";
import type { Hop } from "../../../collector/hop.ts";
import { Answer } from "../../../query/answer.ts";
import { type Running, startWaybill } from "../../service.ts";
import { TEN_NS } from "../build.ts";
import { deliveriesOf } from "../deliveries.ts";

/** When everything arrives and everybody asks: ten past ten; epoch milliseconds. */
export const NOW_MS = Number(TEN_NS / 1_000_000n) + 600_000;

/** A Waybill with the shop of this folder. */
export interface Door {
  readonly waybill: Running;
  /** Sends hops, one request per signal, and waits until they are stored and settled. */
  readonly tell: (...hops: readonly Hop[]) => Promise<void>;
  /** @param subject  `kind=id`; one page of at most 5,000 hops */
  readonly ask: (subject: string, query?: string) => Promise<Answer>;
  /** names of the hops with the rule by which each belongs, in alphabetical order; none where there is no such subject */
  readonly hopsOf: (subject: string) => Promise<string[]>;
  /** Where somebody who asks is sent instead; null when nowhere. */
  readonly movedTo: (subject: string) => Promise<string | null>;
}

/** Opens a door. */
export async function openDoor(): Promise<Door> {
  const yaml = readFileSync(new URL("./shop.yaml", import.meta.url), "utf8");
  const waybill = await startWaybill({ yaml, now: () => NOW_MS });
  const get = (subject: string, query = "limit=5000") => {
    const [kind, id = ""] = subject.split("=");
    const init = { headers: { accept: "application/json" }, redirect: "manual" } as const;
    return waybill.api(`/v1/subjects/${kind}/${encodeURIComponent(id)}?${query}`, init);
  };
  const ask = async (subject: string, query?: string) =>
    Answer.parse(await (await get(subject, query)).json());
  return {
    waybill,
    ask,
    tell: async (...hops) => {
      for (const { envelope, body } of await deliveriesOf(hops)) {
        const response = await waybill.send(`/v1/${envelope.signal}`, envelope.contentType, body);
        const said = await response.text();
        if (!response.ok || said.includes("partialSuccess")) throw new Error(`refused: ${said}`);
      }
    },
    hopsOf: async (subject) => {
      const response = await get(subject);
      if (response.status === 404) return [];
      const { hops } = Answer.parse(await response.json());
      return hops.map(({ name, evidence }) => `${name} ${evidence.map(({ rule }) => rule).join()}`).sort();
    },
    movedTo: async (subject) => (await get(subject, "")).headers.get("location"),
  };
}

/**
 * House: the API over a real store and a real lookup, with the stories' hops in it.
 *
 *   stories → hops with keys → Kept + table journeys → createApi
 *
 * Each story becomes an order of its own name: `happy` is ORD-happy. All hops of it carry its key.
 */
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Hop } from "../../collector/hop.ts";
import { journeysBlock } from "../../ingest/blocks.ts";
import { keysOf } from "../../ingest/keys.ts";
import { deadLettersBlock } from "../../ingest/letter_block.ts";
import { createLookup } from "../../ingest/lookup.ts";
import { migrate } from "../../ingest/migrate.ts";
import { openStore, type Store } from "../../ingest/store.ts";
import type { Lookup, Told } from "../../ingest/told.ts";
import { type ApiDeps, createApi } from "../../query/api.ts";
import { openBoard } from "../../slo/board.ts";
import { Memory } from "../../slo/memory.ts";
import { Watch } from "../../slo/watch.ts";
import { Kept } from "../ingest/kept.ts";
import { DEFINITIONS, START_MS } from "./shop.ts";
import { STORIES } from "./stories.ts";

/** When everybody asks; epoch milliseconds. */
export const NOW_MS = START_MS + 3_600_000;

const TENANT = "default";
const PARCEL = ["happy", "shared"];

/** A running house. */
export interface House {
  readonly store: Store;
  readonly lookup: Lookup;
  readonly app: OpenAPIHono;
  /** The same with other settings. */
  readonly build: (other: Partial<ApiDeps>) => OpenAPIHono;
  /** Adds hops, findable at once. */
  readonly add: (hops: readonly Hop[]) => void;
  readonly close: () => Promise<void>;
}

/** Opens a house. To another tenant it is empty. */
export async function openHouse(): Promise<House> {
  const dataDir = await mkdtemp(join(tmpdir(), "waybill-api-"));
  const store = await openStore({ url: null, dataDir });
  await migrate(store);
  const recent = new Kept();
  const add = (hops: readonly Hop[]) =>
    recent.add(
      TENANT,
      hops.map((hop) => ({ hop, keys: keysOf(hop, DEFINITIONS.keys) })),
    );
  const slos = { store, definitions: DEFINITIONS.journeys, tenant: TENANT };
  const board = openBoard(slos);
  const deps: ApiDeps = {
    lookup: createLookup({
      source: recent,
      definitions: DEFINITIONS,
      kindsOf: async (tenant, value, kinds) => recent.kindsOf(tenant, value, kinds),
    }),
    store,
    definitions: DEFINITIONS,
    now: () => NOW_MS,
    token: null,
    board,
    watch: new Watch({ ...slos, board, memory: new Memory(store, TENANT) }),
    ready: async () => ({ store: null }),
    metrics: async () => "up 1\n",
    intake: { source: recent, accept: null, limits: { bodyBytesMax: 1_000_000 }, learn: () => undefined },
  };
  const house: House = {
    store,
    lookup: deps.lookup,
    app: createApi(deps),
    build: (other) => createApi({ ...deps, ...other }),
    add,
    close: async () => {
      await store.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  await furnish(house);
  return house;
}

async function furnish({ store, add }: House): Promise<void> {
  for (const [name, told] of Object.entries(STORIES)) add(placed(name, told));
  const journeys = Object.entries(STORIES).flatMap(([name, told]) =>
    told.movedTo.length > 0
      ? []
      : told.journeys.map((journey) => ({ ...journey, subject: subjectOf(name, told) })),
  );
  await store.insertNative("journeys", [journeysBlock(TENANT, journeys, BigInt(NOW_MS) * 1_000n)]);
  await store.insertNative("dead_letters", [deadLettersBlock([0, 1, 2].map(refused))]);
}

function subjectOf(name: string, { subject }: Told) {
  return subject.kind === "order.id" ? { kind: "order.id", id: `ORD-${name}` } : subject;
}

/** The hops of a story as orders of their own, in traces of their own. */
export function placed(name: string, told: Told): Hop[] {
  const traceId = createHash("sha256").update(name).digest("hex").slice(0, 32);
  const subject = told.movedTo.length > 0 ? { kind: "order.id", id: "ORD-happy" } : subjectOf(name, told);
  return told.members.map(({ hop }) => ({
    ...hop,
    id:
      hop.kind === "span"
        ? traceId + hop.spanId
        : createHash("sha256")
            .update(name + hop.id)
            .digest("hex")
            .slice(0, 32),
    traceId: hop.kind === "span" ? traceId : "",
    links: hop.links.map((link) => ({ ...link, traceId })),
    attributes: new Map([
      ...hop.attributes,
      [subject.kind, subject.id],
      ...(told.movedTo.length > 0 ? ([["correlation.id", told.subject.id]] as const) : []),
      ...(PARCEL.includes(name) && hop.kind === "cloudevent" ? ([["package.id", "PKG-1"]] as const) : []),
    ]),
  }));
}

function refused(at: number) {
  return {
    envelope: {
      signal: "traces" as const,
      contentType: "application/json",
      contentEncoding: "",
      receivedMs: START_MS + at * 1_000,
      tenant: TENANT,
      sender: "curl/8 127.0.0.1",
      headers: {},
    },
    item: {
      reason: at === 0 ? "bad_time" : "bad_trace_id",
      text: "The trace id has 48 digits.",
      where: `resourceSpans[0].scopeSpans[0].spans[${at}]`,
      bytes: new TextEncoder().encode(`{"n":${at}}`),
    },
  };
}

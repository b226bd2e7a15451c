import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import type { HopBatch } from "../../collector/decoder/columns.ts";
import type { Hop } from "../../collector/hop.ts";
import { migrate } from "../../ingest/migrate.ts";
import { encodeHops } from "../../ingest/native_hops.ts";
import type { Store } from "../../ingest/store.ts";
import { storedIn } from "../../ingest/stored.ts";
import { anyRequest } from "../collector/arbitrary.ts";
import type { DecodedHop } from "../collector/decoded_hop.ts";
import {
  attribute,
  decode,
  decodeBytes,
  decodeJson,
  hops,
  log,
  logs,
  requestBytes,
  span,
  traces,
} from "../collector/otlp.ts";
import { onBothShapes } from "../server.ts";

const DAYS = [20_695, 20_696, 20_697];
const LIMITS = { placesMax: 10, hopsMax: 100_000 };

const LOCALITY = 2n ** 64n - 1n;

/** Stores a batch under one locality and reads it back in the order of the ids. */
async function stored(store: Store, tenant: string, batch: HopBatch): Promise<DecodedHop[]> {
  const localities = new BigUint64Array(batch.rows).fill(LOCALITY);
  await store.insertNative("hops", encodeHops(tenant, [{ batch, localities }]));
  return back(store, tenant);
}

/** What lookups read, and what is kept beside it for Grafana. */
async function back(store: Store, tenant: string): Promise<DecodedHop[]> {
  const places = DAYS.map((day) => ({ locality: LOCALITY, day }));
  const hops = await storedIn(store, LIMITS).hops(tenant, places);
  const rows = z.array(BESIDE).parse(await store.query(BESIDE_SQL, { tenant }));
  const beside = new Map(rows.map(({ version, ...rest }) => [version.toLowerCase(), rest]));
  return sorted(hops.map((hop) => ({ ...hop, ...BESIDE_FIELDS.parse(beside.get(versionOf(hop))) })));
}

const BESIDE_FIELDS = z.object({
  severity: z.int(),
  traceState: z.string(),
  scopeName: z.string(),
  scopeVersion: z.string(),
  droppedEvents: z.int(),
  droppedAttributes: z.int(),
});
const BESIDE = BESIDE_FIELDS.extend({ version: z.string() });
const BESIDE_SQL = `SELECT concat(if(kind = 'span', concat(hex(trace_id), hex(span_id)), hex(fact_id)), ' ', toString(digest)) AS version,
  severity, trace_state AS traceState, scope_name AS scopeName, scope_version AS scopeVersion,
  dropped_events AS droppedEvents, dropped_attributes AS droppedAttributes
  FROM hops WHERE tenant = {tenant:String}`;

function versionOf({ id, digest }: Hop): string {
  return `${id} ${digest}`;
}

/** A set of versions: told twice is told once. */
function sorted(list: readonly DecodedHop[]): DecodedHop[] {
  const versions = new Map(list.map((hop) => [versionOf(hop), hop]));
  return [...versions].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, hop]) => hop);
}

onBothShapes("decoded hops, stored as blocks", (open) => {
  test("any spans and log records come back as they were decoded, in every field", async () => {
    const store = await open();
    await migrate(store);
    for (const signal of ["traces", "logs"] as const) {
      const requests = fc.sample(anyRequest(signal), { numRuns: 40, seed: 3 });
      for (const [index, request] of requests.entries()) {
        const decoded = await decodeBytes(signal, requestBytes(signal, request));
        if (decoded.batch.rows === 0) continue;
        expect(await stored(store, `${signal}-${index}`, decoded.batch)).toEqual(sorted(hops(decoded)));
      }
    }
  }, 120_000);

  test("batches that share a block come back as if each had one of its own", async () => {
    const store = await open();
    await migrate(store);
    for (const signal of ["traces", "logs"] as const) {
      const requests = fc.sample(anyRequest(signal), { numRuns: 60, seed: 4 });
      const decoded = await Promise.all(
        requests.map((request) => decodeBytes(signal, requestBytes(signal, request))),
      );
      const filled = decoded.filter(({ batch }) => batch.rows > 0);
      const located = filled.map(({ batch }) => {
        return { batch, localities: new BigUint64Array(batch.rows).fill(LOCALITY) };
      });
      await store.insertNative("hops", encodeHops(signal, located));
      expect(await back(store, signal)).toEqual(sorted(filled.flatMap(hops)));
    }
  }, 120_000);

  test("a table that was made when resources were kept as text takes them too", async () => {
    const store = await open();
    await migrate(store);
    await store.command("ALTER TABLE hops MODIFY COLUMN resource Map(LowCardinality(String), String)");
    const requests = fc.sample(anyRequest("traces"), { numRuns: 20, seed: 5 });
    for (const [index, request] of requests.entries()) {
      const decoded = await decodeBytes("traces", requestBytes("traces", request));
      if (decoded.batch.rows > 0)
        expect(await stored(store, `former-${index}`, decoded.batch)).toEqual(sorted(hops(decoded)));
    }
  }, 120_000);

  test("CloudEvents, and texts that would be SQL, come back as they were decoded", async () => {
    const store = await open();
    await migrate(store);
    const event = {
      specversion: "1.0",
      id: "1",
      source: "'); DROP TABLE hops",
      type: "\n\nDROP TABLE hops;\n",
      orderid: "ORD\0-1",
    };
    const link = `00-${"ab".repeat(16)}-${"cd".repeat(8)}-01`;
    const batch = JSON.stringify([
      event,
      { ...event, id: "2", traceparent: link, data: { "\n\n": "SELECT 1" } },
    ]);
    const decoded = await decode("events", "application/cloudevents-batch+json", batch);
    expect(decoded.batch.rows).toBe(2);
    expect(await stored(store, "\n\nDROP TABLE hops", decoded.batch)).toEqual(sorted(hops(decoded)));
  });

  test("one span, one bare log, and a thousand spans of three services each make a block", async () => {
    const store = await open();
    await migrate(store);
    const many = Array.from({ length: 1_000 }, (_, index) => ({
      resource: { attributes: [attribute("service.name", { stringValue: `service-${index % 3}` })] },
      scopeSpans: [
        {
          spans: [
            span({
              spanId: (index + 1).toString(16).padStart(16, "0"),
              name: `name ${index}`,
              attributes: [attribute(`key ${index}`)],
            }),
          ],
        },
      ],
    }));
    const requests = [
      await decodeJson("traces", traces(span())),
      await decodeJson("logs", logs(log({ body: null }))),
      await decodeJson("traces", { resourceSpans: many }),
    ];
    for (const [index, decoded] of requests.entries())
      expect(await stored(store, `size-${index}`, decoded.batch)).toEqual(sorted(hops(decoded)));
  });

  test("a duration may be negative", async () => {
    const store = await open();
    await migrate(store);
    const { batch } = await decodeJson("traces", traces(span({ endTimeUnixNano: "1788256799000000000" })));
    const [hop] = await stored(store, "jump", batch);
    expect([hop?.atNs, hop?.endNs]).toEqual([1_788_256_800_000_000_001n, 1_788_256_799_000_000_000n]);
  });
});

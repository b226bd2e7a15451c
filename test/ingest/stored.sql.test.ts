import { describe, expect, test } from "vitest";
import { migrate } from "../../ingest/migrate.ts";
import { placeText } from "../../ingest/refs.ts";
import type { Store } from "../../ingest/store.ts";
import { hopsByLocality, kindsOfValue, refsByValue, storedIn } from "../../ingest/stored.ts";
import { granulesRead, onBothShapes } from "../server.ts";

const DAY = 20_666;
const LIMITS = { placesMax: 100, hopsMax: 1_000 };
const ORDER = { kind: "order.id", value: "ORD-42" };

/** Twenty thousand orders of one hop each over two days, in many granules, and nothing else. */
const CROWD_REFS = `INSERT INTO refs (tenant, value, kind, day, locality) SELECT 'acme', concat('ORD-', toString(number)), 'order.id',
  toDate(${DAY} + number % 2), number FROM numbers(20000)`;
const CROWD_HOPS = `INSERT INTO hops (tenant, locality, at, kind, trace_id, span_id)
  SELECT 'acme', number, toDateTime64(toDate(${DAY} + number % 2), 9, 'UTC'), 'span',
  toFixedString(unhex(leftPad(hex(number), 32, '1')), 16), toFixedString('12345678', 8) FROM numbers(20000)`;

const WHOLE = `INSERT INTO hops
  (tenant, locality, at, kind, trace_id, span_id, parent_id, fact_id, digest, duration, received_at, service, name,
   span_kind, status, severity, message, body, trace_state, attributes, resource, scope_name, scope_version,
   event_at, event_name, event_attributes, link_trace_id, link_span_id, link_attributes,
   dropped_links, dropped_events, dropped_attributes)
  SELECT 'acme', 18446744073709551615, fromUnixTimestamp64Nano(1785600000123456789), 'span',
   unhex('0af7651916cd43dd8448eb211c80319c'), unhex('b7ad6b7169203331'), toFixedString('', 8), toFixedString('', 16),
   4294967295, -5, fromUnixTimestamp64Milli(1785600001000), 'gateway', 'POST /orders', 'server', 'error', 0,
   'timed out', '', 'rojo=1', map('__proto__', 'x', 'order.id', 'ORD-42'), map('service.name', 'gateway'), 'http', '1.0',
   [fromUnixTimestamp64Nano(1785600000123456790)], ['exception'], [map('exception.type', 'Timeout')],
   [unhex('0af7651916cd43dd8448eb211c80319d'), toFixedString('', 16)],
   [unhex('b7ad6b7169203332'), toFixedString('', 8)], [map('a', 'b'), map()], 1, 2, 3`;

async function migrated(open: () => Promise<Store>): Promise<Store> {
  const store = await open();
  await migrate(store);
  return store;
}

onBothShapes("what is stored", (open) => {
  test("all that is told of a hop comes back to the nanosecond, with names that objects would lose", async () => {
    const store = await migrated(open);
    await store.command(WHOLE);
    const places = [{ locality: 18_446_744_073_709_551_615n, day: DAY }];
    expect(await storedIn(store, LIMITS).hops("acme", places)).toEqual([
      {
        id: "0af7651916cd43dd8448eb211c80319cb7ad6b7169203331",
        kind: "span",
        atNs: 1_785_600_000_123_456_789n,
        endNs: 1_785_600_000_123_456_784n,
        receivedNs: 1_785_600_001_000_000_000n,
        service: "gateway",
        name: "POST /orders",
        spanKind: "server",
        status: "error",
        message: "timed out",
        body: "",
        traceId: "0af7651916cd43dd8448eb211c80319c",
        spanId: "b7ad6b7169203331",
        parentId: "",
        attributes: new Map([
          ["__proto__", "x"],
          ["order.id", "ORD-42"],
        ]),
        resource: new Map([["service.name", "gateway"]]),
        links: [
          {
            traceId: "0af7651916cd43dd8448eb211c80319d",
            spanId: "b7ad6b7169203332",
            attributes: new Map([["a", "b"]]),
          },
          { traceId: "", spanId: "", attributes: new Map() },
        ],
        events: [
          {
            atNs: 1_785_600_000_123_456_790n,
            name: "exception",
            attributes: new Map([["exception.type", "Timeout"]]),
          },
        ],
        droppedLinks: 1,
        digest: 4_294_967_295,
      },
    ]);
  });

  test("a version told twice is one hop, another version of the fact is another", async () => {
    const store = await migrated(open);
    for (const digest of [7, 7, 8]) {
      await store.command(
        `INSERT INTO hops (tenant, locality, at, kind, fact_id, digest, name)
         SELECT 'acme', 1, toDateTime64(toDate(${DAY}), 9, 'UTC'), 'log', toFixedString('0123456789abcdef', 16), {digest:UInt32}, 'x'`,
        { digest },
      );
    }
    const hops = await storedIn(store, LIMITS).hops("acme", [{ locality: 1n, day: DAY }]);
    expect(hops.map(({ id, digest }) => [id, digest]).sort((a, b) => Number(a[1]) - Number(b[1]))).toEqual([
      ["30313233343536373839616263646566", 7],
      ["30313233343536373839616263646566", 8],
    ]);
  });

  test("only the places asked for are read, of the tenant who asks, up to the limit", async () => {
    const store = await migrated(open);
    await store.command(CROWD_HOPS);
    const source = storedIn(store, { ...LIMITS, hopsMax: 2 });
    const places = [2n, 4n, 6n].map((locality) => ({ locality, day: DAY }));
    expect(await source.hops("acme", places.slice(0, 1))).toHaveLength(1);
    expect(await source.hops("acme", [{ locality: 2n, day: DAY + 1 }])).toEqual([]);
    expect(await source.hops("other", places)).toEqual([]);
    expect(await source.hops("acme", places)).toHaveLength(2);
    expect(await source.hops("acme", [])).toEqual([]);
  });

  test.each([
    { count: 64, questions: 1, how: "at once" },
    { count: 65, questions: 2, how: "by day" },
  ])(
    "$count places on two days are asked for $how, each is read on its own day, up to the limit",
    async ({ count, questions }) => {
      const store = await migrated(open);
      const at = "toDateTime64(toDate({day:UInt16}), 9, 'UTC')";
      for (const day of [DAY, DAY + 1]) {
        await store.command(
          `INSERT INTO hops (tenant, locality, at, kind, trace_id, span_id, name)
         SELECT 'acme', number, ${at}, 'span', toFixedString(leftPad(toString(number), 16, 'x'), 16),
         toFixedString('12345678', 8), concat(toString(number), '/', toString({day:UInt16})) FROM numbers(100)`,
          { day },
        );
      }
      const places = Array.from({ length: count }, (_, at) => ({
        locality: BigInt(at),
        day: DAY + (at % 2),
      }));
      let asked = 0;
      const counted: Store = {
        ...store,
        query: (sql, params) => {
          asked++;
          return store.query(sql, params);
        },
      };
      const names = (await storedIn(counted, LIMITS).hops("acme", places)).map(({ name }) => name);
      expect(names.sort()).toEqual(places.map(placeText).sort());
      expect(asked).toBe(questions);
      for (const hopsMax of [1, count - 1])
        expect(await storedIn(store, { ...LIMITS, hopsMax }).hops("acme", places)).toHaveLength(hopsMax);
    },
  );

  test("a ref leads to its places, to the newest of them when there are more than are wanted", async () => {
    const store = await migrated(open);
    const rows = [
      [DAY, 5],
      [DAY, 5],
      [DAY + 1, 4],
      [DAY - 1, 18_446_744_073_709_551_615n],
    ] as const;
    for (const [day, locality] of rows) {
      await store.command(
        "INSERT INTO refs (tenant, value, kind, day, locality) SELECT 'acme', 'ORD-42', 'order.id', toDate({day:UInt16}), {locality:UInt64}",
        { day, locality },
      );
    }
    const places = (placesMax: number) => storedIn(store, { ...LIMITS, placesMax }).refs("acme", [ORDER]);
    const all = [
      { ...ORDER, day: DAY + 1, locality: 4n },
      { ...ORDER, day: DAY, locality: 5n },
      { ...ORDER, day: DAY - 1, locality: 18_446_744_073_709_551_615n },
    ];
    expect(new Set((await places(100)).map(placeText))).toEqual(new Set(all.map(placeText)));
    expect(await places(2)).toEqual(all.slice(0, 2));
    expect(await places(1)).toEqual(all.slice(0, 1));
  });

  test("a crowd of another kind that shares the value takes no place of a ref away", async () => {
    const store = await migrated(open);
    // In one part, where the crowd comes first by the alphabet.
    await store.command(
      `INSERT INTO refs (tenant, value, kind, day, locality)
       SELECT 'acme', 'ORD-42', if(number = 77, 'order.id', 'customer.id'), toDate(${DAY}), number FROM numbers(20000)`,
    );
    expect(await storedIn(store, LIMITS).refs("acme", [ORDER])).toEqual([
      { ...ORDER, day: DAY, locality: 77n },
    ]);
  });

  test("a ref is a kind and a value together: the same value under another kind is another", async () => {
    const store = await migrated(open);
    await store.command(
      `INSERT INTO refs (tenant, value, kind, day, locality) SELECT 'acme', 'X', 'order.id', toDate(${DAY}), 1`,
    );
    await store.command(
      `INSERT INTO refs (tenant, value, kind, day, locality) SELECT 'acme', 'X', 'item.id', toDate(${DAY}), 2`,
    );
    await store.command(
      `INSERT INTO refs (tenant, value, kind, day, locality) SELECT 'acme', 'Y', 'order.id', toDate(${DAY}), 3`,
    );
    const source = storedIn(store, LIMITS);
    const refs = await source.refs("acme", [
      { kind: "item.id", value: "X" },
      { kind: "order.id", value: "Y" },
    ]);
    expect(refs.map(({ locality }) => locality).sort()).toEqual([2n, 3n]);
    expect(await source.kindsOf("acme", "X", ["order.id", "item.id", "@trace"])).toEqual([
      "item.id",
      "order.id",
    ]);
    expect(await source.kindsOf("other", "X", ["order.id"])).toEqual([]);
  });
});

describe("the keys prune", () => {
  onBothShapes("among twenty thousand orders", (open) => {
    test("a ref is found by reading next to nothing", async () => {
      const store = await migrated(open);
      await store.command(CROWD_REFS);
      const params = { tenant: "acme", values: ["ORD-7", "ORD-9999"], most: 10 };
      const granules = await granulesRead(store, refsByValue.sql, params);
      expect(granules.of).toBeGreaterThanOrEqual(19);
      expect(granules.read).toBeLessThanOrEqual(3);
      const kinds = await granulesRead(store, kindsOfValue.sql, {
        tenant: "acme",
        value: "ORD-7",
        kinds: ["order.id"],
      });
      expect(kinds.of).toBeGreaterThanOrEqual(19);
      expect(kinds.read).toBeLessThanOrEqual(2);
    });

    test("hops are found by reading one day and a granule or two of it", async () => {
      const store = await migrated(open);
      await store.command(CROWD_HOPS);
      const partition = "20260801";
      const localities = [10_000n, 10_002n];
      const places = localities.map((locality) => `${locality}/${partition}`);
      const params = { tenant: "acme", localities, partitions: [partition], places, limit: 10 };
      const granules = await granulesRead(store, hopsByLocality.sql, params);
      expect(granules.of).toBeGreaterThanOrEqual(20);
      expect(granules.read).toBeLessThanOrEqual(2);
    });
  });
});

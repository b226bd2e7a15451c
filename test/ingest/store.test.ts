import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { openStore, type Store } from "../../ingest/store.ts";
import { freePort, onBothShapes, startServer } from "../server.ts";

/** One column of UInt64 as a Native block. */
function block(column: string, values: readonly bigint[]): Uint8Array {
  const text = (value: string) => Buffer.from([value.length, ...Buffer.from(value)]);
  const data = new BigUint64Array(values);
  return Buffer.concat([
    Buffer.from([1, values.length]),
    text(column),
    text("UInt64"),
    Buffer.from(data.buffer, 0, data.byteLength),
  ]);
}

const NASTY = [
  "",
  "a'b",
  "\\",
  "\\'",
  "x\n\nDROP TABLE kept",
  "\t\r\n\0",
  "{n:UInt64}",
  "'); --",
  "ünï✓",
  "\\N",
  "NULL",
];

onBothShapes("a store", (open) => {
  test("it says which shape it has and answers", async () => {
    const store = await open();
    await store.ping();
    expect(await store.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    expect(["embedded", "server"]).toContain(store.shape);
  });

  test("integers of 64 bits keep every digit, both ways", async () => {
    const store = await open();
    const rows = await store.query("SELECT {u:UInt64} AS u, {i:Int64} AS i, {us:Array(UInt64)} AS us", {
      u: 18_446_744_073_709_551_615n,
      i: "-9223372036854775808",
      us: [1n, 18_446_744_073_709_551_614n],
    });
    expect(rows).toEqual([
      { u: "18446744073709551615", i: "-9223372036854775808", us: ["1", "18446744073709551614"] },
    ]);
  });

  test("a time to the nanosecond survives as an integer", async () => {
    const store = await open();
    const sql = "SELECT toUnixTimestamp64Nano(fromUnixTimestamp64Nano({at:Int64})) AS at";
    expect(await store.query(sql, { at: 1_795_400_172_902_718_662n })).toEqual([
      { at: "1795400172902718662" },
    ]);
  });

  test.each(NASTY)("text comes back as it went in: %j", async (value) => {
    const store = await open();
    const rows = await store.query(
      "SELECT {one:String} AS one, {many:Array(String)} AS many, {no:Nullable(String)} AS no",
      {
        one: value,
        many: [value, "z"],
        no: null,
      },
    );
    expect(rows).toEqual([{ one: value, many: [value, "z"], no: null }]);
  });

  test("a list of twenty thousand values is one question", async () => {
    const store = await open();
    const many = Array.from({ length: 20_000 }, (_, n) => 10n ** 19n + BigInt(n));
    const rows = await store.query("SELECT length({many:Array(UInt64)}) AS n", { many });
    expect(rows).toEqual([{ n: "20000" }]);
  });

  test("Native blocks of any content are data, never SQL", async () => {
    const store = await open();
    await store.command("CREATE TABLE kept (n UInt64) ENGINE = MergeTree ORDER BY n");
    const blankLine = Buffer.from("\n\nDROP TA").readBigUInt64LE();
    await store.insertNative("kept", [block("n", [blankLine, 2n]), block("n", [3n])]);
    const rows = await store.query("SELECT n FROM kept ORDER BY n");
    expect(rows).toEqual([{ n: "2" }, { n: "3" }, { n: String(blankLine) }]);
  });

  test("no blocks are no rows and no fault", async () => {
    const store = await open();
    await store.command("CREATE TABLE kept (n UInt64) ENGINE = MergeTree ORDER BY n");
    await store.insertNative("kept", []);
    expect(await store.query("SELECT count() AS n FROM kept")).toEqual([{ n: "0" }]);
  });

  test("a mistake in making what is inserted is no outage, and stores nothing", async () => {
    const store = await open();
    await store.command("CREATE TABLE halves (n UInt64) ENGINE = MergeTree ORDER BY n");
    function* pieces() {
      yield block("n", [1n]);
      throw new RangeError("a bug of ours");
    }
    await expect(store.insertNative("halves", pieces())).rejects.toThrow("a bug of ours");
    expect(await store.query("SELECT count() AS rows FROM halves")).toEqual([{ rows: "0" }]);
  });

  test("columns missing from a block take their defaults", async () => {
    const store = await open();
    await store.command("CREATE TABLE kept (n UInt64, m UInt8 DEFAULT 7) ENGINE = MergeTree ORDER BY n");
    await store.insertNative("kept", [block("n", [1n])]);
    expect(await store.query("SELECT n, m FROM kept")).toEqual([{ n: "1", m: 7 }]);
  });

  test("one insert may fill more than a hundred days", async () => {
    const store = await open();
    await store.command("CREATE TABLE old (n UInt64) ENGINE = MergeTree PARTITION BY n ORDER BY n");
    const days = Array.from({ length: 120 }, (_, day) => BigInt(day));
    await store.insertNative("old", [block("n", days)]);
    expect(await store.query("SELECT count() AS n FROM old")).toEqual([{ n: "120" }]);
  });

  test("a wrong statement is a bug and stays one, and so is a garbled block", async () => {
    const store = await open();
    await expect(store.query("SELECT nope")).rejects.toMatchObject({ type: "UNKNOWN_IDENTIFIER" });
    await expect(store.query("SELECT {n:UInt64}", {})).rejects.not.toMatchObject({ name: "Failure" });
    await expect(store.insertNative("x; DROP", [])).rejects.toThrow(RangeError);
    await store.command("CREATE TABLE kept (n UInt64) ENGINE = MergeTree ORDER BY n");
    const half = block("n", [1n, 2n]).subarray(0, 20);
    await expect(store.insertNative("kept", [half])).rejects.not.toMatchObject({ name: "Failure" });
    expect(await store.query("SELECT count() AS n FROM kept")).toEqual([{ n: "0" }]);
  });

  test("two questions with values run side by side", async () => {
    const store = await open();
    const start = performance.now();
    const nap = () => store.query("SELECT sleep({seconds:Float64})", { seconds: 0.5 });
    await Promise.all([nap(), nap()]);
    expect(performance.now() - start).toBeLessThan(900);
  });

  test("settings of one question do not stay for the next", async () => {
    const store = await open();
    const threads = () => store.query("SELECT toString(getSetting('max_threads')) AS n");
    const before = await threads();
    await store.query("SELECT 1 SETTINGS max_threads = 1");
    expect(await threads()).toEqual(before);
  });
});

describe("a server that is not there", () => {
  test("is an outage, not a bug, when the store opens", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    await expect(openStore({ url, dataDir: "unused" })).rejects.toMatchObject({ code: "store_unavailable" });
  });

  test("is an outage when it dies in between, and over when it is back", async () => {
    const server = await startServer();
    const store = await openStore({ url: server.url, database: "waybill_outage", dataDir: "unused" });
    if (process.env["CLICKHOUSE_URL"]) return store.close();
    await store.ping();
    await server.stop();
    const outage = { code: "store_unavailable", retryable: true };
    await expect(store.ping()).rejects.toMatchObject(outage);
    await expect(store.query("SELECT 1")).rejects.toMatchObject(outage);
    await expect(store.command("SELECT 1")).rejects.toMatchObject(outage);
    await expect(store.insertNative("kept", [block("n", [1n])])).rejects.toMatchObject(outage);
    const again = await startServer({ port: Number(new URL(server.url).port) });
    await sleep(10);
    await again.stop().then(() => store.close());
  });

  test.each(["localhost:8123", "ftp://x", "not a url"])(
    "an address that is none is said at once: %s",
    async (url) => {
      await expect(openStore({ url, dataDir: "unused" })).rejects.toMatchObject({ code: "config" });
    },
  );
});

test("what answers in a server's place is not believed, whatever it says", async () => {
  const gateway = createServer((request, response) => {
    request.resume().on("end", () => response.end("<html>Welcome</html>\n"));
  });
  gateway.listen(0, "127.0.0.1");
  await once(gateway, "listening");
  const { port } = gateway.address() as AddressInfo; // it listens on TCP
  await expect(openStore({ url: `http://127.0.0.1:${port}`, dataDir: "" })).rejects.toThrow(
    "Something else answers in ClickHouse's place.",
  );
  gateway.close();
});

/** A server that loses the answers to whatever names `lost`, and is away at the first ping after that. */
async function forgetful() {
  let isAway = false;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on("data", (chunk: Buffer) => chunks.push(chunk))
      .on("end", () => {
        const asked = `${request.url} ${Buffer.concat(chunks)}`;
        if (asked.includes("lost")) {
          isAway = true;
          return;
        }
        response.statusCode = request.url === "/ping" && isAway ? 503 : 200;
        if (request.url === "/ping") isAway = false;
        response.setHeader("x-clickhouse-query-id", "1").end("Ok.\n");
      });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const store = await openStore({ url: `http://127.0.0.1:${port}`, dataDir: "" });
  const close = async () => {
    await store.close();
    server.closeAllConnections();
    server.close();
  };
  return { store, close };
}

test.concurrent.each<[what: string, ask: (store: Store) => Promise<unknown>]>([
  ["question", (store) => store.query("SELECT 1 AS lost")],
  ["statement", (store) => store.command("OPTIMIZE TABLE lost")],
  ["block", (store) => store.insertNative("lost", [block("n", [1n])])],
])(
  "a %s whose answer was lost while a server was away fails once it is back",
  async (_, ask) => {
    const { store, close } = await forgetful();
    const beganMs = performance.now();
    await expect(ask(store)).rejects.toThrow("The store did not answer.");
    expect(performance.now() - beganMs).toBeLessThan(15_000);
    await close();
  },
  30_000,
);

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseConfig, portsOf, renderEnvExample } from "../config.ts";
import { Failure } from "../errors.ts";

const TOKEN = "s3cret-token-that-nobody-may-see";

/** The problems of an environment, one a line; empty when it is fine. */
function problems(env: Record<string, string>): string[] {
  try {
    parseConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "config") throw error;
    return error.detail.split("\n");
  }
}

test("an empty environment gives a service on loopback with the embedded store", () => {
  expect(parseConfig({})).toEqual({
    host: "127.0.0.1",
    otlpPort: 4318,
    apiPort: 8080,
    token: null,
    role: "all",
    dataDir: "./.waybill",
    definitionsPath: "./waybill.yaml",
    clickhouse: null,
    bodyBytesMax: 67_108_864,
    corsOrigins: [],
    publicUrl: null,
    journalBytesMax: 4_294_967_296,
    logLevel: "info",
  });
});

test("every process listens at the API's port, and who takes data in at that for data too", () => {
  const server = { WAYBILL_CLICKHOUSE_URL: "http://ch:8123" };
  const ports = ["all", "ingest", "query"].map((role) =>
    portsOf(parseConfig({ ...server, WAYBILL_ROLE: role })),
  );
  expect(ports).toEqual([[4318, 8080], [4318, 8080], [8080]]);
});

test("empty means unset, and what is not ours is not looked at", () => {
  expect(parseConfig({ WAYBILL_API_PORT: "", WAYBILL_HOST: "  ", PATH: "/bin", WAY: "x" })).toEqual(
    parseConfig({}),
  );
});

test("an unknown setting is an error that names the one that was meant", () => {
  expect(problems({ WAYBILL_API_PROT: "1" })).toEqual([
    "WAYBILL_API_PROT is not a setting; did you mean WAYBILL_API_PORT?",
  ]);
  expect(problems({ WAYBILL_COLOUR_SCHEME: "1" })).toEqual(["WAYBILL_COLOUR_SCHEME is not a setting"]);
});

test("every problem is told in one go", () => {
  expect(
    problems({ WAYBILL_API_PORT: "99999", WAYBILL_ROLE: "both", WAYBILL_TOKEN: "short", WAYBILL_X: "1" }),
  ).toHaveLength(4);
});

test.each(["0", "1", "65535"])("port %s is a port", (port) => {
  expect(parseConfig({ WAYBILL_API_PORT: port }).apiPort).toBe(Number(port));
});

test.each(["65536", "-1", "8e3", "80.5", "0x50", "http", "99999999999999999999"])(
  "port %s is none",
  (port) => {
    expect(problems({ WAYBILL_API_PORT: port })).toEqual([
      "WAYBILL_API_PORT must be a whole number from 0 to 65535",
    ]);
  },
);

test("one port cannot serve both doors, but both may take a free one", () => {
  expect(problems({ WAYBILL_API_PORT: "4318" })[0]).toMatch(/must differ from WAYBILL_OTLP_PORT/);
  expect(problems({ WAYBILL_API_PORT: "0", WAYBILL_OTLP_PORT: "0" })).toEqual([]);
});

test("a process that only answers needs a server to ask", () => {
  expect(problems({ WAYBILL_ROLE: "query" })[0]).toMatch(/WAYBILL_ROLE=query needs WAYBILL_CLICKHOUSE_URL/);
  expect(problems({ WAYBILL_ROLE: "query", WAYBILL_CLICKHOUSE_URL: "http://127.0.0.1:8123" })).toEqual([]);
});

describe("a host beyond loopback", () => {
  test.each(["0.0.0.0", "::", "10.0.0.1", "waybill.internal", "127.0.0.1.evil.example"])(
    "%s needs a token, and why is said",
    (host) => {
      expect(problems({ WAYBILL_HOST: host })[0]).toMatch(/set WAYBILL_TOKEN, or anybody/);
      expect(problems({ WAYBILL_HOST: host, WAYBILL_TOKEN: TOKEN })).toEqual([]);
    },
  );

  test.each(["127.0.0.1", "127.1.2.3", "::1", "localhost"])("%s is not one", (host) => {
    expect(problems({ WAYBILL_HOST: host })).toEqual([]);
  });
});

describe("origins of pages that may send", () => {
  test("are listed with commas between, and none by default", () => {
    const origins = (text: string) => parseConfig({ WAYBILL_CORS_ORIGINS: text }).corsOrigins;
    expect(origins("https://shop.example, http://localhost:3000")).toEqual([
      "https://shop.example",
      "http://localhost:3000",
    ]);
    expect(origins("*")).toEqual(["*"]);
    expect(parseConfig({}).corsOrigins).toEqual([]);
  });

  test.each([
    "shop.example",
    "https://shop.example/",
    "https://Shop.example",
    "https://*.shop.example/x",
    "null",
  ])("are not such as %s, which no browser would send", (text) => {
    expect(problems({ WAYBILL_CORS_ORIGINS: text })[0]).toMatch(
      /WAYBILL_CORS_ORIGINS must be origins such as/,
    );
  });
});

describe("a ClickHouse server", () => {
  test("may have user, password and database in its address", () => {
    expect(
      parseConfig({ WAYBILL_CLICKHOUSE_URL: "https://ann:p%40ss@ch.example:8443/orders" }).clickhouse,
    ).toEqual({
      url: "https://ch.example:8443",
      username: "ann",
      password: "p@ss",
      database: "orders",
    });
  });

  test("or in settings of their own", () => {
    const env = {
      WAYBILL_CLICKHOUSE_URL: "http://127.0.0.1:8123",
      WAYBILL_CLICKHOUSE_USER: "ann",
      WAYBILL_CLICKHOUSE_PASSWORD: "p@ss%",
      WAYBILL_CLICKHOUSE_DATABASE: "orders",
    };
    const server = { url: "http://127.0.0.1:8123", username: "ann", password: "p@ss%", database: "orders" };
    expect(parseConfig(env).clickhouse).toEqual(server);
  });

  test("but not in both", () => {
    const url = "http://ann@ch:8123/orders";
    expect(problems({ WAYBILL_CLICKHOUSE_URL: url, WAYBILL_CLICKHOUSE_USER: "bob" })).toEqual([
      "WAYBILL_CLICKHOUSE_USER is also in WAYBILL_CLICKHOUSE_URL",
    ]);
  });

  test("has no password when there is no server", () => {
    expect(problems({ WAYBILL_CLICKHOUSE_PASSWORD: "p" })[0]).toMatch(
      /does nothing without WAYBILL_CLICKHOUSE_URL/,
    );
  });

  test.each(["ch:8123", "tcp://ch:9000", "http://ch/a/b", "http://ch?x=1", "http://u:100%@ch"])(
    "is not found at %s",
    (url) => {
      expect(problems({ WAYBILL_CLICKHOUSE_URL: url })).toHaveLength(1);
    },
  );
});

test("no problem ever shows a value, for it may be a secret", () => {
  const env = {
    WAYBILL_TOKEN: `${TOKEN} with a space`,
    WAYBILL_CLICKHOUSE_URL: `ftp://ann:${TOKEN}@ch`,
    WAYBILL_CLICKHOUSE_DATABASE: `${TOKEN};`,
    WAYBILL_ROLE: TOKEN,
    WAYBILL_API_PORT: TOKEN,
    WAYBILL_TOKNE: TOKEN,
  };
  expect(problems(env)).toHaveLength(6);
  expect(problems(env).join("\n")).not.toContain(TOKEN);
});

test("the example environment is what the settings say of themselves", () => {
  const committed = readFileSync(new URL("../.env.example", import.meta.url), "utf8");
  expect(committed).toBe(renderEnvExample());
});

test("the example environment, uncommented, is a valid one and changes nothing", () => {
  const lines = renderEnvExample().match(/^# WAYBILL_.*$/gm) ?? [];
  const env = Object.fromEntries(lines.map((line) => line.slice(2).split("=")));
  expect(Object.keys(env)).toContain("WAYBILL_TOKEN");
  expect(parseConfig(env)).toEqual(parseConfig({}));
});

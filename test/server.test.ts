import { afterAll, beforeAll, expect, test } from "vitest";
import { type Server, startServer } from "./server.ts";

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const ask = async (sql: string) => (await fetch(server.url, { method: "POST", body: sql })).text();

test("the test server is a real ClickHouse that keeps what it is told", async () => {
  expect(await ask("SELECT version()")).toMatch(/^\d+\.\d+/);
  await ask("CREATE OR REPLACE TABLE default.kept (n UInt64) ENGINE = MergeTree ORDER BY n");
  await ask("INSERT INTO default.kept VALUES (42)");
  expect(await ask("SELECT n FROM default.kept")).toBe("42\n");
  await ask("DROP TABLE default.kept");
});

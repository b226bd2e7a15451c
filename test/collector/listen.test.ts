import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { listen } from "../../collector/listen.ts";

function server() {
  const opened = createServer();
  onTestFinished(() => void opened.close());
  return opened;
}

test("port 0 takes a free port and says which", async () => {
  expect(
    await listen(server(), { host: "127.0.0.1", port: 0, setting: "WAYBILL_OTLP_PORT" }),
  ).toBeGreaterThan(0);
});

test("a port that is taken is named, with the setting that chooses another", async () => {
  const port = await listen(server(), { host: "127.0.0.1", port: 0, setting: "WAYBILL_OTLP_PORT" });
  await expect(
    listen(server(), { host: "127.0.0.1", port, setting: "WAYBILL_API_PORT" }),
  ).rejects.toMatchObject({
    code: "in_use",
    detail: `port ${port} is taken by another process; set WAYBILL_API_PORT`,
  });
});

test("an address of another machine is named", async () => {
  await expect(
    listen(server(), { host: "192.0.2.1", port: 0, setting: "WAYBILL_OTLP_PORT" }),
  ).rejects.toMatchObject({
    code: "config",
    detail: "192.0.2.1 is not an address of this machine; set WAYBILL_HOST",
  });
});

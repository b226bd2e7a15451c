import { connect, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { listen } from "../../collector/listen.ts";

function server() {
  const opened = createServer();
  onTestFinished(() => void opened.close());
  return opened;
}

test("port 0 takes a free port and says which", async () => {
  expect(
    await listen(server(), { host: "127.0.0.1", port: 0, setting: "WAYBILL_OTLP_PORT", share: 1 }),
  ).toBeGreaterThan(0);
});

test("a port that is taken is named, with the setting that chooses another", async () => {
  const port = await listen(server(), { host: "127.0.0.1", port: 0, setting: "WAYBILL_OTLP_PORT", share: 1 });
  await expect(
    listen(server(), { host: "127.0.0.1", port, setting: "WAYBILL_API_PORT", share: 1 }),
  ).rejects.toMatchObject({
    code: "in_use",
    detail: `port ${port} is taken by another process; set WAYBILL_API_PORT`,
  });
});

test("an address of another machine is named", async () => {
  await expect(
    listen(server(), { host: "192.0.2.1", port: 0, setting: "WAYBILL_OTLP_PORT", share: 1 }),
  ).rejects.toMatchObject({
    code: "config",
    detail: "192.0.2.1 is not an address of this machine; set WAYBILL_HOST",
  });
});

test("a door closes what comes beyond its share of the files, and lets others in once some have left", async () => {
  const door = server();
  const here = new Set<Socket>();
  door.on("connection", (socket) => {
    here.add(socket);
    socket.on("error", () => undefined).on("close", () => here.delete(socket));
  });
  let dropped = 0;
  door.on("drop", () => {
    dropped += 1;
  });
  const port = await listen(door, { host: "127.0.0.1", port: 0, setting: "WAYBILL_OTLP_PORT", share: 0 });
  const clients = Array.from({ length: 20 }, () => connect(port, "127.0.0.1").on("error", () => undefined));
  await expect.poll(() => [here.size, dropped]).toEqual([16, 4]);
  for (const client of clients) client.destroy();
  await expect.poll(() => here.size).toBe(0);
  const late = connect(port, "127.0.0.1");
  await expect.poll(() => here.size).toBe(1);
  late.destroy();
});

/** Where alerts may be sent, and where not. */
import { afterEach, expect, test } from "vitest";
import { deliver, isPrivate } from "../../slo/deliver.ts";
import { Outbox } from "../../slo/outbox.ts";
import { signatureOf } from "../../slo/payloads.ts";
import { openReceiver, type Receiver } from "./receiver.ts";

const opened: Receiver[] = [];
afterEach(async () => {
  for (const receiver of opened.splice(0)) await receiver.close();
});

async function receiver(headers?: Record<string, string>): Promise<Receiver> {
  const one = await openReceiver(headers);
  opened.push(one);
  return one;
}

const parcel = (url: string, allowPrivate = false) => ({ url, allowPrivate, headers: {}, body: "{}" });

test.each([
  "127.0.0.1",
  "127.255.255.254",
  "10.1.2.3",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "169.254.169.254",
  "100.64.0.1",
  "0.0.0.0",
  "224.0.0.1",
  "255.255.255.255",
  "::1",
  "::",
  "::ffff:127.0.0.1",
  "::ffff:a00:1",
  "64:ff9b::7f00:1",
  "fc00::1",
  "fd12::1",
  "fe80::1",
  "ff02::1",
  "2002:7f00:1::",
  "nonsense",
])("%s is private", (address) => expect(isPrivate(address)).toBe(true));

test.each(["8.8.8.8", "172.32.0.1", "192.169.0.1", "100.128.0.1", "2606:4700::1111"])(
  "%s is public",
  (address) => expect(isPrivate(address)).toBe(false),
);

test.each([
  (port: string) => `http://127.0.0.1:${port}/`,
  (port: string) => `http://localhost:${port}/`,
  (port: string) => `http://0x7f.1:${port}/`,
  (port: string) => `http://2130706433:${port}/`,
  (port: string) => `http://0:${port}/`,
  (port: string) => `http://[::ffff:127.0.0.1]:${port}/`,
  () => "http://169.254.169.254/latest/meta-data/",
])("nothing is sent to this machine or its neighbours, however the address is written (%#)", async (url) => {
  const { received, url: own } = await receiver();
  const delivered = await deliver(parcel(url(new URL(own).port)));
  expect(delivered).toMatchObject({ ok: false, again: false, why: expect.stringContaining("allow_private") });
  expect(received).toEqual([]);
});

test("it is sent there when that is allowed", async () => {
  const { received, url } = await receiver();
  expect(await deliver({ ...parcel(`${url}/hook?a=1`, true), headers: { "x-a": "1" } })).toEqual({
    ok: true,
  });
  expect(received).toMatchObject([{ path: "/hook?a=1", body: "{}", headers: { "x-a": "1" } }]);
});

test("a redirect is an answer, not a place to go", async () => {
  const elsewhere = await receiver();
  const { answers, url } = await receiver({ location: elsewhere.url });
  answers.push(302);
  expect(await deliver(parcel(url, true))).toMatchObject({ ok: false, again: false });
  expect(elsewhere.received).toEqual([]);
});

test.each([
  { status: 500, again: true },
  { status: 503, again: true },
  { status: 429, again: true },
  { status: 400, again: false },
  { status: 404, again: false },
])(
  "after $status, trying again is $again; what the answer said is shown to nobody",
  async ({ status, again }) => {
    const { answers, url } = await receiver();
    answers.push(status);
    const delivered = await deliver(parcel(url, true));
    expect(delivered).toEqual({ ok: false, again, why: `it answered ${status}` });
  },
);

test("nobody there is worth another try", async () => {
  const { url, close } = await openReceiver();
  await close();
  expect(await deliver(parcel(url, true))).toMatchObject({
    ok: false,
    again: true,
    why: "no answer (ECONNREFUSED)",
  });
});

const QUICK = { waitingMax: 2, triesMax: 4, firstMs: 1, longestMs: 4 };

test("an outbox tries until it is delivered", async () => {
  const { answers, received, url } = await receiver();
  answers.push(500, 503);
  const outbox = new Outbox(QUICK);
  const done: unknown[] = [];
  outbox.put({ key: "a", send: () => deliver(parcel(url, true)), onDone: (each) => void done.push(each) });
  await outbox.settled();
  expect(received).toHaveLength(3);
  expect(done).toEqual([{ ok: true }]);
  expect([outbox.delivered, outbox.lost]).toEqual([1, 0]);
});

test("an outbox gives up in the end, and at once on what will never be taken", async () => {
  const { answers, received, url } = await receiver();
  answers.push(500, 500, 500, 500, 400);
  const outbox = new Outbox(QUICK);
  for (const key of ["a", "b"]) outbox.put({ key, send: () => deliver(parcel(url, true)), onDone: () => {} });
  await outbox.settled();
  expect(received).toHaveLength(5);
  expect([outbox.delivered, outbox.lost]).toEqual([0, 2]);
});

test("an outbox holds so many letters, the newest", async () => {
  const outbox = new Outbox(QUICK);
  const sent: string[] = [];
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  for (const key of ["a", "b", "c", "d"]) {
    const send = async () => {
      await gate;
      sent.push(key);
      return { ok: true } as const;
    };
    outbox.put({ key, send, onDone: () => {} });
  }
  open();
  await outbox.settled();
  expect(sent).toEqual(["a", "c", "d"]);
  expect(outbox.lost).toBe(1);
});

test("a signature is over the time and the body", () => {
  // printf '1773144000.{}' | openssl dgst -sha256 -hmac s3cret
  expect(signatureOf("{}", "s3cret", 1_773_144_000_500)).toBe(
    "t=1773144000,v1=b05da57f36703e2c822198fd5fc8a789e58ec051b411019fd8934d3124c6b383",
  );
});

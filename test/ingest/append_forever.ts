/** Appends deliveries to the journal of a folder until it is killed, and says the number of each one acknowledged. */
import { writeSync } from "node:fs";
import type { Envelope } from "../../collector/request.ts";
import { openJournal } from "../../ingest/journal.ts";

const [dataDir = "", first = "0"] = process.argv.slice(2);
const ENVELOPE: Envelope = {
  signal: "traces",
  contentType: "application/json",
  contentEncoding: "",
  receivedMs: 0,
  tenant: "acme",
  sender: "",
  headers: {},
};

const journal = await openJournal({ dataDir, bytesMax: 2 ** 30, segmentBytesMax: 200_000 });
let next = Number(first);
const appendForever = async () => {
  for (;;) {
    const number = next++;
    await journal.append(ENVELOPE, Buffer.from(`${number}:${"x".repeat(number % 5_000)}`));
    writeSync(1, `${number}\n`);
  }
};
await Promise.all(Array.from({ length: 8 }, appendForever));

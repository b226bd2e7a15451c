/**
 * Speed: how many times as fast as protobufjs our decoder reads the same bytes; prints the ratio.
 *
 * Run as a program of its own, bundled as it is: the test runner's modules slow calls between ours, and no others.
 * A ratio, because machines differ and are busy; the best of short rounds in turns, because noise only ever slows.
 */
import { gunzipSync } from "node:zlib";
import { Bodies } from "../../bench/load/bodies.ts";
import { SERVICES } from "../../bench/shop.ts";
import { newColumns } from "../../collector/decoder/columns.ts";
import { takeExport } from "../../collector/decoder/envelope.ts";
import { SPANS } from "../../collector/decoder/traces.ts";
import { protobufjsDecoder, RECEIVED_MS } from "./otlp.ts";

const ROUNDS = 40;

/** One request of each service: 400-byte spans with ten attributes, as the bench sends them. */
function requests(): Uint8Array[] {
  const bodies = new Bodies("protobuf");
  const wave = { seed: 1, from: 0, journeys: 400, atMs: RECEIVED_MS - 5_000, services: SERVICES.length };
  return SERVICES.flatMap((_name, service) => {
    const body = bodies.whole(wave, service);
    return body === null ? [] : [gunzipSync(body.bytes)];
  });
}

function cpuMicros(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

const bodies = requests();
const read = protobufjsDecoder("traces");
let [ours, theirs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
for (let round = 0; round < ROUNDS; round++) {
  const decode = () => {
    for (const body of bodies) takeExport(body, newColumns(RECEIVED_MS, body.length), SPANS);
  };
  const other = () => {
    for (const body of bodies) read(body);
  };
  ours = Math.min(ours, cpuMicros(decode));
  theirs = Math.min(theirs, cpuMicros(other));
}
process.stdout.write(`${theirs / ours}\n`);

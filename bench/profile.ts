/**
 * Profile: where the CPU of JavaScript goes, by part of the product.
 *
 *   *.cpuprofile → [profile] → share of each part
 *
 * V8's sampling profiler, written when the service ends: every sample counts for the function that ran, by the file it
 * is in. What runs outside JavaScript (gzip, fsync, the engine) is not in it: machine.ts tells of that by thread.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const Profile = z.object({
  nodes: z.array(
    z.object({ id: z.number(), callFrame: z.object({ functionName: z.string(), url: z.string() }) }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

/** Parts by the file that ran; the first that fits. */
const PARTS: readonly (readonly [part: string, file: RegExp])[] = [
  ["decode", /\/collector\/decoder\//],
  ["http", /\/collector\/|node:(?:_?http|net|internal\/(?:streams|stream_base|timers|webstreams))/],
  ["gunzip", /node:zlib/],
  ["journal", /\/ingest\/(?:journal|append|extent|segments?|folder)\.[jt]s/],
  [
    "insert",
    /\/ingest\/(?:blocks|native\w*|store|chdb|client|journeys|letter\w*)\.[jt]s|node_modules\/(?:chdb|@clickhouse)/,
  ],
  ["stitch", /\/ingest\//],
  ["slo", /\/slo\//],
  ["query", /\/query\/|node_modules\/(?:hono|@hono)/],
];

/** Seconds of CPU by part, summed over all profiles of a folder. `idle` is left out. */
export function cpuByPart(folder: string): Record<string, number> {
  const seconds: Record<string, number> = {};
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".cpuprofile"))) {
    const { nodes, samples, timeDeltas } = Profile.parse(
      JSON.parse(readFileSync(join(folder, name), "utf8")),
    );
    const parts = new Map(nodes.map(({ id, callFrame }) => [id, partOf(callFrame)]));
    samples.forEach((id, at) => {
      const part = parts.get(id) ?? "other";
      if (part !== "idle") seconds[part] = (seconds[part] ?? 0) + (timeDeltas[at] ?? 0) / 1e6;
    });
  }
  return seconds;
}

function partOf({ functionName, url }: { readonly functionName: string; readonly url: string }): string {
  if (functionName === "(idle)" || functionName === "(program)") return functionName.slice(1, -1);
  if (functionName === "(garbage collector)") return "garbage";
  return PARTS.find(([, file]) => file.test(url))?.[0] ?? "other";
}

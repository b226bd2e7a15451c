/**
 * Table: the figures of a run for people, a line each, with what must be and what we aim for.
 *
 *   Measured → [table] → text
 *
 * Targets are for two cores with the load generator on the same machine. A figure without a target says what bounds
 * another one.
 */
import type { Measured } from "./figures.ts";
import type { IngestFigures } from "./parts/ingest.ts";
import type { Recount } from "./recount.ts";

type Line = readonly [what: string, figure: string, target?: string];

/** The figures as an aligned table. */
export function renderTable(measured: Measured, head: string): string {
  const lines = [
    ...floorLines(measured),
    ...loadLines("ingest", measured.ingest, "must 100,000, aim 200,000"),
    ...loadLines("json", measured.json, "must 40,000, aim 100,000"),
    ...batchLines(measured),
    ...answerLines(measured),
    ...sizeLines(measured),
    ...cpuLines(measured),
  ];
  const width = (column: 0 | 1) => Math.max(0, ...lines.map((line) => line[column].length));
  const [first, second] = [width(0), width(1)];
  const rows = lines.map(([what, figure, target = ""]) =>
    `${what.padEnd(first)}  ${figure.padStart(second)}  ${target}`.trimEnd(),
  );
  return [head, "", ...rows].join("\n");
}

function floorLines({ floors }: Measured): Line[] {
  if (floors === null) return [];
  return [
    ["floor: gunzip only, one thread", perSecond(floors.gunzipPerSecond)],
    ["floor: decode only, one thread", perSecond(floors.decodePerSecond)],
    ["floor: JSON decode only, one thread", perSecond(floors.jsonDecodePerSecond)],
    ["floor: insert only, same blocks", perSecond(floors.insertPerSecond)],
    ["floor: CPU of an insert, per million", seconds(floors.insertCpuPerMillion)],
  ];
}

function loadLines(name: string, load: IngestFigures | null, target: string): Line[] {
  if (load === null) return [];
  const { watched, cpuPerMillion: cpu, halfLoad } = load;
  const parts = watched.samples.map((sample) => sample.parts);
  return [
    [`${name}: acked and stored`, perSecond(load.spansPerSecond), target],
    [
      `${name}: acked`,
      perSecond(load.ackedPerSecond),
      `for ${seconds(load.seconds)}, ${load.refused} refusals`,
    ],
    [`${name}: ack p50 / p99`, pair(load.ack.p50Ms, load.ack.p99Ms), "at that speed"],
    ...(halfLoad === null
      ? []
      : [
          [
            `${name}: ack p50 / p99 at half load`,
            pair(halfLoad.p50Ms, halfLoad.p99Ms),
            `p99 must 50 ms, aim 25 ms; at ${perSecond(halfLoad.spansPerSecond)}`,
          ] as const,
        ]),
    ...(cpu === null
      ? []
      : [
          [
            `${name}: CPU per million spans`,
            seconds(cpu.total),
            `main thread ${seconds(cpu.main)}, Node's others ${seconds(cpu.pool)}, engine ${seconds(cpu.engine)}, merges ${seconds(cpu.merge)}`,
          ] as const,
        ]),
    [`${name}: CPU of the load generator`, seconds(load.generatorCpuPerMillion), "per million spans"],
    [`${name}: parts, first, most, last`, `${parts[0]}, ${Math.max(...parts)}, ${parts.at(-1)}`],
    [`${name}: rows merged per row inserted`, fixed(watched.mergedPerInserted)],
    [`${name}: peak memory`, mib(watched.peakBytes)],
    recountLine(name, load.recount),
  ];
}

function recountLine(name: string, recount: Recount): Line {
  const verdict = recount.right ? "right" : "WRONG";
  return [
    `${name}: recount`,
    verdict,
    recount.right ? `${number(recount.spans)} spans, each once` : recount.wrong.join("; "),
  ];
}

function batchLines({ batches }: Measured): Line[] {
  return (batches ?? []).map((batch) => [
    `batches of ${batch.spansPerRequest}`,
    perSecond(batch.spansPerSecond),
    `${number(batch.requestsPerSecond)} requests/s, ack ${pair(batch.p50Ms, batch.p99Ms)}`,
  ]);
}

function answerLines({ lookup, freshness, slo, restart }: Measured): Line[] {
  return [
    ...(lookup === null
      ? []
      : [
          [
            "lookup: idle, p50 / p99",
            pair(lookup.idle.p50Ms, lookup.idle.p99Ms),
            `must 25 / 75, aim 10 / 25; ${number(lookup.storedSpans)} spans, ${lookup.days} days, ${lookup.parts} parts`,
          ] as const,
          ["lookup: the same orders again, p50 / p99", pair(lookup.again.p50Ms, lookup.again.p99Ms)] as const,
          [
            "lookup: under load, p50 / p99",
            pair(lookup.underLoad.p50Ms, lookup.underLoad.p99Ms),
            `p99 must 150, aim 80; at ${perSecond(lookup.loadPerSecond)}`,
          ] as const,
          [
            "lookup: of an unknown order, p50 / p99",
            pair(lookup.unknown.p50Ms, lookup.unknown.p99Ms),
          ] as const,
          ...Object.entries(lookup.lists).map(
            ([name, took]) => [`lists: ${name}, p50 / p99`, pair(took.p50Ms, took.p99Ms)] as const,
          ),
        ]),
    ...(freshness === null
      ? []
      : [
          [
            "freshness: acked to told, p50 / p99",
            pair(freshness.p50Ms, freshness.p99Ms),
            `p99 must 2000, aim 100; at ${perSecond(freshness.loadPerSecond)}, ${freshness.count} probes`,
          ] as const,
        ]),
    ...(slo === null
      ? []
      : [
          [
            "slo: evaluation",
            ms(slo.evaluationMs),
            `must 1000, aim 50; ${slo.objectives} objectives, ${number(slo.journeys)} journeys, first ${ms(slo.firstMs)}`,
          ] as const,
        ]),
    ...(restart === null
      ? []
      : [
          [
            "restart: until it takes data",
            seconds(restart.seconds),
            `must 60 s, aim 10 s; ${number(restart.openJourneys)} open, journal ${mib(restart.journalBytes)}, caught up after ${seconds(restart.catchUpSeconds)}`,
          ] as const,
          recountLine("restart", restart.recount),
        ]),
  ];
}

function sizeLines({ disk, memory }: Measured): Line[] {
  const tables = Object.entries(disk?.byTable ?? {}).map(([table, bytes]) => `${table} ${bytes.toFixed(1)}`);
  return [
    ...(disk === null
      ? []
      : [
          [
            "disk: a span, all tables and indexes",
            `${disk.bytesPerSpan.toFixed(1)} B`,
            `must 60, aim 45; ${tables.join(", ")}`,
          ] as const,
        ]),
    ...(memory === null
      ? []
      : [
          [
            "memory: an open journey, JavaScript",
            `${number(memory.bytesPerOpenJourney ?? 0)} B`,
            `must 500, aim 250; ${number(memory.openJourneys)} open`,
          ] as const,
          [
            "memory: an open journey, whole process",
            `${number(memory.residentBytesPerOpenJourney ?? 0)} B`,
            `the engine included; ${mib(memory.residentBytes)} in all`,
          ] as const,
        ]),
  ];
}

function cpuLines({ cpu }: Measured): Line[] {
  if (cpu === null) return [];
  const parts = Object.entries(cpu.javascriptByPart).sort(([, a], [, b]) => b - a);
  return parts.map(([part, taken]) => [`cpu: ${part}, per million`, seconds(taken)]);
}

function perSecond(value: number): string {
  return `${number(value)}/s`;
}

function number(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function ms(value: number | null): string {
  return value === null ? "–" : `${value.toFixed(1)} ms`;
}

function pair(first: number | null, second: number | null): string {
  return `${first?.toFixed(1) ?? "–"} / ${ms(second)}`;
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}

function fixed(value: number | null): string {
  return value === null ? "–" : value.toFixed(2);
}

function mib(bytes: number | null): string {
  return bytes === null ? "–" : `${number(bytes / 2 ** 20)} MiB`;
}

import { defineConfig } from "vitest/config";

/** Ratios of speed: taken before anything else runs, for whoever shares a processor's caches changes them. */
const ALONE = "test/collector/speed.test.ts";

/**
 * Each file in a process of its own: what looks at its process, its memory, its time or its threads, for others would have
 * left their traces there; and thousands of made-up worlds, whose code is compiled for nothing else then.
 */
const OWN = [
  "test/collector/{columns,columns_memory,receiver}.test.ts",
  "test/ingest/{nice,settle,slots}.test.ts",
  "test/**/*.prop.test.ts",
];

/**
 * chDB is one engine per process and crashes in worker threads: tests run in forked processes. Most files share
 * two: starting one for each takes longer than most of them do.
 */
export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: "alone", include: [ALONE], sequence: { groupOrder: 0 } } },
      { extends: true, test: { name: "own", include: OWN, sequence: { groupOrder: 1 } } },
      {
        extends: true,
        test: {
          name: "all",
          include: ["test/**/*.test.ts"],
          exclude: [ALONE, ...OWN],
          isolate: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});

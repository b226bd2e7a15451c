import { defineConfig } from "vitest/config";

/** Ratios of speed: taken before anything else runs, for whoever shares a processor's caches changes them. */
const ALONE = "test/collector/speed.test.ts";

/** Thousands of made-up worlds each: in a process of its own the code that they run hot is compiled for nothing else. */
const LAWS = "test/**/*.prop.test.ts";

/**
 * chDB is one engine per process and crashes in worker threads: tests run in forked processes. All but a few share two:
 * starting one for each file takes longer than most files do.
 */
export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: "alone", include: [ALONE], sequence: { groupOrder: 0 } } },
      { extends: true, test: { name: "laws", include: [LAWS], sequence: { groupOrder: 1 } } },
      {
        extends: true,
        test: {
          name: "all",
          include: ["test/**/*.test.ts"],
          exclude: [ALONE, LAWS],
          isolate: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});

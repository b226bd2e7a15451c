import { defineConfig } from "vitest/config";

/** Ratios of speed: taken before anything else runs, for whoever shares a processor's caches changes them. */
const ALONE = ["test/collector/speed.test.ts"];

/** chDB is one engine per process and crashes in worker threads: every test file gets its own forked process. */
export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: "alone", include: ALONE, sequence: { groupOrder: 0 } } },
      {
        extends: true,
        test: {
          name: "all",
          include: ["test/**/*.test.ts"],
          exclude: ALONE,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

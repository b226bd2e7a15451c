import { defineConfig } from "vitest/config";

/** chDB is one engine per process and crashes in worker threads: every test file gets its own forked process. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});

import { defineConfig } from "vitest/config";

/** `npm run test:week`: some 13.5 million journeys and 10,080 evaluations; an hour, and no part of `npm test`. */
export default defineConfig({
  test: {
    include: ["test/week/*.e2e.ts"],
    pool: "forks",
    testTimeout: 10_800_000,
    disableConsoleIntercept: true,
  },
});

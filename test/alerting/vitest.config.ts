import { defineConfig } from "vitest/config";

/** `npm run test:alerting`: needs Prometheus and Alertmanager, takes about a minute, and is no part of `npm test`. */
export default defineConfig({
  test: { include: ["test/alerting/*.e2e.ts"], pool: "forks", testTimeout: 180_000, hookTimeout: 60_000 },
});

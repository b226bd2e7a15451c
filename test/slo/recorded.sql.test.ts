/** What the journeys of the last days would have set off: stored rows, through the API, against hand-worked minutes. */
import { once } from "node:events";
import { serve } from "@hono/node-server";
import { Command } from "commander";
import { expect, onTestFinished, test } from "vitest";
import { addSloCommands } from "../../commands/slo_argv.ts";
import { simulatedRoutes } from "../../query/routes/simulated.ts";
import { openBoard } from "../../slo/board.ts";
import { Replayed } from "../../slo/recorded.ts";
import { onBothShapes } from "../server.ts";
import { listening } from "../service.ts";
import { type JourneyRow, oneStore, tellJourneys } from "./journeys.ts";
import { MINUTE_MS, someDefinition, someObjective } from "./promise.ts";

const NOW_MS = Date.parse("2026-03-10T12:01:30Z");
const WATERMARK_MS = Date.parse("2026-03-10T12:00:00Z");
const ID = "create-order.success";

/** Ten journeys a minute for six hours; all of them fail from 60 to 50 minutes before the watermark. */
function someTraffic(): JourneyRow[] {
  return Array.from({ length: 360 }, (_, i) => 360 - i).flatMap((ago) =>
    Array.from({ length: 10 }, (): JourneyRow => {
      const outcome = ago <= 60 && ago > 50 ? "bad" : "good";
      return { atMs: WATERMARK_MS - ago * MINUTE_MS, outcome };
    }),
  );
}

onBothShapes("recorded journeys", (openNew) => {
  const open = oneStore(openNew);

  async function routesOver(rows: readonly JourneyRow[]) {
    const store = await open();
    await tellJourneys(store, rows);
    const board = openBoard({ store, definitions: [someDefinition([someObjective()])], tenant: "" });
    return simulatedRoutes({ board, nowMs: () => NOW_MS });
  }

  test("are replayed minute by minute", async () => {
    const routes = await routesOver(someTraffic());
    const response = await routes.request(`/v1/slos/${ID}/simulated?from=2h`);
    // Two hours are 120 minutes; the failures begin with minute 60 and stop at 70. All fail: the fast page needs 0.864
    // minutes of an hour of them. Six hours hold 2,400 to 3,000 journeys, of which 1.44 % of 14 or more fail at once:
    // every tier fires at 61. The short windows of 5 and 30 minutes clear 4.93 and 29.82 minutes after 70.
    const replayed = Replayed.parse(await response.json());
    expect(replayed).toMatchObject({
      id: ID,
      from: "2026-03-10T10:00:00.000000000Z",
      to: "2026-03-10T12:00:00.000000000Z",
      page: [{ firesAtMinute: 61, resolvesAtMinute: 100 }],
      ticket: [{ firesAtMinute: 61, resolvesAtMinute: null }],
    });
    expect(replayed.tiers["page-fast"]).toEqual([{ firesAtMinute: 61, resolvesAtMinute: 75 }]);
    expect(replayed.budget.consumedRatio).toBeCloseTo(100 / 3.6, 9);
  });

  test("are told by the clock on the command line", async () => {
    const routes = await routesOver(someTraffic());
    const server = serve({ fetch: routes.fetch, port: 0, hostname: "127.0.0.1" });
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const around = listening();
    const slo = new Command("slo").exitOverride();
    addSloCommands(slo, around, async (code) => void expect(await code).toBe(0));
    const argv = ["--objective", ID, "--from", "2h", "--url", `http://127.0.0.1:${port}`];
    await slo.parseAsync(["node", "slo", "simulate", ...argv]);
    expect(around.out[0]).toMatch(/^page +2026-03-10 11:01 +2026-03-10 11:40 +39 min$/m);
  });

  test("of an objective that is not configured, or from further back than minutes are kept, are refused", async () => {
    const routes = await routesOver([]);
    const board = await routes.request("/v1/slos/create-order.gone/simulated");
    expect(board.status).toBeGreaterThanOrEqual(400);
    expect((await routes.request(`/v1/slos/${ID}/simulated?from=8d`)).status).toBe(400);
    expect((await routes.request(`/v1/slos/${ID}/simulated?from=soon`)).status).toBe(400);
  });
});

test("a file and a recording at once, or neither, is wrong usage", async () => {
  for (const argv of [["file.json", "--objective", ID], [], ["--from", "7d"]]) {
    const slo = new Command("slo").exitOverride();
    addSloCommands(slo, listening(), async (code) => void (await code));
    await expect(slo.parseAsync(["node", "slo", "simulate", ...argv])).rejects.toMatchObject({
      code: "bad_request",
    });
  }
});

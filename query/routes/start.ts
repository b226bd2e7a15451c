/**
 * Start over HTTP: the page to begin at, and what it is dressed in.
 *
 *   journeys → [start] → HTML
 */
import { readFileSync } from "node:fs";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { renderNextLink } from "../cursor.ts";
import { type JourneyFilter, STATES } from "../journey_search.ts";
import { listJourneys } from "../journeys.ts";
import { BY_URGENCY, type Group, renderGroup, renderStart } from "../page/start.ts";
import { createRoutes } from "../problem.ts";
import { countJourneys, patientCounts } from "../state_counts.ts";
import type { ListRoutesDeps } from "./journeys.ts";

const CSS = readFileSync(new URL("../page.css", import.meta.url), "utf8");
const ICON = readFileSync(new URL("../favicon.svg", import.meta.url), "utf8");
const AN_HOUR = { "cache-control": "private, max-age=3600" };

const LATEST = 8;
const A_PAGE = 50;

/** What the routes are given. */
export interface StartRoutesDeps extends ListRoutesDeps {
  /** is told when the journeys could not be counted; the page goes without */
  readonly report?: (error: unknown) => void;
}

/** `/`, `/page.css` and `/favicon.svg`. */
export function startRoutes(deps: StartRoutesDeps): OpenAPIHono {
  const routes = createRoutes();
  const counts = patientCounts(() => countJourneys(deps.store, deps.tenant, nowNs(deps)), deps.report);
  routes.get("/page.css", (c) => c.body(CSS, 200, { ...AN_HOUR, "content-type": "text/css; charset=utf-8" }));
  routes.get("/favicon.svg", (c) => c.body(ICON, 200, { ...AN_HOUR, "content-type": "image/svg+xml" }));
  routes.get("/", async (c) => {
    c.header("cache-control", "private, no-cache");
    const frame = { tenant: deps.tenant, nowNs: nowNs(deps) };
    const group = groupAsked(c.req.query("state"), c.req.query("stuck"));
    if (group === null) {
      const lists = await latest(deps, frame);
      // Not beside them: a count that takes long takes the engine from them.
      return c.html(renderStart({ lists, counts: await counts() }));
    }
    const filter = { ...frame, ...fitting(group), limit: A_PAGE, cursor: c.req.query("cursor") };
    const { journeys, nextCursor } = await listJourneys(deps.store, deps.definitions, filter);
    const next = nextCursor === undefined ? null : renderNextLink(c.req.url, nextCursor).split(/[<>]/)[1];
    return c.html(renderGroup(group, journeys, next ?? null));
  });
  return routes;
}

/** Null when all are asked for. */
function groupAsked(state: string | undefined, stuck: string | undefined): Group | null {
  const known = STATES.find((each) => each === state) ?? null;
  return known === "open" && stuck === "1" ? "stuck" : known;
}

function fitting(group: Group): Pick<JourneyFilter, "state" | "stuck"> {
  return group === "stuck" ? { state: "open", stuck: true } : { state: group };
}

async function latest({ store, definitions }: ListRoutesDeps, frame: { tenant: string; nowNs: bigint }) {
  const lists = BY_URGENCY.map(async (group) => {
    const filter = { ...frame, ...fitting(group), limit: LATEST };
    const { journeys } = await listJourneys(store, definitions, filter);
    return [group, journeys] as const;
  });
  return Object.fromEntries(await Promise.all(lists));
}

function nowNs({ now }: ListRoutesDeps): bigint {
  return BigInt(now()) * 1_000_000n;
}

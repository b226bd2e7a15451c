/** The API over a real store and a real lookup: what is asked for, in which form, and what is refused. */
import { setTimeout as sleep } from "node:timers/promises";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { Failure } from "../../errors.ts";
import { createLookup } from "../../ingest/lookup.ts";
import { storedIn } from "../../ingest/stored.ts";
import { Answer } from "../../query/answer.ts";
import { DeadLetterList } from "../../query/dead_letters.ts";
import { FindAnswer } from "../../query/found.ts";
import { JourneyList } from "../../query/journeys.ts";
import { Problem } from "../../query/problem.ts";
import { AlertList, Annotation, AnnotationList, SloList } from "../../slo/view.ts";
import { type House, NOW_MS, openHouse, placed } from "./house.ts";
import { DEFINITIONS, PARTS, tell } from "./shop.ts";

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

/** An answer, as an OpenAPI document describes it. */
const Described = z.object({
  description: z.string(),
  content: z.record(z.string(), z.unknown()).default({}),
});

/** As much of an OpenAPI document as is looked at here. */
const OpenApi = z.object({
  openapi: z.literal("3.1.0"),
  paths: z.record(
    z.string(),
    z.object({
      get: z
        .object({
          parameters: z.array(z.object({ name: z.string() })).optional(),
          responses: z.record(z.string(), Described),
        })
        .optional(),
    }),
  ),
  components: z.object({
    schemas: z.record(z.string(), z.object({ required: z.array(z.string()).optional() })),
  }),
});

const TEXT = { accept: "text/plain" };
const HTML = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

function get(path: string, headers: Record<string, string> = {}, app: OpenAPIHono = house.app) {
  return app.request(path, { headers });
}

async function answer(path: string): Promise<Answer> {
  return Answer.parse(await (await get(path)).json());
}

async function problem(path: string, app?: OpenAPIHono): Promise<Problem> {
  const response = await get(path, {}, app);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const body = Problem.parse(await response.json());
  expect(body.status).toBe(response.status);
  return body;
}

describe("an order of which only the journey is left", () => {
  const ask = (path: string, headers: Record<string, string> = {}) => {
    const stored = storedIn(house.store, { placesMax: 100, hopsMax: 100 });
    const lookup = createLookup({ source: stored, definitions: DEFINITIONS, kindsOf: stored.kindsOf });
    const app = house.build({ lookup, now: () => NOW_MS + 40 * 86_400_000 });
    return get(path, headers, app);
  };

  test("is answered with the outcome that the list shows, and says that its facts are gone", async () => {
    const listed = JourneyList.parse(await (await ask("/v1/journeys?state=succeeded")).json()).journeys;
    const order = listed.find(({ subject }) => subject.id === "ORD-happy");
    const told = Answer.parse(await (await ask(order?.url ?? "")).json());
    expect(told.journeys).toMatchObject([{ state: "succeeded", endedAt: order?.endedAt }]);
    expect(told).toMatchObject({ hops: [], gaps: [{ kind: "truncated" }], seenByCaller: null });
    expect(told.headline).toBe(
      "ORD-happy was shipped 3.2 s after it was placed; its facts are no longer kept.",
    );
  });

  test("has its page, its story and its place in the search", async () => {
    for (const form of [HTML, TEXT]) {
      const response = await ask("/v1/orders/ORD-happy", form);
      expect(response.status).toBe(200);
      expect(await response.text()).toContain("no longer kept");
    }
    expect(FindAnswer.parse(await (await ask("/v1/find?id=ORD-happy")).json()).found).toHaveLength(1);
    expect((await ask("/v1/orders/ORD-nobody")).status).toBe(404);
  });
});

describe("an answer", () => {
  test("is JSON unless text or a page is asked for by name", async () => {
    const forms = [{}, { accept: "*/*" }, { accept: "application/json" }, TEXT, HTML];
    const types = await Promise.all(
      forms.map(async (form) => (await get("/v1/orders/ORD-happy", form)).headers.get("content-type")),
    );
    expect(types.map((type) => type?.split(";")[0])).toEqual([
      "application/json",
      "application/json",
      "application/json",
      "text/plain",
      "text/html",
    ]);
  });

  test("as text is the story", async () => {
    const text = await (await get("/v1/orders/ORD-timedOut", TEXT)).text();
    expect(text).toContain("The customer got a 504 from gateway after 2.0 s");
    expect(text).toContain("The order went through all the same: `shipped` 3.4 s later.");
    const { headline, story } = await answer("/v1/orders/ORD-timedOut");
    expect(text).toBe(`${[headline, "", ...story].join("\n")}\n`);
  });

  test("says what the customer got beside what happened", async () => {
    const { seenByCaller, journeys } = await answer("/v1/orders/ORD-timedOut");
    expect(seenByCaller).toMatchObject({ service: "gateway", status: "504", durationMs: 2_000 });
    expect(journeys).toMatchObject([{ definition: "create-order", state: "succeeded", durationMs: 5_400 }]);
  });

  test("is the same for an order and for a subject of its kind", async () => {
    expect(await answer("/v1/subjects/order.id/ORD-happy")).toEqual(await answer("/v1/orders/ORD-happy"));
  });

  test("names related subjects with the address of their answer", async () => {
    const { related } = await answer("/v1/orders/ORD-happy");
    expect(related).toContainEqual({
      kind: "order.id",
      id: "ORD-shared",
      relation: "shares",
      text: "both carry package.id=PKG-1",
      url: "/v1/orders/ORD-shared",
    });
  });

  test("about a provisional subject that belongs to an order is at the order", async () => {
    const response = await get("/v1/subjects/correlation.id/c-42");
    expect(response.status).toBe(307);
    expect(response.headers.get("location")).toBe("/v1/orders/ORD-happy");
  });

  test("is asked for there in the same words, but not from a place in another list", async () => {
    const locationOf = async (query: string) =>
      (await get(`/v1/subjects/correlation.id/c-42?${query}`)).headers.get("location");
    expect(await locationOf("explain=1&limit=1")).toBe("/v1/orders/ORD-happy?explain=1&limit=1");
    expect(await locationOf("cursor=e30&limit=1")).toBe("/v1/orders/ORD-happy?limit=1");
    expect(await locationOf("cursor=e30")).toBe("/v1/orders/ORD-happy");
  });

  test("comes page by page, each hop once, with a link to the next", async () => {
    const seen: string[] = [];
    let path: string | undefined = "/v1/orders/ORD-happy?limit=2";
    while (path !== undefined) {
      const response = await get(path);
      const page = Answer.parse(await response.json());
      seen.push(...page.hops.map(({ id }) => id));
      path = /^<([^>]+)>; rel="next"$/.exec(response.headers.get("link") ?? "")?.[1];
      expect(path === undefined).toBe(page.nextCursor === undefined);
    }
    const { hops } = await answer("/v1/orders/ORD-happy");
    expect(seen).toEqual(hops.map(({ id }) => id));
    expect(new Set(seen).size).toBe(6);
  });
});

test.each([
  "/v1/orders/ORD-happy",
  "/v1/find?id=c-42",
  "/v1/journeys",
  "/v1/dead-letters",
  "/v1/slos",
  "/v1/alerts",
  "/v1/annotations",
])("%s is kept by nobody for another asker or another form, nor for later", async (path) => {
  const { headers } = await get(path);
  expect([headers.get("vary"), headers.get("cache-control")]).toEqual([
    "accept, authorization",
    "private, no-cache",
  ]);
});

describe("an answer that the asker has", () => {
  async function tagOf(app: OpenAPIHono, id: string, headers = {}) {
    return (await get(`/v1/orders/${id}`, headers, app)).headers.get("etag") ?? "";
  }

  test("is not sent again, whenever it is asked for", async () => {
    const etag = await tagOf(house.app, "ORD-happy");
    const later = house.build({ now: () => NOW_MS + 86_400_000 });
    expect(await tagOf(later, "ORD-happy")).toBe(etag);
    const response = await get("/v1/orders/ORD-happy", { "if-none-match": `"x", ${etag}` }, later);
    expect(response.status).toBe(304);
    expect(await response.text()).toBe("");
  });

  test("is another one in another form", async () => {
    expect(await tagOf(house.app, "ORD-happy", TEXT)).not.toBe(await tagOf(house.app, "ORD-happy"));
  });

  test("is another one once a fact arrives", async () => {
    house.add(placed("growing", tell([PARTS.PLACED])));
    const before = await tagOf(house.app, "ORD-growing");
    house.add(placed("growing", tell([PARTS.PLACED, PARTS.PAID])));
    expect(await tagOf(house.app, "ORD-growing")).not.toBe(before);
  });

  test("is another one once an open journey is overdue, not while its clock runs", async () => {
    const at = (afterMs: number) => house.build({ now: () => NOW_MS - 3_600_000 + afterMs });
    const early = await tagOf(at(4_000), "ORD-underWay");
    expect(await tagOf(at(4_900), "ORD-underWay")).toBe(early);
    expect(await tagOf(at(950_000), "ORD-underWay")).not.toBe(early);
  });
});

describe("every JSON answer is what its schema says", () => {
  test.each<[string, z.ZodType]>([
    ["/v1/orders/ORD-stuck", Answer],
    ["/v1/subjects/correlation.id/c-77", Answer],
    ["/v1/subjects/package.id/PKG-1", Answer],
    ["/v1/find?id=ORD-happy", FindAnswer],
    ["/v1/journeys", JourneyList],
    ["/v1/journeys?definition=create-order&state=overdue&step=packed&since=2026-11-23&limit=1", JourneyList],
    ["/v1/journeys?stuck=true", JourneyList],
    ["/v1/dead-letters", DeadLetterList],
    ["/v1/slos", SloList],
    ["/v1/alerts", AlertList],
    ["/v1/annotations", AnnotationList],
  ])("%s", async (path, schema) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    const body: unknown = await response.json();
    expect(schema.parse(body)).toEqual(body);
  });

  test("an annotation is kept as it was said, and refused when it makes no sense", async () => {
    const post = (body: object) =>
      house.app.request("/v1/annotations", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const response = await post({ kind: "deploy", text: "payments 1.2", author: "ci" });
    expect(response.status).toBe(201);
    const kept = Annotation.parse(await response.json());
    const list = AnnotationList.parse(await (await get("/v1/annotations")).json());
    expect(list.annotations).toEqual([kept]);
    const refused = [
      { kind: "party", text: "x" },
      { kind: "note", text: " " },
      { kind: "note", text: "x", definition: "nobody's" },
      { kind: "note", text: "x", link: "javascript:alert(1)" },
      { kind: "note", text: "x", at: "2026-03-10", until: "2026-03-09" },
    ];
    for (const body of refused) expect([body, (await post(body)).status]).toEqual([body, 400]);
  });

  test("the description lists every route that there is", async () => {
    const described = OpenApi.parse(await (await get("/openapi.json")).json());
    const routes = house.app.routes
      .filter(
        ({ method, path }) =>
          /^(GET|POST)$/.test(method) && (path.startsWith("/v1/") || /z$|metrics$/.test(path)),
      )
      .map(({ path }) => path.replaceAll(/:(\w+)/g, "{$1}"));
    expect(Object.keys(described.paths).sort()).toEqual([...new Set(routes)].sort());
    const journeys = described.paths["/v1/journeys"]?.get?.parameters ?? [];
    expect(journeys.map(({ name }) => name)).toContain("tag");
    expect(described.components.schemas["Answer"]?.required).toContain("headline");
  });
});

describe("a search", () => {
  test("finds an id of any kind and says where it leads", async () => {
    const found = FindAnswer.parse(await (await get("/v1/find?id=c-42")).json());
    expect(found.found).toEqual([
      {
        kind: "correlation.id",
        id: "c-42",
        subjects: [{ kind: "order.id", id: "ORD-happy", url: "/v1/orders/ORD-happy" }],
      },
    ]);
  });

  test("ignores blanks around the id", async () => {
    expect((await get("/v1/find?id=%20c-42%20")).status).toBe(200);
  });

  test("from the search box goes straight to the only answer", async () => {
    const response = await get("/find?id=c-42", HTML);
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe("/v1/orders/ORD-happy");
  });

  test("for what nobody carries is a 404", async () => {
    expect((await problem("/v1/find?id=nobody")).type).toBe("urn:waybill:problem:not_found");
    expect((await get("/find?id=nobody", HTML)).status).toBe(404);
  });

  test("is described as it is: 200 where an id is known, 404 as a problem or a page where it is not", async () => {
    const { paths } = OpenApi.parse(await (await get("/openapi.json")).json());
    const responses = paths["/v1/find"]?.get?.responses;
    expect(responses?.["200"]?.description).not.toContain("empty list");
    const forms = [{}, TEXT, HTML].map(async (form) => {
      const response = await get("/v1/find?id=nobody", form);
      return [response.status, response.headers.get("content-type")?.split(";")[0]];
    });
    expect(await Promise.all(forms)).toEqual([
      [404, "application/problem+json"],
      [404, "application/problem+json"],
      [404, "text/html"],
    ]);
    expect(Object.keys(responses?.["404"]?.content ?? {})).toEqual(["application/problem+json", "text/html"]);
  });
});

describe("an id longer than a key may be", () => {
  const id = "x".repeat(513);

  test.each(["/v1/find?id=", "/v1/orders/", "/find?id="])(
    "is refused by %s, and the limit named",
    async (path) => {
      const { status, errors } = await problem(path + id);
      expect(status).toBe(400);
      expect(errors).toEqual([{ field: "id", text: "longer than the 512 characters that a key may have" }]);
    },
  );

  test("says so on a page to who came from the search box", async () => {
    const response = await get(`/find?id=${id}`, HTML);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("512 characters");
  });

  test("is not one that has blanks around it", async () => {
    expect((await problem(`/v1/find?id=%20${"x".repeat(512)}%20`)).status).toBe(404);
  });

  test("is not nothing at all, which leads to the start page", async () => {
    expect((await get("/find?id=%20", HTML)).headers.get("location")).toBe("/");
  });
});

describe("ids are data", () => {
  const naughty = [
    "a/b",
    "50%",
    "%41",
    "what?x=1#y",
    "' OR 1=1--",
    "{x:String}",
    "\\'; DROP TABLE hops",
    "Bestellung Nr. 7 ünïcode 🚚",
    "a\u0000b",
    "`id`",
    "<script>alert(1)</script>",
  ];
  test.each(naughty)("%j is found as it is, and nothing else", async (id) => {
    house.add(
      placed("x", tell([PARTS.PLACED])).map((hop) => ({
        ...hop,
        id: `${Buffer.from(id).toString("hex").padEnd(32, "0").slice(0, 32)}`,
        attributes: new Map([["order.id", id]]),
      })),
    );
    const { subject, hops } = await answer(`/v1/orders/${encodeURIComponent(id)}`);
    expect(subject.id).toBe(id);
    expect(hops).toHaveLength(1);
    const found = FindAnswer.parse(await (await get(`/v1/find?id=${encodeURIComponent(id)}`)).json());
    const url = found.found[0]?.subjects[0]?.url ?? "";
    expect((await answer(url)).subject.id).toBe(id);
    const { errors } = await problem(
      `/v1/journeys?definition=${encodeURIComponent(id)}&step=${encodeURIComponent(id)}`,
    );
    expect(errors?.map(({ field }) => field)).toEqual(["definition", "step"]);
  });
});

describe("what is refused", () => {
  test("an unknown parameter, with the name that was meant", async () => {
    const { status, errors } = await problem("/v1/journeys?sate=open");
    expect(status).toBe(400);
    expect(errors).toEqual([{ field: "sate", text: "unknown parameter; did you mean state?" }]);
    expect((await problem("/v1/slos?limit=3")).errors?.[0]?.text).toContain("none is taken here");
  });

  test.each([
    ["/v1/orders/ORD-happy?limit=0", "limit"],
    ["/v1/orders/ORD-happy?limit=5001", "limit"],
    ["/v1/orders/ORD-happy?limit=ten", "limit"],
    ["/v1/journeys?state=broken", "state"],
    ["/v1/journeys?since=yesterday", "since"],
    ["/v1/journeys?tag=partner", "tag"],
    ["/v1/find", "id"],
    ["/v1/find?id=%20", "id"],
    ["/v1/find?id=a&id=b", "id"],
  ])("%s names the parameter", async (path, field) => {
    const { status, errors } = await problem(path);
    expect(status).toBe(400);
    expect(errors?.map((error) => error.field.split(".")[0])).toContain(field);
  });

  test.each([
    ["/v1/journeys?tag=partner", "tag: not a tag such as partner.id=ACME"],
    ["/v1/journeys?tag=partner.id%3DACME&tag=partner", "tag.1: not a tag such as partner.id=ACME"],
    ["/v1/journeys?limit=ten", "limit: not a whole number from 1 to 5000"],
    ["/v1/journeys?limit=1.5", "limit: not a whole number from 1 to 5000"],
    ["/v1/journeys?limit=0.5", "limit: not a whole number from 1 to 5000"],
    ["/v1/orders/ORD-happy?limit=0", "limit: not a whole number from 1 to 5000"],
    ["/v1/orders/ORD-happy?limit=5001", "limit: not a whole number from 1 to 5000"],
  ])("%s says what is wanted", async (path, detail) => {
    expect((await problem(path)).detail).toBe(detail);
  });

  test("a body as a whole, by that name", async () => {
    const response = await house.app.request("/v1/dead-letters/replay", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    const text = "say which letters: ids, reason, signal, since, until, or all";
    expect(Problem.parse(await response.json())).toMatchObject({
      detail: `body: ${text}`,
      errors: [{ field: "body", text }],
    });
  });

  test.each(["/v1/orders/ORD-happy", "/v1/journeys", "/v1/dead-letters"])(
    "a made-up cursor for %s",
    async (path) => {
      for (const cursor of ["x", "e30", Buffer.from('{"ns":"x"}').toString("base64url")])
        expect((await problem(`${path}?cursor=${cursor}`)).detail).toContain("cursor");
    },
  );

  test("an id nobody carries, a kind nobody declared, an address that is none", async () => {
    expect((await problem("/v1/orders/nobody")).type).toBe("urn:waybill:problem:not_found");
    expect((await problem("/v1/subjects/colour/red")).type).toBe("urn:waybill:problem:not_found");
    expect((await problem("/v2/orders")).type).toBe("urn:waybill:problem:no_route");
  });

  test("a method that an address does not know", async () => {
    const response = await house.app.request("/v1/orders/ORD-happy", { method: "PUT" });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD");
    expect((await house.app.request("/v2", { method: "POST" })).status).toBe(404);
  });

  test.each([
    ["PUT", "/v1/annotations", "GET, HEAD, POST"],
    ["GET", "/v1/definitions/check", "POST"],
    ["HEAD", "/v1/definitions/refold", "POST"],
  ])("%s %s, which takes %s", async (method, path, allowed) => {
    const response = await house.app.request(path, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe(allowed);
  });

  describe.each([
    "/v1/annotations",
    "/v1/definitions/check",
    "/v1/definitions/refold",
    "/v1/dead-letters/replay",
    "/v1/dead-letters/discard",
    "/v1/dead-letters/0123456789abcdef0123456789abcdef/replay",
  ])("a body for %s", (path) => {
    const post = async (body: string, type: Record<string, string>) => {
      const reported: unknown[] = [];
      const app = house.build({ report: (error) => void reported.push(error) });
      const response = await app.request(path, { method: "POST", body, headers: type });
      expect(reported).toEqual([]);
      return Problem.parse(await response.json());
    };

    test("that is not JSON", async () => {
      expect(await post("{bad", { "content-type": "application/json" })).toMatchObject({
        status: 400,
        type: "urn:waybill:problem:malformed",
        detail: "It is not JSON.",
      });
    });

    test.each([
      ["a form", "application/x-www-form-urlencoded"],
      ["text", "text/plain"],
    ])("that is said to be %s", async (_what, type) => {
      const problem = await post("{}", { "content-type": type });
      expect(problem).toMatchObject({ status: 415, type: "urn:waybill:problem:media_type" });
      expect(problem.detail).toContain("application/json");
    });
  });

  test("a browser gets a page instead", async () => {
    const response = await get("/v1/orders/nobody", HTML);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("Nothing is known under that id.");
  });
});

describe("when something is broken", () => {
  const breaking = (error: Error, reported: unknown[] = []) =>
    house.build({
      lookup: {
        tell: () => Promise.reject(error),
        find: () => Promise.reject(error),
      },
      report: (each) => reported.push(each),
    });

  test("a store that does not answer is a 503 that says when to try again", async () => {
    const response = await get("/v1/orders/x", {}, breaking(new Failure("store_unavailable")));
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  });

  test("a bug is a 500 that is reported and says nothing of itself", async () => {
    const reported: unknown[] = [];
    const bug = new RangeError("secret of the house");
    const app = breaking(bug, reported);
    expect(JSON.stringify(await problem("/v1/orders/x", app))).not.toContain("secret");
    expect(reported).toEqual([bug]);
  });
});

describe("health", () => {
  test("readiness names what failed, and each dependency when asked", async () => {
    const app = house.build({ ready: async () => ({ store: "does not answer", journal: null }) });
    const response = await get("/readyz", {}, app);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ ready: false, failed: ["store"] });
    expect(await (await get("/readyz?verbose", {}, app)).json()).toMatchObject({
      checks: { store: "does not answer", journal: null },
    });
    expect((await get("/readyz")).status).toBe(200);
  });

  test("any number of probes at once cost one look", async () => {
    let looks = 0;
    const ready = async () => {
      looks += 1;
      await sleep(20);
      return { store: null };
    };
    const app = house.build({ ready });
    await Promise.all([1, 2, 3].map(() => get("/readyz", {}, app)));
    expect(looks).toBe(1);
    await get("/readyz", {}, app);
    expect(looks).toBe(2);
  });

  test.each(["/livez", "/readyz", "/metrics"])("%s is never cached", async (path) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
  });
});

describe("with a token", () => {
  const token = "s3cret-token";
  const basic = (password: string) => ({
    authorization: `Basic ${Buffer.from(`me:${password}`).toString("base64")}`,
  });

  test("every address that tells anything asks for it", async () => {
    const open = ["/livez", "/readyz", "/page.css", "/favicon.svg"];
    const app = house.build({ token });
    for (const { path, method } of app.routes.filter((route) => route.method === "GET")) {
      const response = await app.request(path.replace(/:\w+/g, "x"), { method });
      expect([path, response.status]).toEqual([path, open.includes(path) ? 200 : 401]);
    }
    expect((await get("/nowhere", {}, app)).status).toBe(401);
  });

  test("a probe hears without it whether all is well, and not what is not", async () => {
    const ask = async (path: string, app: OpenAPIHono, headers = {}) => {
      const response = await get(path, headers, app);
      return [response.status, await response.json()];
    };
    const ailing = house.build({ token, ready: async () => ({ store: "does not answer", journal: null }) });
    const known = { authorization: `Bearer ${token}` };
    expect(await ask("/readyz", house.build({ token }))).toEqual([200, { ready: true }]);
    expect(await ask("/readyz", ailing)).toEqual([503, { ready: false }]);
    expect(await ask("/readyz", ailing, known)).toEqual([503, { ready: false, failed: ["store"] }]);
    expect((await get("/readyz?verbose", {}, ailing)).status).toBe(401);
    expect((await get("/readyz?verbose", known, ailing)).status).toBe(503);
  });

  test("programs show it as bearer, browsers as password", async () => {
    const app = house.build({ token });
    const refused = await get("/v1/slos", basic("wrong"), app);
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toMatch(/^Basic .*Bearer /);
    expect((await get("/v1/slos", { authorization: `Bearer ${token}` }, app)).status).toBe(200);
    expect((await get("/", basic(token), app)).status).toBe(200);
  });

  test("a browser cannot be made to write with it", async () => {
    const app = house.build({ token });
    const post = (headers: Record<string, string>) => app.request("/v1/slos", { method: "POST", headers });
    expect((await post(basic(token))).status).toBe(401);
    expect((await post({ authorization: `Bearer ${token}` })).status).toBe(405);
  });
});

test("every answer carries the headers that keep a browser safe", async () => {
  for (const path of ["/", "/v1/orders/ORD-happy", "/v1/orders/nobody", "/page.css", "/nowhere"]) {
    const { headers } = await get(path, HTML);
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
  }
});

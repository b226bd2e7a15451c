/**
 * The page in a real browser: an id is typed, the story is read, and nothing that a sender wrote runs.
 *
 * The browser comes from an npm package; nothing has to be installed for it.
 */
import { once } from "node:events";
import { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import sparticuz from "@sparticuz/chromium";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type House, openHouse, placed } from "./house.ts";
import { PARTS, tell } from "./shop.ts";

const EVIL = `"><img src=x onerror=alert(1)><script>alert(2)</script>' onmouseover='alert(3)`;
const URLS = ["javascript:alert(4)", "data:text/html,<script>alert(5)</script>"];

let house: House;
let browser: Browser;
const servers: Server[] = [];
let base = "";

beforeAll(async () => {
  house = await openHouse();
  house.add(evil());
  house.add(late());
  base = await served(house.app);
  const executablePath = await sparticuz.executablePath();
  // Not the package's own switches: they turn off what this test is about.
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--no-zygote", "--disable-gpu"] });
});

afterAll(async () => {
  await browser?.close();
  for (const server of servers) server.close();
  await house?.close();
});

/** Serves an app; the address it is at. */
async function served(app: House["app"]): Promise<string> {
  const server = createAdaptorServer({ fetch: app.fetch });
  if (!(server instanceof Server)) throw new RangeError("served over HTTP/1.1");
  servers.push(server);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new RangeError("a TCP server has a port");
  return `http://127.0.0.1:${address.port}`;
}

/** An order whose every word is an attack. */
function evil() {
  const told = tell([
    { ...PARTS.PLACED, with: { service: EVIL } },
    {
      service: EVIL,
      name: EVIL,
      at: 5,
      took: 9,
      with: { status: "error", message: `${EVIL} ${URLS.join(" ")}` },
    },
    {
      service: "payments",
      name: "order.rejected",
      at: 9,
      with: { status: "error", body: EVIL, message: EVIL },
    },
  ]);
  return placed("evil", told).map((hop) => ({
    ...hop,
    attributes: new Map([...hop.attributes, ["order.id", EVIL], [EVIL, EVIL], ["package.id", URLS[0] ?? ""]]),
  }));
}

/** An order whose every fact arrived an hour after it happened. */
function late() {
  const told = tell([PARTS.CHECKOUT, PARTS.PLACED, PARTS.PAID, PARTS.PACKED, PARTS.SHIPPED]);
  return placed("late", told).map((hop) => ({ ...hop, receivedNs: hop.endNs + 3_600_000_000_000n }));
}

/** A page, and everything about it that must not happen. */
async function watched(): Promise<{ page: Page; trouble: string[] }> {
  const page = await browser.newPage();
  const trouble: string[] = [];
  page.on("console", (message) => trouble.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => trouble.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${base}/`)) trouble.push(`request: ${request.url()}`);
  });
  return { page, trouble };
}

test("a person types an id and reads what happened", async () => {
  const { page, trouble } = await watched();
  await page.goto(base);
  await page.getByRole("searchbox").fill("ORD-timedOut");
  await page.getByRole("button", { name: "Find" }).click();
  await page.waitForURL("**/v1/orders/ORD-timedOut");
  expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe(
    "ORD-timedOut was shipped 5.4 s after it was placed, although the customer got a 504.",
  );
  const story = await page.locator("ol.story").textContent();
  expect(story).toContain(
    "The customer got a 504 from gateway after 2.0 s (POST /orders): gave up waiting for orders.",
  );
  expect(story).toContain("The order went through all the same: shipped 3.4 s later.");
  expect(await page.locator("ol.steps li.done").count()).toBe(4);
  expect(trouble).toEqual([]);
});

test("nothing a sender wrote becomes markup, script or address", async () => {
  const { page, trouble } = await watched();
  await page.goto(base);
  await page.getByRole("searchbox").fill(EVIL);
  await page.getByRole("button", { name: "Find" }).click();
  await page.waitForURL("**/v1/orders/*");
  expect(await page.getByRole("heading", { level: 1 }).textContent()).toContain("<script>alert(2)</script>");
  expect(await page.locator("script, img, iframe, [onerror], [onmouseover]").count()).toBe(0);
  const links = await page
    .locator("a")
    .evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
  expect(links.filter((href) => !/^[/#]/.test(href))).toEqual([]);
  for (const link of await page.locator("main a[href^='/']").all()) {
    const href = await link.getAttribute("href");
    expect((await page.request.get(`${base}${href}`, { headers: { accept: "text/html" } })).status()).toBe(
      200,
    );
  }
  expect(trouble).toEqual([]);
});

test("a dead letter is found, looked at and tried, without any script", async () => {
  const { page, trouble } = await watched();
  await page.goto(base);
  await page.getByRole("link", { name: "dead letters" }).click();
  await page.getByRole("region", { name: "By reason" }).getByRole("button", { name: "Try" }).first().click();
  expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("What a replay would do");
  expect(await page.locator("main").textContent()).toContain("refused again");
  await page.goto(`${base}/v1/dead-letters`);
  await page.getByRole("region", { name: "One by one" }).getByRole("link").first().click();
  await page.getByRole("button", { name: "Try a replay" }).click();
  expect(await page.locator("main").textContent()).toContain("Would take in 0 records");
  await page.getByLabel("Give it up because").fill("a test");
  await page.getByRole("button", { name: "Discard" }).click();
  expect(await page.locator("main").textContent()).toContain("discarded");
  expect(trouble).toEqual([]);
});

test("a script that got into a page all the same would not run", async () => {
  const { page, trouble } = await watched();
  await page.goto(`${base}/v1/orders/ORD-happy`);
  await page.locator("main").evaluate((main) => {
    main.innerHTML = '<img src="/favicon.svg" onload="alert(1)">';
  });
  await page.waitForTimeout(300);
  expect(trouble.filter((line) => line.startsWith("dialog"))).toEqual([]);
  expect(trouble.join("\n")).toContain("Content Security Policy");
});

test("doubts of one kind are one line, which opens", async () => {
  const { page, trouble } = await watched();
  await page.goto(`${base}/v1/orders/ORD-late`);
  const doubts = page.getByRole("region", { name: "What is uncertain" });
  const [summary, inside] = [doubts.locator("summary"), doubts.locator("details li")];
  expect(await summary.textContent()).toMatch(
    /late gateway "POST \/orders" arrived 60 min after .* and 4 others like it/s,
  );
  expect(await inside.first().isVisible()).toBe(false);
  await summary.click();
  expect(await inside.count()).toBe(5);
  expect(await inside.last().isVisible()).toBe(true);
  expect(trouble).toEqual([]);
});

test("on a telephone nothing hangs over the edge", async () => {
  const { page } = await watched();
  await page.setViewportSize({ width: 390, height: 800 });
  for (const path of [
    "/",
    "/v1/orders/ORD-stuck",
    "/v1/orders/ORD-refunded",
    "/find?id=nobody",
    "/v1/dead-letters",
  ]) {
    await page.goto(`${base}${path}`);
    const width = await page.locator("html").evaluate((root) => root.scrollWidth);
    expect([path, width]).toEqual([path, 390]);
  }
});

test("text can be told from its ground, in the light and in the dark", async () => {
  const { page } = await watched();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${base}/v1/orders/ORD-stuck`);
    for (const selector of [
      "h1",
      ".quiet",
      ".state.overdue",
      ".state.succeeded",
      ".note.bad",
      ".word",
      "a",
    ]) {
      expect([colorScheme, selector, await contrast(page, selector)]).toEqual([colorScheme, selector, true]);
    }
  }
});

/** Colours of the text and of the nearest ground that is painted; runs in the browser, where there is a document. */
const COLOURS = `(selector) => {
  const element = document.querySelector(selector);
  let ground = element;
  while (ground.parentElement && getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)") ground = ground.parentElement;
  return [getComputedStyle(element).color, getComputedStyle(ground).backgroundColor];
}`;

/** Whether the text of an element has a contrast of at least 4.5 : 1 (WCAG 2.2, 1.4.3). */
async function contrast(page: Page, selector: string): Promise<boolean> {
  const colours = z.array(z.string()).parse(await page.evaluate(`(${COLOURS})(${JSON.stringify(selector)})`));
  const lights = colours.map(luminance);
  return (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05) >= 4.5;
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map((digits) => {
    const part = Number(digits) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test("behind a token a browser asks for it, and who gives it reads on", async () => {
  const guarded = await served(house.build({ token: "a-token-of-the-house" }));
  const stranger = await browser.newPage();
  await stranger.goto(guarded);
  expect(await stranger.locator("main").textContent()).toContain("any name and the token as the password");
  // Its style is there: without it the mark in the corner fills the window.
  expect((await stranger.locator("svg.logo").boundingBox())?.width).toBeLessThan(64);
  const httpCredentials = { username: "anybody", password: "a-token-of-the-house" };
  const page = await browser.newPage({ httpCredentials });
  expect((await page.goto(`${guarded}/v1/orders/ORD-timedOut`))?.status()).toBe(200);
});

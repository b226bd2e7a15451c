import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { runShop } from "../../demo/shop.ts";
import { parseDefinitions } from "../../ingest/yaml.ts";
import { capture } from "./capture.ts";

const parsed = parseDefinitions(
  readFileSync(new URL("../../waybill.yaml", import.meta.url), "utf8"),
  "waybill.yaml",
);

test("the shipped waybill.yaml has nothing to complain about", () => {
  expect(parsed).not.toHaveProperty("problems");
});

test("every journey, step and owner that the scenarios speak of is declared there", async () => {
  const receiver = await capture();
  const results = await runShop({ endpoint: receiver.endpoint, seed: 1, baseMs: Date.UTC(2026, 9, 1) });
  await receiver.close();
  const journeys = "definitions" in parsed ? parsed.definitions.journeys : [];
  const declared = journeys.flatMap(({ name, steps }) =>
    steps.map((step) => `${name}/${step.name}/${step.owner}`),
  );
  const spoken = results.flatMap(({ expected }) => expected.journeys);
  for (const { definition, stepsDone, stepFailed, next } of spoken) {
    const steps = [...stepsDone, ...(stepFailed === null ? [] : [stepFailed])].map(
      (step) => `${definition}/${step}/`,
    );
    for (const step of steps) expect(declared.some((line) => line.startsWith(step))).toBe(true);
    if (next !== null) expect(declared).toContain(`${definition}/${next.step}/${next.owner}`);
  }
});

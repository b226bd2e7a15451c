/** The section `notify`: who is told, and nothing secret in the file. */
import { expect, test } from "vitest";
import { parseDefinitions, renderProblem } from "../../ingest/yaml.ts";

const JOURNEY = `
journeys:
  create-order:
    subject: order.id
    owner: checkout-team
    steps: { placed: { event: order.placed } }
`;

function notifyOf(section: string) {
  const parsed = parseDefinitions(`version: 1\n${JOURNEY}notify:\n${section}`, "waybill.yaml");
  if ("problems" in parsed) return { problems: parsed.problems.map(renderProblem) };
  return { notify: parsed.definitions.notify, problems: [] };
}

test("without the section nobody is told", () => {
  const parsed = parseDefinitions(`version: 1\n${JOURNEY}`, "waybill.yaml");
  expect("problems" in parsed ? parsed.problems : parsed.definitions.notify).toEqual({
    publicUrl: null,
    runbookUrl: null,
    alertmanagers: [],
    webhooks: [],
  });
});

test("one receiver stands for a list of one, and private addresses have to be allowed", () => {
  const { notify } = notifyOf(`  public_url: https://waybill.example.com
  runbook_url: https://git.example.com/waybill/docs/runbook.md
  alertmanagers: { url: "http://alertmanager:9093", allow_private: true }
  webhooks: { url_env: ONCALL_URL, secret_env: ONCALL_SECRET, severities: page, bearer_env: ONCALL_TOKEN }
`);
  expect(notify).toEqual({
    publicUrl: "https://waybill.example.com",
    runbookUrl: "https://git.example.com/waybill/docs/runbook.md",
    alertmanagers: [
      {
        url: "http://alertmanager:9093",
        urlEnv: null,
        bearerEnv: null,
        allowPrivate: true,
        severities: ["page", "ticket"],
      },
    ],
    webhooks: [
      {
        url: null,
        urlEnv: "ONCALL_URL",
        bearerEnv: "ONCALL_TOKEN",
        allowPrivate: false,
        severities: ["page"],
        secretEnv: "ONCALL_SECRET",
      },
    ],
  });
});

test.each([
  ["  webhooks: { url: 'https://a.example', secret: hunter2 }", "secret_env"],
  ["  webhooks: { url: 'https://a.example' }", "secret_env: is missing"],
  ["  webhooks: { secret_env: S }", "needs either url or url_env"],
  ["  webhooks: { url: 'https://a.example', url_env: U, secret_env: S }", "needs either url or url_env"],
  ["  alertmanagers: { url: 'ftp://a.example' }", "http:// or https://"],
  ["  alertmanagers: { url: 'http://user:password@a.example' }", "without user, password"],
  ["  alertmanagers: { url_env: WAYBILL_TOKEN }", "not WAYBILL_"],
  ["  alertmanagers: { url: 'http://a.example', severities: pages }", "pages"],
  ["  runbook_url: docs/runbook.md", "http:// or https://"],
  ["  runbook_url: 'https://a.example/runbook#burn'", "without user, password and fragment"],
  ["  slack: {}", "unknown name"],
])("%s is refused", (section, why) => {
  expect(notifyOf(`${section}\n`).problems.join("\n")).toContain(why);
});

/**
 * Examples: requests of the shape that OpenTelemetry's own documentation shows, sent with curl.
 *
 * Ours are told anew rather than copied. Each says which status and body the OTLP specification wants.
 */
import { curl } from "./senders.mjs";

const ATTRIBUTES = [
  { key: "my.attribute", value: { stringValue: "some value" } },
  {
    key: "nested",
    value: {
      kvlistValue: { values: [{ key: "a", value: { arrayValue: { values: [{ intValue: "1" }] } } }] },
    },
  },
];
const RESOURCE = { attributes: [{ key: "service.name", value: { stringValue: "my.service" } }] };
const SCOPE = { name: "my.library", version: "1.0.0", attributes: ATTRIBUTES };
const IDS = { traceId: "5B8EFFF798038103D269B633813FC60C", spanId: "EEE19B7EC3C1B174" };

const SPAN = {
  ...IDS,
  parentSpanId: "EEE19B7EC3C1B173",
  name: "I'm a server span",
  startTimeUnixNano: "1544712660000000000",
  endTimeUnixNano: "1544712661000000000",
  kind: 2,
  attributes: ATTRIBUTES,
  someFieldOfTomorrow: { deep: [1, 2] },
};

const LOG = {
  ...IDS,
  timeUnixNano: "1544712660300000000",
  observedTimeUnixNano: "1544712660300000000",
  severityNumber: 10,
  severityText: "Information",
  body: { stringValue: "Example log record" },
  attributes: ATTRIBUTES,
};

const traces = (span) => ({
  resourceSpans: [{ resource: RESOURCE, scopeSpans: [{ scope: SCOPE, spans: [span] }] }],
});
const logs = (record) => ({
  resourceLogs: [{ resource: RESOURCE, scopeLogs: [{ scope: SCOPE, logRecords: [record] }] }],
});

const EXAMPLES = [
  { says: "a span", path: "/v1/traces", body: traces(SPAN), status: 200, text: /^\{\}$/ },
  { says: "a log record", path: "/v1/logs", body: logs(LOG), status: 200, text: /^\{\}$/ },
  {
    says: "an event",
    path: "/v1/logs",
    body: logs({ ...LOG, eventName: "browser.page_view" }),
    status: 200,
    text: /^\{\}$/,
  },
  { says: "nothing at all", path: "/v1/traces", body: {}, status: 200, text: /^\{\}$/ },
  {
    says: "a span whose id is all zeros",
    path: "/v1/traces",
    body: traces({ ...SPAN, spanId: "0000000000000000" }),
    status: 200,
    text: /"rejectedSpans":"1"/,
  },
  { says: "no JSON", path: "/v1/traces", body: "{", status: 400, text: /"code":\d/ },
  {
    says: "gRPC",
    path: "/v1/traces",
    body: "",
    type: "application/grpc",
    status: 415,
    text: /http\/protobuf/,
  },
];

/** Sends them all and says how it went: whether every answer was the wanted one. */
export async function checkExamples({ otlp }) {
  let fine = true;
  for (const { says, path, body, type, status, text } of EXAMPLES) {
    const answer = await curl(`${otlp}${path}`, typeof body === "string" ? body : JSON.stringify(body), type);
    const right = answer.status === status && text.test(answer.text);
    console.log(`${right ? "accepted" : "WRONG   "} ${says}: ${answer.status} ${answer.text.slice(0, 120)}`);
    fine &&= right;
  }
  const metrics = await curl(`${otlp}/v1/metrics`, JSON.stringify({ resourceMetrics: [] }));
  console.log(`told     metrics: ${metrics.status} ${metrics.text.slice(0, 160)}`);
  return fine;
}

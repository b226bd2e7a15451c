import { expect, test } from "vitest";
import { telemetryOf } from "../../collector/telemetry.ts";

test.each([
  ["nothing", {}, null],
  ["an empty address", { OTEL_EXPORTER_OTLP_ENDPOINT: " " }, null],
  ["an address", { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318/" }, "http://c:4318/v1/traces"],
  ["an address for traces", { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://c/x" }, "http://c/x"],
  ["only an exporter", { OTEL_TRACES_EXPORTER: "otlp" }, "http://localhost:4318/v1/traces"],
  ["none", { OTEL_TRACES_EXPORTER: "none", OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318" }, null],
  ["disabled", { OTEL_SDK_DISABLED: "true", OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318" }, null],
])("own traces go where the environment says: %s", (_, env, endpoint) => {
  const telemetry = telemetryOf(env);
  expect(telemetry.endpoint).toBe(endpoint);
  if (telemetry.endpoint === null) expect(telemetry.why).toBeNull();
});

test.each([
  { OTEL_TRACES_EXPORTER: "zipkin" },
  { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4317", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
  { OTEL_EXPORTER_OTLP_ENDPOINT: "c:4318" },
])("what cannot be done turns them off and says so: %j", (env) => {
  expect(telemetryOf(env)).toMatchObject({
    endpoint: null,
    why: expect.stringMatching(/^Own traces are off: /),
  });
});

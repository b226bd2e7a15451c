/** The hand-written messages, read back by another protobuf implementation. */
import protobuf from "protobufjs";
import { describe, expect, test } from "vitest";
import { type ExportSignal, encodeExportResponse, encodeStatus } from "../../collector/status.ts";

const { root } = protobuf.parse(`
  syntax = "proto3";
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message FieldViolation { string field = 1; string description = 2; }
  message BadRequest { repeated FieldViolation field_violations = 1; }
  message PartialSuccess { int64 rejected = 1; string error_message = 2; }
  message Response { PartialSuccess partial_success = 1; }
`);

function read(type: string, bytes: Uint8Array): Record<string, unknown> {
  const found = root.lookupType(type);
  return found.toObject(found.decode(bytes), { longs: String });
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const violations = [{ field: "body", description: "naïve ✓" }];

describe("google.rpc.Status", () => {
  test("is read back from protobuf with its details", () => {
    const status = read(
      "Status",
      encodeStatus("protobuf", { code: 3, message: "x".repeat(300), violations }),
    );
    expect(status).toMatchObject({ code: 3, message: "x".repeat(300) });
    const [detail] = status["details"] as { typeUrl: string; value: Uint8Array }[]; // the schema above says so
    expect(detail?.typeUrl).toBe("type.googleapis.com/google.rpc.BadRequest");
    expect(read("BadRequest", detail?.value ?? new Uint8Array())).toEqual({ fieldViolations: violations });
  });

  test("is the same in JSON", () => {
    expect(JSON.parse(text(encodeStatus("json", { code: 3, message: "no", violations })))).toEqual({
      code: 3,
      message: "no",
      details: [{ "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations: violations }],
    });
  });

  test("has no details when there is nothing to point at", () => {
    const status = { code: 14, message: "later", violations: [] };
    expect(read("Status", encodeStatus("protobuf", status))).toEqual({ code: 14, message: "later" });
    expect(text(encodeStatus("json", status))).toBe('{"code":14,"message":"later"}');
  });
});

describe("an export response", () => {
  test("of full success is zero bytes, or an empty object", () => {
    expect(encodeExportResponse("protobuf", "traces", null)).toHaveLength(0);
    expect(text(encodeExportResponse("json", "traces", null))).toBe("{}");
  });

  test.each<[ExportSignal, string]>([
    ["traces", "rejectedSpans"],
    ["logs", "rejectedLogRecords"],
    ["metrics", "rejectedDataPoints"],
  ])("of %s names %s as a decimal string in JSON", (signal, name) => {
    const json = JSON.parse(text(encodeExportResponse("json", signal, { rejected: 3, message: "no" })));
    expect(json).toEqual({ partialSuccess: { [name]: "3", errorMessage: "no" } });
  });

  test.each([0, 1, 127, 128, 300, 2 ** 31, 2 ** 40])("carries the count %i in protobuf", (rejected) => {
    const bytes = encodeExportResponse("protobuf", "logs", { rejected, message: "ü" });
    const expected =
      rejected === 0 ? { errorMessage: "ü" } : { rejected: String(rejected), errorMessage: "ü" };
    expect(read("Response", bytes)).toEqual({ partialSuccess: expected });
  });
});

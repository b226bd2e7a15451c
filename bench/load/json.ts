/**
 * Json: spans of the shop as OTLP/JSON with holes.
 *
 *   SpanShape → [json] → Piece
 *
 * Each span begins with the comma that parts it from the one before; of the first it is blotted out.
 */
import { SLOT } from "../chance.ts";
import type { SpanShape } from "../shape.ts";
import { resourceOf, SPANS } from "../shop.ts";
import { constant, hole, joined, type Piece } from "./piece.ts";

/** A span, as an element of `spans`. */
export function jsonSpan(index: number, fails: boolean): Piece {
  const shape = SPANS[index];
  if (shape === undefined) throw new RangeError(`there is no span ${index}`);
  const isError = fails && shape.onFailure === "error";
  const events = [...(shape.event === null ? [] : [shape.event]), ...(isError ? ["exception"] : [])];
  return joined([
    { bytes: Uint8Array.of(44), holes: [{ hole: { kind: "fixed" }, at: 0, size: 1 }] },
    ...[constant('{"traceId":"'), traceHole(shape.trace), constant('","spanId":"'), spanHole(index)],
    ...(shape.parent === null ? [] : [constant('","parentSpanId":"'), spanHole(shape.parent)]),
    constant(`","name":${JSON.stringify(shape.name)},"kind":${shape.kind},"startTimeUnixNano":"`),
    time(shape.atUs),
    constant('","endTimeUnixNano":"'),
    time(shape.atUs + shape.tookUs),
    constant('","attributes":['),
    ...parted(attributes(index, shape)),
    constant('],"events":['),
    ...parted(events.map((name) => event(name, shape.atUs))),
    constant('],"links":['),
    ...(shape.link === null ? [] : [link(shape.link)]),
    constant(`],"status":${isError ? '{"code":2,"message":"card declined"}' : "{}"}}`),
  ]);
}

/** All that stands before the first span. */
export function jsonHead(service: string): Uint8Array {
  const resource = Object.entries(resourceOf(service)).map(([key, value]) => ({
    key,
    value: { stringValue: value },
  }));
  const before = `{"resourceSpans":[{"resource":${JSON.stringify({ attributes: resource })},"scopeSpans":[`;
  return Buffer.from(`${before}{"scope":{"name":"shop","version":"1.0.0"},"spans":[`);
}

/** All that stands behind the last span. */
export const JSON_TAIL: Uint8Array = Buffer.from("]}]}]}");

function attributes(index: number, shape: SpanShape): Piece[] {
  const quoted = (key: string, value: readonly Piece[]) =>
    joined([constant(`{"key":"${key}","value":{"stringValue":"`), ...value, constant('"}}')]);
  const keys = shape.carries.map((key) =>
    quoted(
      key,
      key === "order.id"
        ? [constant("ORD-"), hole({ kind: "order" }, 8)]
        : [hole({ kind: "correlation" }, 32)],
    ),
  );
  const texts = Object.entries(shape.texts).map(([key, value]) => quoted(key, [constant(value)]));
  const numbers = Object.entries(shape.numbers).map(([key, value]) =>
    constant(`{"key":"${key}","value":{"intValue":"${value}"}}`),
  );
  const digits = Object.entries(shape.digits).map(([key, count], at) =>
    quoted(key, [hole({ kind: "digits", slot: SLOT.digits + index * 2 + at }, count)]),
  );
  return [...keys, ...texts, ...numbers, ...digits];
}

function event(name: string, atUs: number): Piece {
  const source = '"attributes":[{"key":"event.source","value":{"stringValue":"shop"}}]';
  return joined([constant(`{"name":"${name}",${source},"timeUnixNano":"`), time(atUs + 500), constant('"}')]);
}

function link(to: number): Piece {
  const trace = SPANS[to]?.trace ?? 0;
  return joined([
    ...[constant('{"traceId":"'), traceHole(trace), constant('","spanId":"'), spanHole(to), constant('"}')],
  ]);
}

function traceHole(trace: number): Piece {
  return hole({ kind: "trace", trace }, 32);
}

function spanHole(span: number): Piece {
  return hole({ kind: "span", span }, 16);
}

function time(atUs: number): Piece {
  return hole({ kind: "time", atNs: atUs * 1000 }, 19);
}

function parted(pieces: readonly Piece[]): Piece[] {
  return pieces.flatMap((piece, at) => (at === 0 ? [piece] : [constant(","), piece]));
}

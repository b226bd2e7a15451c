/**
 * Protobuf: spans of the shop as OTLP protobuf with holes.
 *
 *   SpanShape → [protobuf] → Piece
 *
 * Lengths are those of the holes, so a filled copy needs none written again.
 */
import { SLOT } from "../chance.ts";
import type { SpanShape } from "../shape.ts";
import { resourceOf, SPANS } from "../shop.ts";
import { constant, type Hole, hole, joined, type Piece } from "./piece.ts";

/** A span, framed as an element of ScopeSpans. */
export function protobufSpan(index: number, fails: boolean): Piece {
  const shape = SPANS[index];
  if (shape === undefined) throw new RangeError(`there is no span ${index}`);
  const isError = fails && shape.onFailure === "error";
  const parts = [
    sized(0x0a, hole({ kind: "trace", trace: shape.trace }, 16)),
    sized(0x12, hole({ kind: "span", span: index }, 8)),
    ...(shape.parent === null ? [] : [sized(0x22, hole({ kind: "span", span: shape.parent }, 8))]),
    text(0x2a, shape.name),
    constant([0x30, shape.kind]),
    joined([constant([0x39]), hole({ kind: "time", atNs: shape.atUs * 1000 }, 8)]),
    joined([constant([0x41]), hole({ kind: "time", atNs: (shape.atUs + shape.tookUs) * 1000 }, 8)]),
    ...attributes(index, shape).map((attribute) => sized(0x4a, attribute)),
    ...(shape.event === null ? [] : [event(shape.event, shape.atUs)]),
    ...(isError ? [event("exception", shape.atUs)] : []),
    ...(shape.link === null ? [] : [link(shape.link)]),
    sized(0x7a, isError ? joined([text(0x12, "card declined"), constant([0x18, 2])]) : constant([])),
  ];
  return sized(0x12, joined(parts));
}

/** All that stands before the first span, when the spans take so many bytes. */
export function protobufHead(service: string, spanBytes: number): Uint8Array {
  const resource = sized(
    0x0a,
    joined(Object.entries(resourceOf(service)).map(([key, value]) => sized(0x0a, textAttribute(key, value)))),
  );
  const scope = sized(0x0a, joined([text(0x0a, "shop"), text(0x12, "1.0.0")]));
  const scoped = joined([constant([0x12, ...varint(scope.bytes.length + spanBytes)]), scope]);
  const inner = joined([resource, scoped]);
  return joined([constant([0x0a, ...varint(inner.bytes.length + spanBytes)]), inner]).bytes;
}

function attributes(index: number, shape: SpanShape): Piece[] {
  const keys = shape.carries.map((key) =>
    keyValue(
      key,
      key === "order.id" ? joined([constant("ORD-"), hole({ kind: "order" }, 8)]) : correlation(),
    ),
  );
  const digits = Object.entries(shape.digits).map(([key, count], at) =>
    keyValue(key, hole({ kind: "digits", slot: SLOT.digits + index * 2 + at } satisfies Hole, count)),
  );
  const texts = Object.entries(shape.texts).map(([key, value]) => textAttribute(key, value));
  const numbers = Object.entries(shape.numbers).map(([key, value]) =>
    joined([text(0x0a, key), sized(0x12, constant([0x18, ...varint(value)]))]),
  );
  return [...keys, ...texts, ...numbers, ...digits];
}

function correlation(): Piece {
  return hole({ kind: "correlation" }, 32);
}

function event(name: string, atUs: number): Piece {
  const time = joined([constant([0x09]), hole({ kind: "time", atNs: (atUs + 500) * 1000 }, 8)]);
  return sized(0x5a, joined([time, text(0x12, name), sized(0x1a, textAttribute("event.source", "shop"))]));
}

function link(to: number): Piece {
  const trace = SPANS[to]?.trace ?? 0;
  return sized(
    0x6a,
    joined([
      sized(0x0a, hole({ kind: "trace", trace }, 16)),
      sized(0x12, hole({ kind: "span", span: to }, 8)),
    ]),
  );
}

function textAttribute(key: string, value: string): Piece {
  return keyValue(key, constant(value));
}

function keyValue(key: string, value: Piece): Piece {
  return joined([text(0x0a, key), sized(0x12, sized(0x0a, value))]);
}

function text(tag: number, value: string): Piece {
  return sized(tag, constant(value));
}

function sized(tag: number, inner: Piece): Piece {
  return joined([constant([tag, ...varint(inner.bytes.length)]), inner]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

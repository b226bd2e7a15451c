/**
 * Bodies: what the eight services send of a wave of journeys.
 *
 *   templates, numbers of journeys → [bodies] → compressed requests
 *
 * A wave is so many journeys that began at about the same time. Each service sends its spans of all of them in one
 * request, or cut into small ones. Pure but for zlib.
 */
import { gzipSync } from "node:zlib";
import { idsOf } from "../chance.ts";
import { FAILING_EVERY, SERVICES, SPANS } from "../shop.ts";
import { fill, momentOf } from "./fill.ts";
import { gzipOf, type Section } from "./gzip.ts";
import { JSON_TAIL, jsonHead, jsonSpan } from "./json.ts";
import { constant, joined, type Piece } from "./piece.ts";
import { protobufHead, protobufSpan } from "./protobuf.ts";

/** How spans are written. */
export type Encoding = "protobuf" | "json";

/** Journeys that begin together. */
export interface Wave {
  readonly seed: number;
  /** the number of its first journey */
  readonly from: number;
  readonly journeys: number;
  /** epoch milliseconds */
  readonly atMs: number;
  /** journeys stop after this many services; 8 are all */
  readonly services: number;
}

/** One request, ready to be sent. */
export interface Body {
  readonly bytes: Uint8Array;
  readonly spans: number;
}

/** What one service says of one journey. */
interface Template {
  readonly whole: Piece;
  readonly spanEnds: readonly number[];
  readonly differing: readonly number[];
}

/** How many journeys of a wave fail. They are its last ones. */
export function failingIn(journeys: number): number {
  return Math.floor(journeys / FAILING_EVERY);
}

/** The templates of one encoding, made once. */
export class Bodies {
  readonly #encoding: Encoding;
  readonly #templates: readonly { readonly passing: Template; readonly failing: Template }[];

  constructor(encoding: Encoding) {
    this.#encoding = encoding;
    this.#templates = SERVICES.map((service) => ({
      passing: templateOf(encoding, { service, fails: false }),
      failing: templateOf(encoding, { service, fails: true }),
    }));
  }

  /** Media type of the bodies. */
  get contentType(): string {
    return this.#encoding === "json" ? "application/json" : "application/x-protobuf";
  }

  /** All that a service says of a wave, in one request; null when it says nothing. */
  whole(wave: Wave, service: number): Body | null {
    const { raw, sections, spans } = this.#write(wave, service);
    return spans === 0 ? null : { bytes: gzipOf(raw, sections), spans };
  }

  /** The same in requests of at most so many spans. */
  cut(wave: Wave, service: number, spansMax: number): Body[] {
    const { raw, sections } = this.#write(wave, service);
    const ends = sections.flatMap(({ from, period, copies, spanEnds }) =>
      Array.from({ length: copies }, (_, copy) => spanEnds.map((end) => from + copy * period + end)).flat(),
    );
    const bodies: Body[] = [];
    let at = sections[0]?.from ?? 0;
    for (let i = 0; i < ends.length; i += spansMax) {
      const spans = Math.min(spansMax, ends.length - i);
      const end = ends[i + spans - 1] ?? at;
      bodies.push({ bytes: gzipSync(this.#framed(service, raw.slice(at, end)), { level: 1 }), spans });
      at = end;
    }
    return bodies;
  }

  #framed(service: number, spans: Uint8Array): Uint8Array {
    const name = SERVICES[service] ?? "";
    if (this.#encoding === "protobuf") return Buffer.concat([protobufHead(name, spans.length), spans]);
    spans[0] = 32;
    return Buffer.concat([jsonHead(name), spans, JSON_TAIL]);
  }

  #write(wave: Wave, service: number): { raw: Uint8Array; sections: Copies[]; spans: number } {
    const templates = this.#templates[service];
    if (templates === undefined) throw new RangeError(`there is no service ${service}`);
    const failing = failingIn(wave.journeys);
    const parts = [
      { template: templates.passing, copies: wave.journeys - failing, from: wave.from },
      { template: templates.failing, copies: failing, from: wave.from + wave.journeys - failing },
    ].filter(({ template, copies }) => copies > 0 && template.spanEnds.length > 0);
    const spanBytes = parts.reduce(
      (sum, { template, copies }) => sum + template.whole.bytes.length * copies,
      0,
    );
    const isText = this.#encoding === "json";
    const name = SERVICES[service] ?? "";
    const head = isText ? jsonHead(name) : protobufHead(name, spanBytes);
    const tail = isText ? JSON_TAIL : new Uint8Array();
    const raw = Buffer.allocUnsafe(head.length + spanBytes + tail.length);
    raw.set(head);
    const sections: Copies[] = [];
    let at = head.length;
    for (const { template, copies, from } of parts) {
      writeCopies(raw, { template, at, copies, from, wave, isText });
      sections.push({ ...sectionOf(template), from: at, copies });
      at += template.whole.bytes.length * copies;
    }
    raw.set(tail, at);
    if (isText && head.length < at) raw[head.length] = 32;
    const spans = parts.reduce((sum, { template, copies }) => sum + template.spanEnds.length * copies, 0);
    return { raw, sections, spans };
  }
}

interface Copies extends Section {
  readonly spanEnds: readonly number[];
}

function sectionOf({ whole, differing, spanEnds }: Template) {
  return { period: whole.bytes.length, differing, spanEnds };
}

interface Copying {
  readonly template: Template;
  readonly at: number;
  readonly copies: number;
  readonly from: number;
  readonly wave: Wave;
  readonly isText: boolean;
}

function writeCopies(raw: Uint8Array, { template, at, copies, from, wave, isText }: Copying): void {
  const { bytes, holes } = template.whole;
  const moment = momentOf(wave.atMs);
  for (let copy = 0; copy < copies; copy++) {
    const place = at + copy * bytes.length;
    raw.set(bytes, place);
    fill({ to: raw, at: place, ids: idsOf(wave.seed, from + copy), moment, isText }, holes);
  }
}

function templateOf(encoding: Encoding, { service, fails }: { service: string; fails: boolean }): Template {
  const indexes = SPANS.flatMap((shape, index) =>
    shape.service === service && !(fails && shape.onFailure === "missing") ? [index] : [],
  );
  const make = encoding === "json" ? jsonSpan : protobufSpan;
  const pieces = indexes.map((index) => make(index, fails));
  const whole = pieces.length === 0 ? constant([]) : joined(pieces);
  let end = 0;
  const spanEnds = pieces.map((piece) => {
    end += piece.bytes.length;
    return end;
  });
  return { whole, spanEnds, differing: whole.holes.flatMap(({ at, size }) => [at, size]) };
}

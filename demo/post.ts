/**
 * Post: everything that leaves the shop leaves here, over real HTTP, through the OpenTelemetry SDK's own exporters.
 *
 *   tracer, logger → [hold back] → batch → exporter → OTLP/HTTP;  CloudEvents → POST
 *
 * Nothing goes before `flush`. A delivery that was refused, partly refused or never answered makes `flush` throw:
 * exporters alone only whisper about it.
 */
import { DiagLogLevel, diag } from "@opentelemetry/api";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider, type LogRecordProcessor } from "@opentelemetry/sdk-logs";
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  type IdGenerator,
  NodeTracerProvider,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace-node";
import type { Letter, Service, ServiceName } from "./task.ts";

/** Where the post goes and what it is stamped with. */
export interface PostOptions {
  /** base address of the OTLP receiver: `http://127.0.0.1:4318` */
  readonly endpoint: string;
  /** bearer token, when the receiver wants one */
  readonly token?: string;
  /** gives trace and span ids */
  readonly ids: IdGenerator;
}

const QUEUE = { maxQueueSize: 100_000, maxExportBatchSize: 512, scheduledDelayMillis: 60_000 };
const LETTER_TIMEOUT_MS = 10_000;
const LETTERS_AT_ONCE = 16;

/** The shop's post office. Close it when done. */
export class Post {
  readonly #endpoint: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #ids: IdGenerator;
  readonly #providers: { forceFlush(): Promise<void>; shutdown(): Promise<void> }[] = [];
  readonly #problems: string[] = [];
  readonly #letters: Letter[] = [];
  readonly #slow = new Set<ServiceName>();
  readonly #heldBack: (() => void)[] = [];
  #copies = 1;

  constructor(options: PostOptions) {
    this.#endpoint = options.endpoint.replace(/\/+$/, "");
    this.#headers = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
    this.#ids = options.ids;
    diag.setLogger(listenForRefusals(this.#problems), {
      logLevel: DiagLogLevel.WARN,
      suppressOverrideMessage: true,
    });
  }

  /** Opens a service's own tracer and logger. */
  open(name: ServiceName): Service {
    const resource = resourceFromAttributes({
      "service.name": name,
      "service.namespace": "shop",
      "service.version": "2.4.0",
      "deployment.environment.name": "demo",
    });
    const spans = new BatchSpanProcessor(this.#checked(new OTLPTraceExporter(this.#to("/v1/traces"))), QUEUE);
    const logs = new BatchLogRecordProcessor({
      exporter: this.#checked(new OTLPLogExporter(this.#to("/v1/logs"))),
      ...QUEUE,
    });
    const tracers = new NodeTracerProvider({
      resource,
      idGenerator: this.#ids,
      sampler: new AlwaysOnSampler(),
      spanLimits: { linkCountLimit: 128 },
      spanProcessors: [this.#spanGate(name, spans)],
    });
    const loggers = new LoggerProvider({ resource, processors: [this.#logGate(name, logs)] });
    this.#providers.push(tracers, loggers);
    return { name, tracer: tracers.getTracer("shop"), logger: loggers.getLogger("shop") };
  }

  /** Takes a CloudEvent for the next flush. */
  mail(letter: Letter): void {
    this.#unlessSlow(letter.from, () => this.#letters.push(letter));
  }

  /** From now on, what these services report stays here until `release`. */
  holdBack(services: readonly ServiceName[]): void {
    for (const service of services) this.#slow.add(service);
  }

  /** Lets later reports pass at once again; what was held back stays. */
  stopHolding(): void {
    this.#slow.clear();
  }

  /** Hands over everything held back, last report first. */
  release(): void {
    for (const handOver of this.#heldBack.splice(0).reverse()) handOver();
  }

  /** Delivers all there is. With `copies: 2` every export goes twice, as after a lost answer. */
  async flush(options: { readonly copies: number } = { copies: 1 }): Promise<void> {
    this.#copies = options.copies;
    await this.#allOf((provider) => provider.forceFlush());
    while (this.#letters.length > 0) {
      await Promise.all(this.#letters.splice(0, LETTERS_AT_ONCE).map((letter) => this.#deliver(letter)));
    }
    const problems = this.#problems.splice(0);
    if (problems.length > 0) throw new Error(`The shop's telemetry did not arrive: ${problems[0]}`);
  }

  /** Lets go of timers and sockets; what was not flushed is still sent. */
  async close(): Promise<void> {
    await this.#allOf((provider) => provider.shutdown());
    diag.disable();
  }

  async #allOf(act: (provider: { forceFlush(): Promise<void>; shutdown(): Promise<void> }) => Promise<void>) {
    for (const outcome of await Promise.allSettled(this.#providers.map(act))) {
      if (outcome.status === "rejected") this.#problems.push(String(outcome.reason));
    }
  }

  async #deliver(letter: Letter): Promise<void> {
    for (let copy = 0; copy < letter.copies; copy += 1) await this.#postOnce(letter);
  }

  async #postOnce(letter: Letter): Promise<void> {
    const url = `${this.#endpoint}/v1/events`;
    const { body } = letter;
    const headers = { ...letter.headers, ...this.#headers };
    try {
      const answer = await fetch(url, {
        method: "POST",
        headers,
        body,
        signal: AbortSignal.timeout(LETTER_TIMEOUT_MS),
      });
      if (!answer.ok) this.#problems.push(`${url} answered ${answer.status} ${await answer.text()}`);
    } catch (error) {
      this.#problems.push(`${url} did not answer: ${error}`);
    }
  }

  #to(path: string): { url: string; headers: Record<string, string> } {
    return { url: this.#endpoint + path, headers: { ...this.#headers } };
  }

  /** An exporter that remembers its failures, and can send everything once more. */
  #checked<Item>(exporter: Exporter<Item>): Exporter<Item> {
    const remember = (result: ExportResult): ExportResult => {
      if (result.code !== ExportResultCode.SUCCESS) this.#problems.push(String(result.error));
      return result;
    };
    return {
      export: (items, done) => {
        const again =
          this.#copies > 1 ? () => exporter.export(items, (second) => done(remember(second))) : null;
        exporter.export(items, (first) => (again === null ? done(remember(first)) : again()));
      },
      forceFlush: () => exporter.forceFlush(),
      shutdown: () => exporter.shutdown(),
    };
  }

  #spanGate(service: ServiceName, next: SpanProcessor): SpanProcessor {
    return {
      onStart: (span, parent) => next.onStart(span, parent),
      onEnd: (span) => this.#unlessSlow(service, () => next.onEnd(span)),
      forceFlush: () => next.forceFlush(),
      shutdown: () => next.shutdown(),
    };
  }

  #logGate(service: ServiceName, next: LogRecordProcessor): LogRecordProcessor {
    return {
      onEmit: (record) => this.#unlessSlow(service, () => next.onEmit(record)),
      forceFlush: () => next.forceFlush(),
      shutdown: () => next.shutdown(),
    };
  }

  #unlessSlow(service: ServiceName, handOver: () => void): void {
    if (this.#slow.has(service)) this.#heldBack.push(handOver);
    else handOver();
  }
}

interface Exporter<Item> {
  export(items: Item[], done: (result: ExportResult) => void): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** A partial success reaches the sender only as a line of the SDK's diagnostics: listen for it there. */
function listenForRefusals(problems: string[]) {
  const ignore = (): void => undefined;
  const warn = (...words: unknown[]): void => {
    const line = words.join(" ");
    if (/"rejected\w+":"?[1-9]/.test(line)) problems.push(line);
  };
  return { error: ignore, warn, info: ignore, debug: ignore, verbose: ignore };
}

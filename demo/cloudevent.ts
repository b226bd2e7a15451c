/**
 * CloudEvent: tells the outside world about a business fact, over plain HTTP beside OpenTelemetry.
 */
import { headersOf } from "./propagation.ts";
import type { Letter, Task } from "./task.ts";

/** What a CloudEvent says. Extension names are lowercase letters and digits, as the specification wants. */
export interface Announcement {
  readonly type: string;
  readonly subject: string;
  readonly extensions: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, unknown>>;
  /** `name@version` of the message schema */
  readonly contract: string;
  /** all in the body, or attributes in `ce-` headers and only data in the body */
  readonly mode: "structured" | "binary";
  readonly copies: number;
}

/** Posts a CloudEvent in the name of a service, now. */
export function announce(task: Task, what: Announcement): void {
  const attributes = {
    specversion: "1.0",
    id: `evt-${task.shop.random.hex(16)}`,
    source: task.service.name,
    type: what.type,
    subject: what.subject,
    time: new Date(task.nowMs).toISOString(),
    dataschema: `https://shop.example/contracts/${what.contract}`,
    ...what.extensions,
  };
  const from = task.service.name;
  task.shop.mail({ from, copies: what.copies, ...render(task, attributes, what) });
  task.shop.note({
    kind: "cloudevent",
    service: from,
    name: what.type,
    id: "",
    atMs: task.nowMs,
    endMs: task.nowMs,
    detail: attributes.id,
    about: task.about,
  });
}

function render(
  task: Task,
  attributes: Readonly<Record<string, string>>,
  what: Announcement,
): Pick<Letter, "headers" | "body"> {
  const transport = headersOf(task.context);
  if (what.mode === "structured") {
    const body = JSON.stringify({ ...attributes, datacontenttype: "application/json", data: what.data });
    return { headers: { ...transport, "content-type": "application/cloudevents+json" }, body };
  }
  const named = Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]);
  const headers = { ...transport, ...Object.fromEntries(named), "content-type": "application/json" };
  return { headers, body: JSON.stringify(what.data) };
}

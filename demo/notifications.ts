/**
 * Notifications: writes mails. Its telemetry knows no business id at all; only causes tell whose mail it was.
 */
import { SpanKind } from "@opentelemetry/api";
import { inSpan, type Message, spend, type Task } from "./task.ts";

/** Mails the customer about what the message says. */
export function mailCustomer(task: Task, message: Message): null {
  const attributes = { "server.address": "smtp.example", "mail.template": message.queue };
  inSpan(task, { name: `email ${message.queue}`, kind: SpanKind.CLIENT, attributes }, (inner) =>
    spend(inner, 60, 180),
  );
  return null;
}

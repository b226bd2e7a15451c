/**
 * Inventory: knows what is on the shelf, and sets it aside for an order.
 */
import type { Span } from "@opentelemetry/api";
import { publish } from "./broker.ts";
import type { Reply } from "./http.ts";
import { correlation, emit, fail, inSpan, type Message, say, spend, type Task } from "./task.ts";
import type { Purchase } from "./truth.ts";

const UNREACHABLE = { type: "ConnectionRefused", message: "stock database refused the connection" };

/** Says whether everything is there; nothing on these spans says for whom. */
export function checkStock(task: Task, server: Span, purchase: Purchase): Reply {
  spend(task, 3, 12);
  if (!purchase.faults.stockCheckFails) return { status: 200 };
  fail(task, server, UNREACHABLE);
  return { status: 500, error: UNREACHABLE.message };
}

/** Sets the items of a new order aside. The log names each item in plain text, as older code does. */
export function reserveStock(task: Task, message: Message): null {
  const { purchase } = message;
  const attributes = { "order.id": purchase.orderId, ...correlation(task) };
  inSpan(task, { name: "reserve stock", attributes }, (inner) => {
    for (const item of purchase.items) {
      spend(inner, 4, 12);
      say(inner, `reserved item=${item} qty=1`, { "order.id": purchase.orderId });
    }
    emit(inner, "stock.reserved", { "order.id": purchase.orderId });
  });
  publish(task, "stock.reserved", { purchase });
  return null;
}

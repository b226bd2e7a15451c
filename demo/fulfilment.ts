/**
 * Fulfilment: packs what was reserved and hands it to the courier. The warehouse is automatic and takes seconds.
 */
import type { Attributes } from "@opentelemetry/api";
import { publish } from "./broker.ts";
import { announce } from "./cloudevent.ts";
import { contextOf } from "./propagation.ts";
import { emit, inSpan, type Message, type Shop, say, spend, type Task } from "./task.ts";
import type { Purchase } from "./truth.ts";

const PACKED = { type: "com.shop.order.packed", contract: "order.packed@1" };

/** Packs and ships one order, unless its goods wait for a shared package. */
export function fulfil(task: Task, message: Message): string | null {
  const { purchase } = message;
  if (purchase.faults.packingJams) return jam(task, message);
  if (purchase.faults.deliveredTwice && message.delivered > 0) {
    say(task, "message was worked on before, nothing to do", { "messaging.message.id": message.id });
    return null;
  }
  if (purchase.faults.sharedPackage !== undefined) {
    say(task, "goods wait for a shared package");
    return null;
  }
  const keys = { "order.id": purchase.orderId, "package.id": purchase.packageId };
  inSpan(task, { name: "pack order", attributes: keys }, (inner) => {
    spend(inner, 900, 2_400);
    announce(inner, {
      ...PACKED,
      subject: purchase.orderId,
      extensions: { orderid: purchase.orderId, packageid: purchase.packageId },
      data: { items: purchase.items },
      mode: "binary",
      copies: purchase.faults.deliveredTwice ? 2 : 1,
    });
  });
  handToCourier(task, keys);
  publishShipped(task, purchase);
  return null;
}

/** Packs items of several orders into one package. Only the items say whose they are; the rest names the package. */
export function shipTogether(shop: Shop, purchases: readonly Purchase[], atMs: number): void {
  const packageId = purchases[0]?.faults.sharedPackage ?? "";
  const about = purchases.map((purchase) => purchase.correlationId);
  const task: Task = { shop, service: shop.services.fulfilment, context: contextOf({}), about, nowMs: atMs };
  const attributes = { "package.id": packageId };
  inSpan(task, { name: "ship package", attributes }, (inner) => {
    for (const purchase of purchases) packItems(inner, purchase, packageId);
    announce(inner, {
      ...PACKED,
      subject: packageId,
      extensions: { packageid: packageId },
      data: { orders: purchases.length },
      mode: "structured",
      copies: 1,
    });
    handToCourier(inner, attributes);
    for (const purchase of purchases) onBehalfOf(inner, purchase, (own) => publishShipped(own, purchase));
  });
}

function packItems(task: Task, purchase: Purchase, packageId: string): void {
  onBehalfOf(task, purchase, (own) => {
    for (const item of purchase.items) {
      spend(own, 300, 700);
      say(own, `packed item=${item}`, { "package.id": packageId });
    }
  });
}

/** Part of a shared work that is about one purchase only. */
function onBehalfOf(task: Task, purchase: Purchase, work: (own: Task) => void): void {
  const own = { ...task, about: [purchase.correlationId] };
  work(own);
  task.nowMs = own.nowMs;
}

/** The courier's scanner reads the package; the event says what the caller knows besides. */
function handToCourier(task: Task, keys: Attributes): void {
  const attributes = { "package.id": keys["package.id"] ?? "" };
  inSpan(task, { name: "hand to courier", attributes }, (inner) => {
    spend(inner, 600, 1_500);
    emit(inner, "order.shipped", keys);
  });
}

function publishShipped(task: Task, purchase: Purchase): void {
  publish(task, "order.shipped", { purchase, attributes: { "order.id": purchase.orderId } });
}

function jam(task: Task, message: Message): string {
  const gripper = 1 + (message.delivered % 3);
  spend(task, 1_800, 2_600);
  say(task, `gripper ${gripper} jammed, order put back`, { "error.type": "GripperJammed" });
  return `gripper ${gripper} jammed while packing`;
}

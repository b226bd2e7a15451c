/**
 * Process: the entry of the sending process; load.ts starts it.
 */

import type { LoadPlan } from "./plan.ts";
import { type FromSender, send } from "./sender.ts";

const tell = (message: FromSender) => {
  process.send?.(message);
};

process.on("message", (plan: LoadPlan) => {
  send(plan, tell).then(
    (sent) => tell({ kind: "done", sent }),
    (error: unknown) => tell({ kind: "failed", text: String(error) }),
  );
});
process.on("disconnect", () => process.exit());
tell({ kind: "ready" });

/**
 * Notify: the `notify` section of `waybill.yaml`: who is told when an objective burns.
 *
 *   page → [notify] → Definitions → slo/notify.ts
 *
 * Pure. The file holds no secret: where one is needed it names the environment variable that does. Whether that is set
 * is found out at the start, by who reads the environment.
 */
import { z } from "zod";
import type { Notify } from "./definitions.ts";
import { type Page, read } from "./yaml_page.ts";
import { Flag } from "./yaml_scalars.ts";
import { exactly, oneOrMany, orEmpty } from "./yaml_shapes.ts";

const WebUrl = z
  .string("must be an address")
  .refine(isWebUrl, "must be an http:// or https:// address without user, password and fragment");

/** The prefix is ours: an unknown setting under it stops the start. */
const Variable = z
  .string("must be the name of an environment variable")
  .regex(/^(?!WAYBILL_)[A-Z][A-Z0-9_]{0,99}$/, "must be the name of an environment variable, not WAYBILL_…");

const WHERE = {
  url: WebUrl.optional(),
  url_env: Variable.optional(),
  bearer_env: Variable.nullable().default(null),
  allow_private: Flag.default(false),
  severities: oneOrMany(z.enum(["page", "ticket"])).default(["page", "ticket"]),
};

type Where = { readonly url?: string | undefined; readonly url_env?: string | undefined };

const hasOneUrl = [
  ({ url, url_env }: Where) => (url === undefined) !== (url_env === undefined),
  { error: "needs either url or url_env, the variable that holds it" },
] as const;

/** `notify`. */
export const WrittenNotify = orEmpty(
  exactly({
    public_url: WebUrl.nullable().default(null),
    runbook_url: WebUrl.nullable().default(null),
    alertmanagers: oneOrMany(exactly(WHERE).refine(...hasOneUrl), 0).default([]),
    webhooks: oneOrMany(exactly({ ...WHERE, secret_env: Variable }).refine(...hasOneUrl), 0).default([]),
  }),
);

/** The section as the evaluator needs it; nobody is told when it is absent. */
export function readNotify(page: Page): Notify {
  const written = read(page, ["notify"], WrittenNotify);
  return {
    publicUrl: written?.public_url ?? null,
    runbookUrl: written?.runbook_url ?? null,
    alertmanagers: (written?.alertmanagers ?? []).map(targetOf),
    webhooks: (written?.webhooks ?? []).map((one) => ({ ...targetOf(one), secretEnv: one.secret_env })),
  };
}

function targetOf(written: z.output<z.ZodObject<typeof WHERE>>): Notify["alertmanagers"][number] {
  return {
    url: written.url ?? null,
    urlEnv: written.url_env ?? null,
    bearerEnv: written.bearer_env,
    allowPrivate: written.allow_private,
    severities: written.severities,
  };
}

function isWebUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isWeb = url?.protocol === "http:" || url?.protocol === "https:";
  return isWeb && url.username === "" && url.password === "" && url.hash === "";
}

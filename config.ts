/**
 * Config: the machine, as told by the environment: ports, folders, the store, secrets.
 *
 *   WAYBILL_* → [config] → cli, serve
 *
 * Pure: only cli.ts reads `process.env`. The business is not here: waybill.yaml tells it. No problem ever shows a
 * value, for it may be a secret.
 */
import { z } from "zod";
import { Failure } from "./errors.ts";
import { nearest } from "./nearest.ts";

/** Where `waybill.yaml` is looked for unless WAYBILL_CONFIG says otherwise. */
export const DEFINITIONS_PATH = "./waybill.yaml";

const PREFIX = "WAYBILL_";
const MIB = 1_048_576;

function whole(from: number, to: number) {
  const error = `must be a whole number from ${from} to ${to}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, error)
    .transform(Number)
    .refine((n) => n >= from && n <= to, error);
}

const Port = whole(0, 65_535);

const StoreUrl = z
  .url({ protocol: /^https?$/, error: "must be an http:// or https:// address" })
  .refine(
    (text) => !/[?#]/.test(text),
    "must not carry a query or fragment: the store's settings are Waybill's own",
  )
  .refine(isDecodable, "has a % that stands for nothing: write % in a password as %25");

const Fields = z.strictObject({
  WAYBILL_HOST: z
    .string()
    .prefault("127.0.0.1")
    .describe("Address to listen on. Beyond loopback WAYBILL_TOKEN is required."),
  WAYBILL_OTLP_PORT: Port.prefault("4318").describe(
    "Port for OTLP/HTTP and CloudEvents. 0 takes a free one and says which.",
  ),
  WAYBILL_API_PORT: Port.prefault("8080").describe(
    "Port for the API and the page, with the role ingest for health and metrics only. 0 takes a free one and says which.",
  ),
  WAYBILL_TOKEN: z
    .string()
    .regex(
      /^[A-Za-z0-9._~+/-]{16,}=*$/,
      "must be a bearer token of at least 16 characters: letters, digits, . _ ~ + / -",
    )
    .optional()
    .describe(
      "Secret. Bearer token that every request but those of probes must carry. Unset: no request needs one.",
    ),
  WAYBILL_ROLE: z
    .enum(["all", "ingest", "query"], "must be all, ingest or query")
    .prefault("all")
    .describe("What this process does: all, ingest (receive and store) or query (answer)."),
  WAYBILL_DATA_DIR: z
    .string()
    .prefault("./.waybill")
    .describe("Folder for the journal and the embedded store. One process at a time."),
  WAYBILL_CONFIG: z
    .string()
    .prefault(DEFINITIONS_PATH)
    .describe("The file that tells your business: keys, journeys, objectives."),
  WAYBILL_CLICKHOUSE_URL: StoreUrl.optional().describe(
    "Secret if it holds a password. A ClickHouse server, http://user:password@host:8123/database. Unset: the embedded engine.",
  ),
  WAYBILL_CLICKHOUSE_USER: z.string().optional().describe("User on that server, when not in its address."),
  WAYBILL_CLICKHOUSE_PASSWORD: z
    .string()
    .optional()
    .describe("Secret. Password on that server, when not in its address."),
  WAYBILL_CLICKHOUSE_DATABASE: z
    .string()
    .regex(/^[A-Za-z_]\w{0,63}$/, "must be a plain name: letters, digits, _")
    .optional()
    .describe("Database on that server, when not in its address. Unset: the server's default."),
  WAYBILL_BODY_BYTES_MAX: whole(1_024, 1_024 * MIB)
    .prefault(String(64 * MIB))
    .describe("Largest body of one request, before and after decompression; bytes."),
  WAYBILL_JOURNAL_BYTES_MAX: whole(16 * MIB, 2 ** 50)
    .prefault(String(4_096 * MIB))
    .describe(
      "How much the journal may hold while the store is slow or down; bytes. Beyond it senders get 503.",
    ),
  WAYBILL_CORS_ORIGINS: z
    .string()
    .prefault("")
    .transform((text) =>
      text
        .split(",")
        .map((origin) => origin.trim())
        .filter((origin) => origin !== ""),
    )
    .refine((origins) => origins.every(isOrigin), "must be origins such as https://shop.example, or *")
    .describe(
      "Whose pages may send data from a browser: origins such as https://shop.example, with commas between, or *. Unset: none.",
    ),
  WAYBILL_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: "must be an http:// or https:// address" })
    .optional()
    .describe(
      "Where people reach this Waybill; alerts link there. Unset: notify/public_url of waybill.yaml.",
    ),
  WAYBILL_LOG_LEVEL: z
    .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"], "must be a level such as info")
    .prefault("info")
    .describe("Least severe messages to log: fatal, error, warn, info, debug, trace, or silent."),
});
type Fields = z.output<typeof Fields>;

/** As browsers write one: no path, no slash at its end, the host in lower case. */
function isOrigin(text: string): boolean {
  return text === "*" || (URL.canParse(text) && new URL(text).origin === text);
}

/** A ClickHouse server to use instead of the embedded engine. */
export interface ClickHouseServer {
  /** without user, password and database */
  readonly url: string;
  /** "" leaves it to the server */
  readonly username: string;
  readonly password: string;
  readonly database: string;
}

/** The machine, checked, with every default filled in. */
export interface Config {
  readonly host: string;
  /** 0 takes a free one */
  readonly otlpPort: number;
  readonly apiPort: number;
  /** null: no request needs one */
  readonly token: string | null;
  readonly role: "all" | "ingest" | "query";
  readonly dataDir: string;
  /** path of `waybill.yaml` */
  readonly definitionsPath: string;
  /** null: the embedded engine */
  readonly clickhouse: ClickHouseServer | null;
  readonly bodyBytesMax: number;
  readonly journalBytesMax: number;
  /** origins whose pages may send; `*` for all */
  readonly corsOrigins: readonly string[];
  /** where people reach this Waybill; null: waybill.yaml says so, or nobody does */
  readonly publicUrl: string | null;
  readonly logLevel: "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";
}

/**
 * Reads the settings out of an environment. Empty means unset.
 *
 * @throws {Failure} `config`, with one line per problem; no line shows a value
 */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.entries(env).filter(([name, value]) => name.startsWith(PREFIX) && value !== undefined);
  const set = given.filter(([, value]) => value?.trim() !== "").map(([name, value]) => [name, value?.trim()]);
  const outcome = Fields.safeParse(Object.fromEntries(set));
  const problems = outcome.success ? crossProblems(outcome.data) : outcome.error.issues.flatMap(problemsOf);
  if (!outcome.success || problems.length > 0) throw new Failure("config", problems.join("\n"));
  return configOf(outcome.data);
}

/** `.env.example`: every setting with what it means and its default. */
export function renderEnvExample(): string {
  const blocks = Object.entries(Fields.shape).map(([name, field]) => {
    const initial = field instanceof z.ZodPrefault ? field.def.defaultValue : "";
    return `# ${field.description}\n# ${name}=${initial}\n`;
  });
  return `# Settings of the machine, with their defaults. Unset and empty are the same; an unknown name is an error.\n\n${blocks.join("\n")}`;
}

function problemsOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code !== "unrecognized_keys") return [`${issue.path.join(".")} ${issue.message}`];
  return issue.keys.map((name) => {
    const meant = nearest(name, Object.keys(Fields.shape));
    return `${name} is not a setting${meant === undefined ? "" : `; did you mean ${meant}?`}`;
  });
}

/** What only shows when settings are looked at together. */
function crossProblems(fields: Fields): string[] {
  const problems: string[] = [];
  if (!isLoopback(fields.WAYBILL_HOST) && fields.WAYBILL_TOKEN === undefined)
    problems.push(
      "WAYBILL_HOST is beyond loopback: set WAYBILL_TOKEN, or anybody who reaches it can read every order",
    );
  if (fields.WAYBILL_OTLP_PORT === fields.WAYBILL_API_PORT && fields.WAYBILL_API_PORT !== 0)
    problems.push("WAYBILL_API_PORT must differ from WAYBILL_OTLP_PORT: one port cannot serve both");
  return [...problems, ...storeProblems(fields)];
}

function storeProblems(fields: Fields): string[] {
  const { WAYBILL_CLICKHOUSE_URL: url, WAYBILL_ROLE: role } = fields;
  if (url === undefined && role === "query")
    return [
      "WAYBILL_ROLE=query needs WAYBILL_CLICKHOUSE_URL: the embedded store is in the process that receives",
    ];
  const beside = {
    WAYBILL_CLICKHOUSE_USER: url && new URL(url).username,
    WAYBILL_CLICKHOUSE_PASSWORD: url && new URL(url).password,
    WAYBILL_CLICKHOUSE_DATABASE: url && databaseIn(url),
  };
  const set = Object.entries(beside).filter(([name]) => Reflect.get(fields, name) !== undefined);
  if (url === undefined)
    return set.map(
      ([name]) => `${name} does nothing without WAYBILL_CLICKHOUSE_URL: the embedded engine has no users`,
    );
  const twice = set
    .filter(([, inUrl]) => inUrl !== "")
    .map(([name]) => `${name} is also in WAYBILL_CLICKHOUSE_URL`);
  const isPath = databaseIn(url).includes("/");
  return isPath ? [...twice, "WAYBILL_CLICKHOUSE_URL may name a database after the host, not a path"] : twice;
}

function isDecodable(url: string): boolean {
  try {
    return decodeURIComponent(url) !== "";
  } catch {
    return false;
  }
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

function databaseIn(url: string): string {
  return new URL(url).pathname.replace(/^\/|\/$/g, "");
}

function configOf(fields: Fields): Config {
  return {
    host: fields.WAYBILL_HOST,
    otlpPort: fields.WAYBILL_OTLP_PORT,
    apiPort: fields.WAYBILL_API_PORT,
    token: fields.WAYBILL_TOKEN ?? null,
    role: fields.WAYBILL_ROLE,
    dataDir: fields.WAYBILL_DATA_DIR,
    definitionsPath: fields.WAYBILL_CONFIG,
    clickhouse: clickhouseOf(fields),
    bodyBytesMax: fields.WAYBILL_BODY_BYTES_MAX,
    journalBytesMax: fields.WAYBILL_JOURNAL_BYTES_MAX,
    corsOrigins: fields.WAYBILL_CORS_ORIGINS,
    publicUrl: fields.WAYBILL_PUBLIC_URL ?? null,
    logLevel: fields.WAYBILL_LOG_LEVEL,
  };
}

function clickhouseOf(fields: Fields): ClickHouseServer | null {
  const { WAYBILL_CLICKHOUSE_URL: text } = fields;
  if (text === undefined) return null;
  const { origin, username, password } = new URL(text);
  return {
    url: origin,
    username: decodeURIComponent(username) || (fields.WAYBILL_CLICKHOUSE_USER ?? ""),
    password: decodeURIComponent(password) || (fields.WAYBILL_CLICKHOUSE_PASSWORD ?? ""),
    database: databaseIn(text) || (fields.WAYBILL_CLICKHOUSE_DATABASE ?? ""),
  };
}

/** Where this process listens. */
export function portsOf({ role, otlpPort, apiPort }: Config): number[] {
  return role === "query" ? [apiPort] : [otlpPort, apiPort];
}

/** Where the configured store is. */
export function storeOptions({ clickhouse, dataDir }: Config) {
  if (clickhouse === null) return { url: null, dataDir };
  const url = new URL(clickhouse.url);
  url.username = clickhouse.username;
  url.password = clickhouse.password;
  return { url: url.href, dataDir, ...(clickhouse.database === "" ? {} : { database: clickhouse.database }) };
}

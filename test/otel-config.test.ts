/** What can be said of the Collector's configuration and of the compose file without a Collector or a Docker engine. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

interface Pipeline {
  readonly receivers: readonly string[];
  readonly processors: readonly string[];
  readonly exporters: readonly string[];
}

type Components = Readonly<Record<string, unknown>>;

interface Collector {
  readonly extensions: Components;
  readonly receivers: Components;
  readonly processors: Components;
  readonly exporters: Components;
  readonly service: {
    readonly extensions: readonly string[];
    readonly pipelines: Readonly<Record<string, Pipeline>>;
  };
}

interface Condition {
  readonly error_mode: string;
  readonly span: readonly string[];
  readonly spanevent: readonly string[];
}

interface Service {
  readonly image?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Components;
}

const ROOT = new URL("..", import.meta.url);

function text(path: string): string {
  return readFileSync(new URL(path, ROOT), "utf8");
}

describe("the Collector's configuration", () => {
  const collector = parse(text("otel-config.yaml")) as Collector; // our own file
  const pipelines = Object.values(collector.service.pipelines);

  test("uses in its pipelines what it declares, and declares nothing else", () => {
    const used = (part: keyof Pipeline) => new Set(pipelines.flatMap((pipeline) => pipeline[part]));
    expect(used("receivers")).toEqual(new Set(Object.keys(collector.receivers)));
    expect(used("processors")).toEqual(new Set(Object.keys(collector.processors)));
    expect(used("exporters")).toEqual(new Set(Object.keys(collector.exporters)));
    expect(new Set(collector.service.extensions)).toEqual(new Set(Object.keys(collector.extensions)));
  });

  test("limits memory first, in every pipeline", () => {
    for (const { processors } of pipelines) expect(processors[0]).toBe("memory_limiter");
  });

  test("samples traces and never logs", () => {
    expect(collector.service.pipelines["traces"]?.processors).toContain("tail_sampling");
    expect(collector.service.pipelines["logs"]?.processors).toEqual(["memory_limiter"]);
  });

  test("names components by their names of today, and batches only behind the queue", () => {
    const legacy = [
      "otlphttp",
      "loadbalancing",
      "spanmetrics",
      "filelog",
      "k8sattributes",
      "batch",
      "batcher",
    ];
    for (const part of ["extensions", "receivers", "processors", "exporters"] as const) {
      for (const name of Object.keys(collector[part])) expect(legacy).not.toContain(name.split("/")[0]);
    }
  });

  test("keeps every trace that carries an error or a business key", () => {
    const { policies } = collector.processors["tail_sampling"] as {
      policies: { name: string; type: string; ottl_condition?: Condition }[];
    }; // shape of the component
    expect(policies).toContainEqual(expect.objectContaining({ status_code: { status_codes: ["ERROR"] } }));
    const { keys } = parse(text("waybill.yaml")) as { keys: Record<string, { from: unknown[] }> }; // our own file
    const names = Object.values(keys).flatMap(({ from }) =>
      from.filter((place) => typeof place === "string"),
    );
    const conditions = names.map((name) => `attributes["${name}"] != nil`).sort();
    const [kept] = policies.flatMap(({ ottl_condition: condition }) => condition ?? []);
    expect(kept?.error_mode).toBe("ignore");
    expect([...(kept?.span ?? [])].sort()).toEqual(conditions);
    expect([...(kept?.spanevent ?? [])].sort()).toEqual(conditions);
  });

  test("queues on a synced disk and never gives up", () => {
    expect(collector.exporters["otlp_http/waybill"]).toMatchObject({
      sending_queue: { storage: "file_storage", block_on_overflow: true, batch: { sizer: "items" } },
      retry_on_failure: { enabled: true, max_elapsed_time: "0s" },
      headers: { authorization: expect.stringContaining(variable("env:WAYBILL_TOKEN")) },
    });
    expect(collector.extensions["file_storage"]).toMatchObject({ fsync: true });
  });
});

describe("the compose file", () => {
  const source = text("docker-compose.yml");
  const compose = parse(source) as Compose; // our own file
  const services = Object.entries(compose.services);

  test.each(services)("pins %s to an exact version", (_, { image }) => {
    expect(image).toMatch(/:v?\d+\.\d+\.\d+[\w.-]*$/);
  });

  test("publishes ports on loopback unless told otherwise", () => {
    const ports = services.flatMap(([, { ports = [] }]) => ports);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port.startsWith(`${variable("BIND:-127.0.0.1")}:`)).toBe(true);
  });

  test("has no secret of its own: each must be given", () => {
    const given = services.flatMap(([, { environment = {} }]) => Object.entries(environment));
    const secrets = given.filter(([name]) => /TOKEN|PASSWORD/.test(name));
    expect(secrets.length).toBeGreaterThan(5);
    for (const [, value] of secrets) expect(value).toMatch(/\$\{\w+:\?/);
  });

  test("mounts files that exist and volumes that are declared", () => {
    for (const [from = ""] of services.flatMap(([, { volumes = [] }]) =>
      volumes.map((volume) => volume.split(":")),
    )) {
      if (from.startsWith("./")) expect([from, existsSync(new URL(from, ROOT))]).toEqual([from, true]);
      else expect(Object.keys(compose.volumes)).toContain(from);
    }
  });

  test("scrapes services that exist, with the token from a file", () => {
    const { scrape_configs } = parse(text("dashboards/prometheus.yml")) as Scrapes; // our own file
    const hosts = scrape_configs.flatMap(({ static_configs }) =>
      static_configs.flatMap(({ targets }) => targets),
    );
    expect(hosts.map((host) => host.split(":")[0])).toEqual(["waybill", "collector"]);
    for (const host of hosts) expect(Object.keys(compose.services)).toContain(host.split(":")[0]);
    expect(scrape_configs[0]?.authorization).toEqual({
      type: "Bearer",
      credentials_file: "/run/secrets/waybill_token",
    });
  });

  test("runs the Collector that the configuration was written for", () => {
    const version = /contrib distribution (\d+\.\d+)/.exec(text("otel-config.yaml"))?.[1];
    expect(compose.services["collector"]?.image).toMatch(new RegExp(`:${version}\\.\\d+$`));
  });
});

describe("the image", () => {
  const dockerfile = text("Dockerfile");

  test("is built on exact versions, runs as nobody special and says whether it lives", () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(new Set(bases).size).toBe(1);
    for (const base of bases) expect(base).toMatch(/^node:\d+\.\d+\.\d+-[\w-]+$/);
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK .*\/livez/m);
    expect(dockerfile).toMatch(/^CMD \["node", "dist\/cli.js", "serve"\]$/m);
  });

  test("takes no folder along that holds data, secrets or history", () => {
    const allowed = text(".dockerignore").split("\n");
    expect(allowed[0]).toBe("*");
    for (const name of ["!.env", "!.git", "!node_modules", "!.waybill", "!dist"])
      expect(allowed).not.toContain(name);
  });
});

interface Scrapes {
  readonly scrape_configs: readonly {
    readonly authorization?: Components;
    readonly static_configs: readonly { readonly targets: readonly string[] }[];
  }[];
}

/** `${inside}`, which a linter takes for a forgotten template when it stands in a plain string. */
function variable(inside: string): string {
  return `$\{${inside}}`;
}

/**
 * Interop: three spans, sent by every sender there is here, must give one and the same answer.
 *
 *   npm run test:interop
 *
 * Each delivery goes to a Waybill of its own. What cannot run here is skipped and says why. With OTELCOL set to a
 * Collector's binary, deliveries go through it too (interop/collector.sh builds one). Exit code 0: all the same.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, promisify } from "node:util";
import { checkExamples } from "./examples.mjs";
import { curlJson, jsJson, jsProto, pythonHttp, SUBJECT } from "./senders.mjs";
import { answerOf, startCollector, startWaybill } from "./service.mjs";

const execute = promisify(execFile);
const PYTHON_PACKAGES = [
  "opentelemetry-sdk==1.45.2",
  "opentelemetry-exporter-otlp-proto-http==1.45.2",
  "opentelemetry-exporter-otlp-proto-grpc==1.45.2",
];
const PYTHON_SCRIPT = fileURLToPath(new URL("./send_python.py", import.meta.url));

if (!existsSync(fileURLToPath(new URL("../dist/cli.js", import.meta.url)))) {
  console.error("There is no build: npm run build first.");
  process.exit(2);
}
process.exitCode = await main();

async function main() {
  // Two hours ago: every deadline has passed, so the answers do not change while we compare. Odd nanoseconds on purpose.
  const baseNs = BigInt(Date.now() - 7_200_000) * 1_000_000n + 123_457n;
  const scratch = mkdtempSync(join(tmpdir(), "waybill-python-"));
  try {
    const python = await preparePython(scratch);
    const answers = [];
    for (const sender of [jsJson, jsProto, pythonHttp(python), curlJson, ...throughCollector(python)]) {
      const answer = await deliver(sender, baseNs);
      if (answer !== null) answers.push({ name: sender.name, answer });
    }
    const same = compare(answers);
    const fine = await withWaybill(checkExamples);
    return same && fine ? 0 : 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A virtual environment with the SDK, or the reason why there is none. */
async function preparePython(scratch) {
  const python = join(scratch, "venv/bin/python");
  try {
    await execute("python3", ["-m", "venv", join(scratch, "venv")]);
    await execute(python, ["-m", "pip", "install", "--quiet", ...PYTHON_PACKAGES]);
    return { python, reason: null };
  } catch (error) {
    return {
      python: null,
      reason: `no Python SDK: ${String(error.stderr ?? error.message)
        .trim()
        .split("\n")
        .pop()}`,
    };
  }
}

function throughCollector({ python, reason }) {
  const binary = process.env.OTELCOL ?? "";
  const missing = () => (binary === "" ? "OTELCOL is not set (interop/collector.sh)" : reason);
  const through = (name, send) => ({
    name,
    missing,
    send: async ({ otlp, baseNs }) => {
      const collector = await startCollector(binary, otlp);
      await send(collector, baseNs);
      return collector.stop;
    },
  });
  const byGrpc = ({ grpc }, baseNs) => execute(python, [PYTHON_SCRIPT, "grpc", grpc, String(baseNs)]);
  const byHttp = ({ otlp }, baseNs) => jsProto.send({ otlp, baseNs });
  return [
    through("Python SDK, OTLP/gRPC, through the Collector", byGrpc),
    through("JavaScript SDK, OTLP/protobuf, through the Collector", byHttp),
  ];
}

/** The answer after one delivery to a fresh Waybill; null when skipped. */
async function deliver(sender, baseNs) {
  const missing = sender.missing();
  if (missing !== null) {
    console.log(`skipped  ${sender.name}: ${missing}`);
    return null;
  }
  return withWaybill(async ({ otlp, api }) => {
    const stop = await sender.send({ otlp, baseNs });
    try {
      return await answerOf(api, SUBJECT);
    } finally {
      if (typeof stop === "function") await stop();
    }
  });
}

async function withWaybill(work) {
  const waybill = await startWaybill();
  try {
    return await work(waybill);
  } finally {
    await waybill.stop();
  }
}

function compare([first, ...others]) {
  console.log(`answer   ${first.name}: ${first.answer.headline}`);
  let same = true;
  for (const { name, answer } of others) {
    const equal = isDeepStrictEqual(answer, first.answer);
    console.log(`${equal ? "same    " : "DIFFERS "} ${name}`);
    if (!equal) console.log(differences(first.answer, answer).join("\n"));
    same &&= equal;
  }
  return same;
}

function differences(one, other) {
  const [left, right] = [one, other].map((answer) => JSON.stringify(answer, null, 1).split("\n"));
  return left.flatMap((line, at) =>
    line === right[at] ? [] : [`  - ${line.trim()}`, `  + ${right[at]?.trim()}`],
  );
}

/**
 * A real ClickHouse server, made from the library that the embedded engine ships.
 *
 *   node test/clickhouse_server.mjs <data folder> <http port> [config file]
 *
 * libchdb.so still contains the whole of clickhouse-local, which can open the HTTP port and then stay busy for ever.
 * The process ends when its stdin does, so that a test runner that dies takes its server with it.
 */
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { DataType, load, open } from "ffi-rs";

const [dataDir, httpPort, configFile] = process.argv.slice(2);

// chdb depends on one package per platform; npm installs only the one that fits.
const require = createRequire(createRequire(import.meta.url).resolve("chdb/package.json"));
const candidates = Object.keys(require("./package.json").optionalDependencies);
const installed = candidates
  .filter((name) => name.startsWith("@chdb/lib-"))
  .flatMap((name) => {
    try {
      return [require.resolve(`${name}/libchdb.so`)];
    } catch {
      return [];
    }
  });
if (installed.length === 0) throw new Error("no @chdb/lib-* package is installed for this platform");

// The main thread is inside the engine from here on: another one has to notice that nobody needs us any more.
const watch = `require("node:fs").readSync(0, Buffer.alloc(1)); process.kill(process.pid, "SIGKILL")`;
await new Promise((resolve) => new Worker(watch, { eval: true }).once("online", resolve));

const forever = "SELECT sleepEachRow(1) FROM system.numbers SETTINGS max_block_size = 1 FORMAT Null";
const args = [
  "clickhouse-local",
  `--path=${dataDir}`,
  "--listen_host=127.0.0.1",
  `--http_port=${httpPort}`,
  ...(configFile === undefined ? [] : [`--config-file=${configFile}`]),
  `--query=SYSTEM START LISTEN HTTP; ${forever}`,
];
open({ library: "chdb", path: installed[0] });
load({
  library: "chdb",
  funcName: "chdb_query_cmdline",
  retType: DataType.I32,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [args.length, args],
});

/**
 * Slo argv: the command line of what `waybill slo` does beside listing objectives.
 *
 *   argv → [slo_argv] → simulate, openslo, rules
 */
import { type Command, Option } from "commander";
import type { Surroundings } from "./around.ts";
import { exportSlos, importSlos } from "./openslo.ts";
import { printRules } from "./rules.ts";
import { simulateEither } from "./simulate.ts";
import { recountSlos, showSlo } from "./slo_show.ts";

/** Adds `simulate`, `import`, `export`, `show`, `recount` and `rules`. Options of `slo` itself have to stand before their names. */
export function addSloCommands(
  slo: Command,
  around: Surroundings,
  run: (code: Promise<number>) => Promise<void>,
): void {
  slo
    .enablePositionalOptions()
    .command("simulate")
    .description("what would have paged: in made-up traffic, or in the journeys of the last days")
    .argument("[file]", "scenario as JSON (docs/slo.md); - for standard input")
    .option("--objective <id>", "instead of a file: a running Waybill's definition.objective")
    .option("--from <length>", "how far back, at most 7d")
    .option("--json", "for machines")
    .addOption(new Option("--url <url>", "a running Waybill; default: the one on this machine"))
    .action((file, options) => run(simulateEither(around, { file, ...options })));
  slo
    .command("import")
    .description("OpenSLO v1 as objectives of waybill.yaml")
    .argument("<file>", "one or more documents; - for standard input")
    .action((file) => run(importSlos(around, { file })));
  slo
    .command("export")
    .description("objectives of waybill.yaml as OpenSLO v1")
    .option("--objective <id>", "definition.objective; default: all")
    .option("--file <path>", "default: WAYBILL_CONFIG or ./waybill.yaml")
    .action((options) => run(exportSlos(around, options)));
  slo
    .command("show")
    .description("one objective: its chart, and what spent its budget")
    .argument("<id>", "definition.objective")
    .option("--json", "for machines")
    .option("--url <url>", "a running Waybill; default: the one on this machine")
    .action((id, options) => run(showSlo(around, { id, ...options })));
  slo
    .command("recount")
    .description("count every objective again from nothing, and compare with what is held")
    .option("--json", "for machines")
    .option("--url <url>", "a running Waybill; default: the one on this machine")
    .action((options) => run(recountSlos(around, options)));
  slo
    .command("rules")
    .description("recording and alerting rules for Prometheus")
    .option("--sloth-labels", "label recorded series as Sloth does")
    .option("--inhibit", "instead, what Alertmanager needs so that a page takes the place of tickets")
    .option("--file <path>", "default: WAYBILL_CONFIG or ./waybill.yaml")
    .action((options) => run(printRules(around, options)));
}

/**
 * Letters argv: the command line of `waybill dead-letters`.
 *
 *   argv → [letters_argv] → letters
 */
import { type Command, Option } from "commander";
import type { Surroundings } from "./around.ts";
import { discardLetters, listLetters, replayLetters, showLetter } from "./letters.ts";

/** Adds `list` (also without a name), `show`, `replay` and `discard`. `run` takes the exit code. */
export function addLetterCommands(
  letters: Command,
  around: Surroundings,
  run: (code: Promise<number>) => Promise<void>,
): void {
  const add = (name: string, description: string, isDefault = false) =>
    letters
      .command(name, { isDefault })
      .description(description)
      .option("--json", "for machines")
      .addOption(new Option("--url <url>", "a running Waybill; default: the one on this machine"));
  withFilter(add("list", "what was refused, and why", true))
    .option("--status <status>", "new, replayed, failed_again or discarded")
    .option("--group <by>", "counts by reason: --group reason")
    .option("--limit <count>", "default: 200")
    .option("--cursor <cursor>", "go on where a page said that there are more")
    .action((options) => run(listLetters(around, options)));
  add("show", "one letter with its record, values masked")
    .argument("<id>")
    .option("--values", "every value; they may be secret")
    .option("--bytes", "the bytes, in base64")
    .action((id, options) => run(showLetter(around, id, options)));
  withChoice(add("replay", "send letters again; what is fine now takes its place in its journey"))
    .option("--dry-run", "only say what would be done")
    .option("--record <file>", "a record in JSON in place of the one that was refused (one letter)")
    .option("--patch <json>", "a JSON merge patch on the record (one letter)")
    .action((ids, options) => run(replayLetters(around, ids, options)));
  withChoice(add("discard", "give letters up: they are kept, but wait no longer"))
    .requiredOption("--because <text>", "kept with each")
    .action((ids, options) => run(discardLetters(around, ids, options)));
}

function withFilter(command: Command): Command {
  return command
    .option("--reason <code>")
    .option("--signal <signal>", "traces, logs or events")
    .option("--since <time>", "so long ago, 24h or 7d, or RFC 3339")
    .option("--until <time>", "the same");
}

function withChoice(command: Command): Command {
  return withFilter(command.argument("[ids...]"))
    .option("--all", "every letter that waits")
    .option("--limit <count>", "default: 1000");
}

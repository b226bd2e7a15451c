/**
 * Damage: F7, a journal with a torn end, a flipped byte, an emptied, a vanished and an unreadable file.
 *
 *   five starts without a store, a file each → one file is hurt → a start with a store → judged
 *
 * What was in the middle file may be missing, all else must be there; what is missing is told by metrics and the log.
 */
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { heals, progress, rowOf, trial, verdictOf } from "../trial.mjs";

const FILES = 5;
const HURT = 2;
const NOWHERE = { WAYBILL_CLICKHOUSE_URL: "http://127.0.0.1:9" };

/** `mayLose`: how many requests may be gone; `tells`: a metric that is then above zero. */
const WAYS = [
  {
    name: "torn end",
    hurt: (path) => appendFileSync(path, readFileSync(path).subarray(0, 200)),
    mayLose: 0,
    tells: "waybill_journal_damaged_spots",
  },
  { name: "flipped byte", hurt: flip, mayLose: 1, tells: "waybill_journal_damaged_spots" },
  {
    name: "empty",
    hurt: (path) => truncateSync(path, 0),
    mayLose: Number.POSITIVE_INFINITY,
    tells: 'waybill_journal_lost_segments{how="empty"}',
  },
  {
    name: "missing",
    hurt: (path) => rmSync(path),
    mayLose: Number.POSITIVE_INFINITY,
    tells: 'waybill_journal_lost_segments{how="missing"}',
  },
  {
    name: "unreadable",
    hurt: unreadable,
    mayLose: Number.POSITIVE_INFINITY,
    tells: 'waybill_journal_lost_segments{how="unreadable"}',
  },
];

/** F7. */
export async function journalHurt({ moments }) {
  const rows = [];
  for (let n = 0; n < moments; n++) for (const way of WAYS) rows.push(await hurt(way));
  return rows;
}

async function hurt(way) {
  const world = await trial({}, async (world) => {
    progress(way.name);
    const known = await fiveFiles(world);
    const folder = join(world.folder, "data", "journal");
    // A life that was killed leaves the file behind that it made ahead, with nothing in it.
    const files = readdirSync(folder)
      .filter((name) => name.endsWith(".segment"))
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).size > 0);
    if (files.length !== FILES) world.ledger.breach(`${files.length} files of the journal`);
    way.hurt(files.sort()[HURT]);
    await world.service.start();
    await world.service.ready();
    await world.service.drained(30_000);
    const told = (await world.service.metrics()).get(way.tells) ?? 0;
    if (told === 0) world.ledger.breach(`${way.tells} is 0`);
    if (!world.service.said.includes("Parts of the journal could not be read"))
      world.ledger.breach("the log says nothing of it");
    world.healMs.push(await heals(world));
    world.moments += 1;
    world.verdict = excused(await verdictOf(world), { way, hurtIds: known[HURT], world });
  });
  return rowOf(`F7 ${way.name}`, world, world.verdict);
}

/** The ids acked during each of five short lives. */
async function fiveFiles(world) {
  const known = [];
  for (let n = 0; n < FILES; n++) {
    const before = world.ledger.ackedNow();
    await world.service.start({ env: NOWHERE });
    const load = world.load({ first: n * 10_000 });
    await sleep(300);
    await load.stop();
    await world.service.kill();
    known.push([...world.ledger.ackedNow()].filter((id) => !before.has(id)));
  }
  return known;
}

/** What the hurt file held is not lost by us; how much of it is missing is noted. */
function excused(verdict, { way, hurtIds, world }) {
  const allowed = new Set(hurtIds);
  const gone = verdict.lost.filter((id) => allowed.has(id));
  const requests = new Set(gone.map((id) => id.split("-").toSpliced(3, 1).join("-")));
  if (requests.size > way.mayLose) world.ledger.breach(`${requests.size} requests are gone`);
  world.notes.push(
    `${requests.size} of ${new Set(hurtIds.map((id) => id.split("-").toSpliced(3, 1).join("-"))).size} requests of the hurt file gone`,
  );
  // A journey that one of its two hops is missing of is lost as that hop is; dead letters of the file likewise.
  const blocks = new Set(hurtIds.map((id) => id.split("-")[2]));
  const isExcused = (words) =>
    allowed.has(words) || [...blocks].some((block) => words.includes(`-${block}-`));
  return { ...verdict, lost: verdict.lost.filter((words) => !isExcused(words)) };
}

function flip(path) {
  const bytes = readFileSync(path);
  const at = Math.floor(bytes.length / 2);
  bytes[at] ^= 0xff;
  writeFileSync(path, bytes);
}

/** A folder in its place: reading it fails for root too. */
function unreadable(path) {
  renameSync(path, `${path}.aside`);
  mkdirSync(path);
}

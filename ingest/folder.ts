/**
 * Folder: one data folder, one process.
 *
 *   openFolder → lock → store, journal, scratch → close
 *
 * Whoever keeps files in the folder opens it first; a second process gets one clear line instead of a broken store.
 * A lock left by a dead process is taken over, also when its process id has been given to another since.
 * Knows nothing of what is in the folder but its format number and its id.
 */
import { randomUUID } from "node:crypto";
import { link, mkdir, open, readFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Failure } from "../errors.ts";

/** Raised when an older Waybill could no longer read what this one writes. */
const FORMAT = 1;

/** An opened data folder; its parts belong to the modules named. */
export interface Folder {
  /** absolute, links resolved */
  readonly path: string;
  /** the same after every restart, and another folder's never */
  readonly id: string;
  /** the embedded engine's: store.ts */
  readonly store: string;
  /** segments: journal.ts */
  readonly journal: string;
  /** blocks on their way into the engine; worthless after a crash */
  readonly scratch: string;
  /** Lets another process in, once everyone in this process who opened the folder has closed it. */
  readonly close: () => Promise<void>;
}

/** What of an opened folder the journal needs; plain data. */
export type HeldFolder = Pick<Folder, "path" | "id" | "journal">;

/** Who holds a folder. The start time tells a process from a later one with the same id. */
interface Holder {
  readonly pid: number;
  /** "" where the platform does not tell */
  readonly startedAt: string;
}

const openings = new Map<string, { count: number; ready: Promise<string> }>();

/**
 * Takes the folder for this process, making it when it is missing. The same process may open it several times.
 *
 * @throws {Failure} `in_use` while another living process holds it; `config` when it cannot serve: no permission,
 *   a path the engine would read as a pattern, or contents of a newer version
 */
export async function openFolder(dataDir: string): Promise<Folder> {
  const path = await makeFolder(dataDir);
  const opening = openings.get(path) ?? { count: 0, ready: take(path) };
  opening.count++;
  openings.set(path, opening);
  const id = await opening.ready.catch((error: unknown) => {
    openings.delete(path);
    throw error;
  });
  let open = true;
  const close = async () => {
    if (!open) return;
    open = false;
    if (--opening.count > 0) return;
    openings.delete(path);
    await rm(join(path, "lock"), { force: true });
  };
  const part = (name: string) => join(path, name);
  return { path, id, store: part("store"), journal: part("journal"), scratch: part("scratch"), close };
}

async function makeFolder(dataDir: string): Promise<string> {
  // ClickHouse takes these for a pattern and reads no file at all, without a word.
  if (/[*?{}]/.test(dataDir))
    throw new Failure("config", `the data folder ${dataDir} must not contain * ? { or }`);
  try {
    await mkdir(dataDir, { recursive: true });
    return await realpath(dataDir);
  } catch (error) {
    throw new Failure("config", `the data folder ${dataDir} cannot be made`, error);
  }
}

/** Answers the id. */
async function take(path: string): Promise<string> {
  try {
    await lock(path);
    return await prepare(path).catch(async (error: unknown) => {
      await rm(join(path, "lock"), { force: true });
      throw error;
    });
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure("config", `the data folder ${path} cannot be used`, error);
  }
}

async function prepare(path: string): Promise<string> {
  await checkFormat(path);
  const id = (await textIn(path, "id")) ?? (await name(path));
  await rm(join(path, "scratch"), { recursive: true, force: true });
  for (const part of ["store", "journal", "scratch"]) await mkdir(join(path, part), { recursive: true });
  await syncFolder(path);
  // The folder's own name; the one above may not be ours to open, and was then not made by us either.
  await syncFolder(dirname(path)).catch(() => undefined);
  return id;
}

async function name(path: string): Promise<string> {
  const id = randomUUID();
  await writeWhole(path, "id", id);
  return id;
}

/**
 * A link appears whole or not at all, so nobody reads a half-written lock. Two processes that find the same dead
 * holder within the same millisecond could both win; the engine's own lock on its files then stops the second.
 */
async function lock(path: string): Promise<void> {
  const file = join(path, "lock");
  const mine = `${file}.${process.pid}`;
  await writeFile(mine, JSON.stringify({ pid: process.pid, startedAt: await startOf(process.pid) }));
  try {
    while (!(await linked(mine, file))) {
      const holder = await holderOf(file);
      if (holder !== null && (await isAlive(holder))) throw inUse(path, holder.pid);
      await rm(file, { force: true });
    }
  } finally {
    await rm(mine, { force: true });
  }
}

/** The one line a second process gets. */
export function inUse(path: string, pid: number, cause?: unknown): Failure {
  const detail = `the data folder ${path} is used by process ${pid}; stop it or set WAYBILL_DATA_DIR`;
  return new Failure("in_use", detail, cause);
}

/** Whether there is a process of that id, ours or not. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

async function holderOf(file: string): Promise<Holder | null> {
  try {
    const { pid, startedAt } = JSON.parse(await readFile(file, "utf8"));
    return { pid: Number(pid), startedAt: String(startedAt) };
  } catch (error) {
    // Gone meanwhile, or rubbish that no version of this module wrote: either way nobody holds it.
    if (codeOf(error) === "ENOENT" || error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

async function isAlive({ pid, startedAt }: Holder): Promise<boolean> {
  return isRunning(pid) && (await startOf(pid)) === startedAt;
}

/** Boot and tick at which a process started, from /proc; "" where there is none, and then the id alone decides. */
async function startOf(pid: number): Promise<string> {
  try {
    const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The second field is the command in brackets and may hold anything; the start is the 20th after it.
    return `${boot.trim()}/${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
  } catch {
    return "";
  }
}

async function checkFormat(path: string): Promise<void> {
  const text = await textIn(path, "format");
  if (text === null) return writeWhole(path, "format", String(FORMAT));
  const format = Number(text);
  if (format === FORMAT) return;
  const problem =
    Number.isInteger(format) && format > FORMAT ? "was written by a newer Waybill" : "is not one of ours";
  throw new Failure(
    "config",
    `the data folder ${path} ${problem} (format ${text}, this one knows ${FORMAT})`,
  );
}

/** What a file says, null when there is none. */
async function textIn(path: string, name: string): Promise<string | null> {
  const text = await readFile(join(path, name), "utf8").catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  });
  return text === null ? null : text.trim();
}

/** A file that is there whole or not at all, also after a power cut. */
async function writeWhole(path: string, name: string, text: string): Promise<void> {
  const file = join(path, name);
  await writeFile(`${file}.new`, `${text}\n`, { flush: true });
  await rename(`${file}.new`, file);
}

/** Makes the names in a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

/**
 * Disk: what a disk's refusal is called, for senders and for whoever is called about it.
 *
 *   error of a file → [disk] → a few words without a path
 *
 * Pure.
 */

const WORDS: Readonly<Record<string, string>> = {
  ENOSPC: "The disk under WAYBILL_DATA_DIR is full.",
  EDQUOT: "The quota of the disk under WAYBILL_DATA_DIR is used up: disk full.",
  EFBIG: "A file under WAYBILL_DATA_DIR may not grow any more: disk full.",
  EROFS: "The disk under WAYBILL_DATA_DIR is read-only.",
  EACCES: "WAYBILL_DATA_DIR may not be written.",
  EIO: "The disk under WAYBILL_DATA_DIR reports an input/output error.",
  EMFILE: "This process has too many files open.",
  ENFILE: "This machine has too many files open.",
};

/** Says what is wrong with the disk; "" for what it does not know. */
export function diskTrouble(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return WORDS[code] ?? "";
}

/**
 * Nearest: the name somebody probably meant.
 *
 *   unknown name + known names → [nearest] → "did you mean …?"
 *
 * Pure. Open to all, like errors.ts: settings and waybill.yaml both refuse unknown names.
 */

/** How many letters to insert, drop, change or swap to get from one text to another. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwap ? (beforeLast[j - 2] ?? 0) + 1 : change;
      row.push(Math.min(change, swap, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** The known name closest to what was written, or undefined when none is close enough to be a slip. */
export function nearest(written: string, known: Iterable<string>): string | undefined {
  if (written.length > 100) return undefined;
  const wanted = written.toLowerCase();
  const slipsMax = Math.max(1, Math.floor(written.length / 3));
  const ranked = [...known]
    .map((name) => ({ name, slips: editDistance(wanted, name.toLowerCase()) }))
    .filter(({ slips }) => slips <= slipsMax)
    .sort((a, b) => a.slips - b.slips);
  return ranked[0]?.name;
}

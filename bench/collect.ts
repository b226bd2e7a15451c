/**
 * Collect: loaded into a measured service before it starts; says on SIGUSR2 what its memory holds once the garbage is
 * gone.
 *
 * Needs `--expose-gc`. Says one line on stderr: `bench-memory` and a number of bytes.
 */
process.on("SIGUSR2", () => {
  globalThis.gc?.();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  // `external` leaves shared memory out, in which columns and tables are; `arrayBuffers` what is no buffer, which is little.
  process.stderr.write(`bench-memory ${heapUsed + Math.max(external, arrayBuffers)}\n`);
});

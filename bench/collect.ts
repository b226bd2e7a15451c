/**
 * Collect: loaded into a measured service before it starts; says on SIGUSR2 what its memory holds once the garbage is
 * gone.
 *
 * Needs `--expose-gc`. Says one line on stderr: `bench-memory` and a number of bytes.
 */
process.on("SIGUSR2", () => {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  process.stderr.write(`bench-memory ${heapUsed + external}\n`);
});

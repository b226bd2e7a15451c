/**
 * Start: run.mjs, in a process that has its settings from the beginning.
 *
 *   node --max-semi-space-size=64 start.cjs serve|demo|bench|test|cli …
 *
 * Both settings count only before Node loads its first ES module, which is read by the threads that one of them is about.
 * Facts live for seconds, not milliseconds: with the default of 16 MiB most of them are copied three times before they go.
 */

// The embedded engine's queries, gzip and fsync share libuv's threads; the default of four lets them wait for each other.
process.env.UV_THREADPOOL_SIZE ??= "16";

void import("./run.mjs");

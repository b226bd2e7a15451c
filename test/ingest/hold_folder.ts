/** Opens the embedded store of a folder, says so, and keeps it until it is killed. */
import { openStore } from "../../ingest/store.ts";

await openStore({ url: null, dataDir: process.argv[2] ?? "" });
console.log("open");
setInterval(() => undefined, 60_000);

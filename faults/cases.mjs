/**
 * Cases: every fault that is provoked, how often, and what it needs.
 */
import { full, readOnly } from "./cases/disk.mjs";
import { killed, stopped } from "./cases/kill.mjs";
import { cut } from "./cases/power.mjs";
import { answersLost, storeAway } from "./cases/store.mjs";
import { syncsFail } from "./cases/sync.mjs";
import { noDisks } from "./disks.mjs";
import { noStrace } from "./tools.mjs";

/** In the order in which they run. `isShort`: part of `npm test` too, with `shortMoments`. */
export const CASES = [
  {
    name: "F1",
    about: "kill -9 under load, at start-up, in the replay",
    run: killed,
    moments: 50,
    shortMoments: 4,
    isShort: true,
  },
  {
    name: "F2",
    about: "power cut, by copying a live ext4 image",
    run: cut,
    missing: noDisks,
    moments: 20,
    shortMoments: 1,
  },
  { name: "F3", about: "the store killed, stopped, cut off", run: storeAway, moments: 1, isShort: true },
  {
    name: "F4",
    about: "the store's answers lost, late, or a lie",
    run: answersLost,
    moments: 3,
    shortMoments: 1,
    isShort: true,
  },
  { name: "F5", about: "a full disk under journal, store and log", run: full, missing: noDisks, moments: 5 },
  { name: "F6", about: "a disk that turns read-only", run: readOnly, missing: noDisks, moments: 3 },
  {
    name: "F6",
    about: "syncs that fail, of journal and store",
    run: syncsFail,
    missing: noStrace,
    moments: 6,
    shortMoments: 2,
  },
  { name: "F12", about: "SIGTERM under load", run: stopped, moments: 20, shortMoments: 2, isShort: true },
];

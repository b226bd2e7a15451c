/**
 * Cases: every fault that is provoked, how often, and what it needs.
 */
import { clockJumps } from "./cases/clock.mjs";
import { journalHurt } from "./cases/damage.mjs";
import { full, readOnly } from "./cases/disk.mjs";
import { farTimes, outOfOrder, toldTwice } from "./cases/facts.mjs";
import { killed } from "./cases/kill.mjs";
import { filesOut, memoryShort } from "./cases/limits.mjs";
import { peersVanish } from "./cases/network.mjs";
import { cut } from "./cases/power.mjs";
import { otherStarts, twoOnOneFolder } from "./cases/starts.mjs";
import { stopped, stoppedHard } from "./cases/stop.mjs";
import { answersLost, storeAway } from "./cases/store.mjs";
import { syncsFail } from "./cases/sync.mjs";
import { noDisks } from "./disks.mjs";
import { noFaketime, noMemoryCap, noPrlimit, noStrace } from "./tools.mjs";

/** In the order in which they run. `isShort`: part of `npm test` too, with `shortMoments`. */
export const CASES = [
  {
    name: "F1",
    about: "kill -9 under load, at start-up, in the replay",
    run: killed,
    moments: 50,
    shortMoments: 3,
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
  { name: "F3", about: "the store killed, stopped, cut off", run: storeAway, moments: 1 },
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
  { name: "F7", about: "a journal that is hurt in five ways", run: journalHurt, moments: 1 },
  {
    name: "F8",
    about: "256 files for 400 clients",
    run: filesOut,
    missing: noPrlimit,
    moments: 3,
    shortMoments: 1,
  },
  {
    name: "F9",
    about: "256 MiB for 64 bodies of 10 MiB",
    run: memoryShort,
    missing: noMemoryCap,
    moments: 3,
    shortMoments: 1,
  },
  {
    name: "F10",
    about: "our clock ahead, behind, set back",
    run: clockJumps,
    missing: noFaketime,
    moments: 2,
    shortMoments: 1,
  },
  { name: "F11", about: "peers that vanish, stall, read a byte a second", run: peersVanish, moments: 1 },
  { name: "F12", about: "SIGTERM under load", run: stopped, moments: 20, shortMoments: 2, isShort: true },
  {
    name: "F12",
    about: "SIGTERM while the store hangs, and a second one",
    run: stoppedHard,
    moments: 4,
    shortMoments: 1,
  },
  {
    name: "F13",
    about: "two processes on one folder",
    run: twoOnOneFolder,
    moments: 3,
    shortMoments: 1,
  },
  { name: "F14", about: "smaller limits, a newer folder", run: otherStarts, moments: 2, shortMoments: 1 },
  {
    name: "F15",
    about: "the same facts again and again",
    run: toldTwice,
    moments: 3,
    shortMoments: 1,
    isShort: true,
  },
  {
    name: "F16",
    about: "facts in the wrong order",
    run: outOfOrder,
    moments: 5,
    shortMoments: 1,
  },
  { name: "F17", about: "times that cannot be", run: farTimes, moments: 2, shortMoments: 1, isShort: true },
];

/**
 * Cases: every fault that is provoked, how often, and what it needs.
 */
import { killed, stopped } from "./cases/kill.mjs";
import { cut } from "./cases/power.mjs";
import { noDisks } from "./disks.mjs";

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
  { name: "F12", about: "SIGTERM under load", run: stopped, moments: 20, shortMoments: 2, isShort: true },
];

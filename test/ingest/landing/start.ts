/** What a landing is started with on a folder, without a token and on any free port. */
import { openFolder } from "../../../ingest/folder.ts";
import { Room } from "../../../ingest/landing/room.ts";

/** Where it lets senders in. */
export const AT = { host: "127.0.0.1", port: 0, setting: "WAYBILL_OTLP_PORT", share: 0.3 };

/** Holds the folder for it. */
export async function startOn(dataDir: string) {
  const held = await openFolder(dataDir);
  const room = new Room();
  const start = {
    folder: { path: held.path, id: held.id, journal: held.journal },
    tenant: "default",
    token: null,
    corsOrigins: [],
    bodyBytesMax: 2 ** 20,
    journalBytesMax: 2 ** 24,
    times: { pastMs: 86_400_000, aheadMs: 86_400_000 },
    unusedSegment: 1,
    room: room.shared,
  };
  return { held, room, start };
}

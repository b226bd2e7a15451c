/**
 * Deliver: one POST to an address that somebody configured.
 *
 *   notify → [deliver] → Alertmanager, webhook
 *
 * Never to this machine or a private network unless that is allowed: the address is looked at after the name was
 * resolved, and it is that very address that is connected to, so a name that changes its mind gains nothing. Redirects
 * are not followed. Nothing of an answer but its status is ever shown.
 */
import type { LookupAddress, LookupOptions } from "node:dns";
import { lookup as resolve } from "node:dns";
import { request as http, type RequestOptions } from "node:http";
import { request as https } from "node:https";
import { BlockList, isIP } from "node:net";

/** How long one POST may take, from the name's resolution to the answer; ms. */
const TIMEOUT_MS = 10_000;

/** What is sent where. */
export interface Parcel {
  readonly url: string;
  readonly allowPrivate: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What came of it: `again` says whether trying again may help. */
export type Delivered =
  | { readonly ok: true }
  | { readonly ok: false; readonly again: boolean; readonly why: string };

// Two lists: one list would find an IPv4 address in the IPv6 networks that it can be mapped into.
const PRIVATE = { 4: new BlockList(), 6: new BlockList() } as const;
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const)
  PRIVATE[4].addSubnet(net, bits, "ipv4");
for (const [net, bits] of [
  // Everything that is not global unicast, and the ways to write an IPv4 address in six.
  ["::", 3],
  ["2001::", 32],
  ["2002::", 16],
  ["4000::", 2],
  ["8000::", 1],
] as const)
  PRIVATE[6].addSubnet(net, bits, "ipv6");

/** Whether an address is on this machine, in a private network, or otherwise nobody's on the internet. */
export function isPrivate(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return PRIVATE[4].check(address, "ipv4");
  return family === 0 || PRIVATE[6].check(address, "ipv6");
}

/** Sends a parcel once. Never throws: what went wrong is the answer. */
export function deliver(parcel: Parcel): Promise<Delivered> {
  const url = new URL(parcel.url);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  // A literal address is never looked up.
  if (!parcel.allowPrivate && isIP(host) !== 0 && isPrivate(host)) return Promise.resolve(REFUSED);
  return new Promise((done) => {
    const options: RequestOptions = {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "waybill", ...parcel.headers },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      // A connection of its own: one that is kept could lead to where nobody looked.
      agent: false,
      ...(parcel.allowPrivate ? {} : { lookup: publicOnly }),
    };
    const request = (url.protocol === "https:" ? https : http)(url, options, (response) => {
      response.resume();
      done(outcomeOf(response.statusCode ?? 0));
      response.on("error", () => {});
    });
    request.on("error", (error) => done(failed(error)));
    request.end(parcel.body);
  });
}

const REFUSED: Delivered = {
  ok: false,
  again: false,
  why: "the address is private or on this machine; allow_private would allow it",
};

class PrivateAddress extends Error {}

function failed(error: Error): Delivered {
  if (error instanceof PrivateAddress) return REFUSED;
  const code = "code" in error ? String(error.code) : error.name;
  return { ok: false, again: true, why: `no answer (${code})` };
}

function outcomeOf(status: number): Delivered {
  if (status >= 200 && status < 300) return { ok: true };
  const again = status >= 500 || status === 429 || status === 408;
  const why =
    status >= 300 && status < 400
      ? `it answered ${status}, and redirects are not followed`
      : `it answered ${status}`;
  return { ok: false, again, why };
}

type Resolved = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** Resolves a name and refuses it when any of its addresses is private; the connection is made to what was looked at. */
function publicOnly(hostname: string, options: LookupOptions, done: Resolved): void {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return done(error, []);
    if (addresses.length === 0 || addresses.some(({ address }) => isPrivate(address)))
      return done(new PrivateAddress("private address"), []);
    const [first] = addresses;
    if (options.all || first === undefined) return done(null, addresses);
    done(null, first.address, first.family);
  });
}

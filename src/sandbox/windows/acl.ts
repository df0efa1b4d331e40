import { decodeSid, encodeSid, type Sid } from "./sid.ts";

/** One line of an access list that names an identity and rights. */
export interface AccessEntry {
  readonly verdict: "allow" | "deny";
  readonly sid: Sid;
  /** Rights, a bit each. */
  readonly mask: number;
  /** What it holds for and how it is handed down. */
  readonly flags: number;
}

/** Rights over files. */
export const RIGHTS = {
  /** Reading, listing, executing. */
  readExecute: 0x1200a9,
  /** The same, writing, and adding files; neither deleting nor changing rights. */
  write: 0x1201bf,
  /** The same and deleting. Without the right over other names of a folder, so that a denied one stays. */
  modify: 0x1301bf,
  /** All that changes a file, its name or its rights. */
  change: 0xd0156,
  /** Every right. */
  all: 0x10000000,
} as const;

export const INHERIT = {
  none: 0,
  /** Files and folders below get it, too. */
  below: 0x3,
  /** Only what is below gets it. */
  onlyBelow: 0xb,
} as const;

const HEADER_BYTES = 8;
const ACE_HEADER_BYTES = 8;
const ALLOWED = 0;
const DENIED = 1;
const INHERITED = 0x10;
const REVISION = 2;

/** An access list with entries added: refusals first, then permissions, then what comes from above. */
export function withEntries(
  acl: Uint8Array | null,
  added: readonly AccessEntry[],
): Uint8Array<ArrayBuffer> {
  const old = acl === null ? [] : readAces(acl);
  const own = old.filter((ace) => (flagsOf(ace) & INHERITED) === 0);
  const inherited = old.filter((ace) => (flagsOf(ace) & INHERITED) !== 0);
  const denied = added.filter(({ verdict }) => verdict === "deny").map(encodeEntry);
  const allowed = added.filter(({ verdict }) => verdict === "allow").map(encodeEntry);
  // New refusals before all else, new permissions behind the old refusals: the order Windows asks for.
  const isDenied = (ace: Uint8Array) => ace[0] === DENIED;
  return join(revisionOf(acl), [
    ...denied,
    ...own.filter(isDenied),
    ...allowed,
    ...own.filter((ace) => !isDenied(ace)),
    ...inherited,
  ]);
}

/** An access list without what it says itself about an identity. Everything else stays, byte for byte. */
export function withoutSid(acl: Uint8Array, sid: Sid): Uint8Array<ArrayBuffer> {
  const kept = readAces(acl).filter((ace) => {
    const isPlain = ace[0] === ALLOWED || ace[0] === DENIED;
    return !isPlain || (flagsOf(ace) & INHERITED) !== 0 || entryOf(ace).sid !== sid;
  });
  return join(revisionOf(acl), kept);
}

/** The plain entries of a list, in order; others are left out. */
export function readEntries(acl: Uint8Array): AccessEntry[] {
  return readAces(acl).filter((ace) => ace[0] === ALLOWED || ace[0] === DENIED).map(entryOf);
}

function readAces(acl: Uint8Array): Uint8Array[] {
  const view = new DataView(acl.buffer, acl.byteOffset, acl.byteLength);
  const aces: Uint8Array[] = [];
  let at = HEADER_BYTES;
  for (let count = view.getUint16(4, true); count > 0; count -= 1) {
    const size = view.getUint16(at + 2, true);
    if (size < 4 || at + size > acl.length) throw new RangeError("the access list is damaged");
    aces.push(acl.subarray(at, at + size));
    at += size;
  }
  return aces;
}

function join(revision: number, aces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = aces.reduce((sum, ace) => sum + ace.length, HEADER_BYTES);
  if (size > 0xffff) throw new RangeError("the access list is full");
  const bytes = new Uint8Array(new ArrayBuffer(size));
  const view = new DataView(bytes.buffer);
  view.setUint8(0, revision);
  view.setUint16(2, size, true);
  view.setUint16(4, aces.length, true);
  let at = HEADER_BYTES;
  for (const ace of aces) {
    bytes.set(ace, at);
    at += ace.length;
  }
  return bytes;
}

function encodeEntry({ verdict, sid, mask, flags }: AccessEntry): Uint8Array {
  const identity = encodeSid(sid);
  const view = new DataView(new ArrayBuffer(ACE_HEADER_BYTES + identity.length));
  view.setUint8(0, verdict === "allow" ? ALLOWED : DENIED);
  view.setUint8(1, flags);
  view.setUint16(2, view.byteLength, true);
  view.setUint32(4, mask, true);
  const bytes = new Uint8Array(view.buffer);
  bytes.set(identity, ACE_HEADER_BYTES);
  return bytes;
}

function entryOf(ace: Uint8Array): AccessEntry {
  const view = new DataView(ace.buffer, ace.byteOffset, ace.byteLength);
  return {
    verdict: ace[0] === ALLOWED ? "allow" : "deny",
    flags: view.getUint8(1),
    mask: view.getUint32(4, true),
    sid: decodeSid(ace.subarray(ACE_HEADER_BYTES)),
  };
}

function flagsOf(ace: Uint8Array): number {
  return ace[1] ?? 0;
}

function revisionOf(acl: Uint8Array | null): number {
  return acl?.[0] ?? REVISION;
}

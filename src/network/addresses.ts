/** An IP address as its bytes: 4 or 16. */
export type AddressBytes = readonly number[];

/** Reads dotted IPv4 and any form of IPv6, with or without a zone; `null` for everything else, names included. */
export function parseAddress(text: string): AddressBytes | null {
  const zone = text.indexOf("%");
  const address = zone >= 0 && text.includes(":") ? text.slice(0, zone) : text;
  return address.includes(":") ? parseIpv6(address) : parseIpv4(address);
}

/** The one spelling of an address: IPv6 in lower case, without leading zeros, its longest run of zeros as `::`. */
export function formatAddress(address: AddressBytes): string {
  if (address.length === 4) return address.join(".");
  const groups = Array.from(
    { length: 8 },
    (_, at) => ((address[2 * at] ?? 0) << 8) | (address[2 * at + 1] ?? 0),
  );
  let [start, length] = [0, 0];
  for (let from = 0; from < 8; from++) {
    let zeros = 0;
    while (groups[from + zeros] === 0) zeros++;
    if (zeros > length) [start, length] = [from, zeros];
  }
  const written = (part: readonly number[]) => part.map((group) => group.toString(16)).join(":");
  if (length < 2) return written(groups);
  return `${written(groups.slice(0, start))}::${written(groups.slice(start + length))}`;
}

/**
 * The spellings of all addresses at which a connection to this one may end: itself, an IPv4 address inside of it, and
 * loopback for the unspecified address.
 */
export function equivalents(address: AddressBytes): readonly string[] {
  const found = [formatAddress(address)];
  if (address.every((byte) => byte === 0)) found.push("127.0.0.1", "::1");
  else if (address.length === 16) {
    for (const [range, offset] of EMBEDDED_IPV4) {
      if (inRange(address, range)) found.push(...equivalents(address.slice(offset, offset + 4)));
    }
  }
  return found;
}

function parseIpv4(text: string): AddressBytes | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  const bytes = parts.map((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256);
  return bytes.every((byte) => byte <= 255) ? bytes : null;
}

function parseIpv6(text: string): AddressBytes | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const [head, tail] = halves.map(parseGroups);
  if (head === undefined || head === null || tail === null) return null;
  if (tail === undefined) return head.length === 16 ? head : null;
  const missing = 16 - head.length - tail.length;
  return missing >= 2 ? [...head, ...Array<number>(missing).fill(0), ...tail] : null;
}

function parseGroups(text: string): number[] | null {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [index, group] of groups.entries()) {
    if (group.includes(".")) {
      const embedded = index === groups.length - 1 ? parseIpv4(group) : null;
      if (embedded === null) return null;
      bytes.push(...embedded);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(group)) return null;
      const value = parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    }
  }
  return bytes;
}

/** First bytes and how many bits of them count. */
type Range = readonly [prefix: readonly number[], bits: number];

const NON_PUBLIC_IPV4: readonly Range[] = [
  [[0], 8],
  [[10], 8],
  [[100, 64], 10],
  [[127], 8],
  [[169, 254], 16],
  [[172, 16], 12],
  [[192, 0, 0], 24],
  [[192, 0, 2], 24],
  // Relays to IPv6, long given up.
  [[192, 88, 99], 24],
  [[192, 168], 16],
  [[198, 18], 15],
  [[198, 51, 100], 24],
  [[203, 0, 113], 24],
  // Multicast, reserved and broadcast.
  [[224], 3],
];

const NON_PUBLIC_IPV6: readonly Range[] = [
  [[0xff], 8],
  [[0xfc], 7],
  [[0xfe, 0x80], 10],
  // Site-local, which old networks still use as private addresses.
  [[0xfe, 0xc0], 10],
  // Translation within one network, discarding, Teredo (which hides an IPv4 address), documentation.
  [[0x00, 0x64, 0xff, 0x9b, 0x00, 0x01], 48],
  [[0x01, 0x00, 0, 0, 0, 0, 0, 0], 64],
  [[0x20, 0x01, 0x00, 0x00], 32],
  [[0x20, 0x01, 0x0d, 0xb8], 32],
  [[0x3f, 0xff, 0x00], 20],
  // Measurements within one network, identifiers that are no places, twice, and segments of one network's routes.
  [[0x20, 0x01, 0x00, 0x02, 0x00, 0x00], 48],
  [[0x20, 0x01, 0x00, 0x10], 28],
  [[0x20, 0x01, 0x00, 0x20], 28],
  [[0x5f, 0x00], 16],
];

/** IPv6 addresses that stand for an IPv4 one: the prefix, and where the four bytes are. */
const EMBEDDED_IPV4: readonly (readonly [Range, number])[] = [
  [[[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff], 96], 12],
  [[[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 96], 12],
  // Gateways translate these to IPv4.
  [[[0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0], 96], 12],
  [[[0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0], 96], 12],
  [[[0x20, 0x02], 16], 2],
];

/** Whether anyone on the internet can have this address: not this machine, not a private or special network. */
export function isPublicAddress(address: AddressBytes): boolean {
  if (address.length === 4) return !NON_PUBLIC_IPV4.some((range) => inRange(address, range));
  for (const [range, offset] of EMBEDDED_IPV4) {
    if (inRange(address, range)) return isPublicAddress(address.slice(offset, offset + 4));
  }
  return !NON_PUBLIC_IPV6.some((range) => inRange(address, range));
}

/** Whether a connection to this address ends on this machine: loopback, or the unspecified address. */
export function isLoopbackAddress(address: AddressBytes): boolean {
  if (address.length === 4) return address[0] === 127 || address.every((byte) => byte === 0);
  if (address.slice(0, 15).every((byte) => byte === 0) && (address[15] ?? 0) <= 1) return true;
  const [mapped] = EMBEDDED_IPV4;
  return mapped !== undefined && inRange(address, mapped[0]) &&
    isLoopbackAddress(address.slice(mapped[1]));
}

function inRange(address: AddressBytes, [prefix, bits]: Range): boolean {
  for (let bit = 0; bit < bits; bit += 8) {
    const mask = bits - bit >= 8 ? 0xff : (0xff << (8 - (bits - bit))) & 0xff;
    const at = bit / 8;
    if (((address[at] ?? 0) & mask) !== ((prefix[at] ?? 0) & mask)) return false;
  }
  return true;
}

/** An identity of Windows in its written form, such as `S-1-5-32-544`. */
export type Sid = string;

export const EVERYONE: Sid = "S-1-1-0";

/** Revision, count, six bytes of authority (big-endian), then numbers of four bytes (little-endian). */
export function encodeSid(sid: Sid): Uint8Array<ArrayBuffer> {
  const [letter, revision, authority, ...rest] = sid.split("-");
  const numbers = rest.map(Number);
  const valid = letter === "S" && revision === "1" && /^\d+$/.test(authority ?? "") &&
    numbers.length > 0 && numbers.length <= 15 &&
    numbers.every((number) => Number.isInteger(number) && number >= 0 && number <= 0xffffffff);
  if (!valid) throw new RangeError(`${sid} is no SID`);
  const view = new DataView(new ArrayBuffer(8 + 4 * numbers.length));
  view.setUint8(0, 1);
  view.setUint8(1, numbers.length);
  view.setUint32(4, Number(authority));
  numbers.forEach((number, index) => view.setUint32(8 + 4 * index, number, true));
  return new Uint8Array(view.buffer);
}

export function decodeSid(bytes: Uint8Array): Sid {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint8(1);
  const numbers = Array.from({ length: count }, (_, index) => view.getUint32(8 + 4 * index, true));
  const authority = view.getUint16(2) * 2 ** 32 + view.getUint32(4);
  return ["S", view.getUint8(0), authority, ...numbers].join("-");
}

/** What Windows makes of the name of an AppContainer: part of a digest of the lower-case name. */
export async function appContainerSid(name: string): Promise<Sid> {
  const numbers = await digestNumbers(name.toLowerCase());
  return `S-1-15-2-${numbers.slice(0, 7).join("-")}`;
}

/** Capabilities that Windows knows by number; each opens a part of the network. */
export const NETWORK_CAPABILITIES: readonly Sid[] = [
  // internetClient, internetClientServer, privateNetworkClientServer
  "S-1-15-3-1",
  "S-1-15-3-2",
  "S-1-15-3-3",
];

/** A capability that Windows knows by name: a digest of the upper-case name. */
export async function capabilitySid(name: string): Promise<Sid> {
  return `S-1-15-3-1024-${(await digestNumbers(name.toUpperCase())).join("-")}`;
}

/** An identity that nobody else has. */
export function randomSid(): Sid {
  return `S-1-5-21-${[...crypto.getRandomValues(new Uint32Array(4))].join("-")}`;
}

async function digestNumbers(name: string): Promise<number[]> {
  const units = Uint16Array.from(name, (letter) => letter.charCodeAt(0));
  const digest = await crypto.subtle.digest("SHA-256", units);
  const view = new DataView(digest);
  return Array.from({ length: 8 }, (_, index) => view.getUint32(4 * index, true));
}

/** Text as Windows wants it: UTF-16 with a NUL at the end. */
export function wideString(text: string): Uint8Array<ArrayBuffer> {
  const units = new Uint16Array(text.length + 1);
  for (let at = 0; at < text.length; at += 1) units[at] = text.charCodeAt(at);
  return new Uint8Array(units.buffer);
}

/** Variables as one block: sorted by upper-case name, each with a NUL, one more at the end. */
export function environmentBlock(env: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(env)
    .map(([name, value]) => ({ key: name.toUpperCase(), text: `${name}=${value}` }))
    .sort((a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
  const text = entries.map((entry) => `${entry.text}\0`).join("");
  return wideString(text === "" ? "\0" : text);
}

/** Where bytes lie. They must stay referenced as long as the address is in use. */
export function addressOf(bytes: Uint8Array<ArrayBuffer>): bigint {
  return BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)));
}

/** A copy of memory that is not ours. */
export function bytesAt(address: bigint, length: number): Uint8Array<ArrayBuffer> {
  const pointer = Deno.UnsafePointer.create(address);
  if (pointer === null) throw new RangeError("the address is null");
  const copy = new Uint8Array(length);
  new Deno.UnsafePointerView(pointer).copyInto(copy);
  return copy;
}

/** Eight bytes into which a function writes an address or a handle. */
export function addressSlot(): { readonly bytes: Uint8Array<ArrayBuffer>; read(): bigint } {
  const slot = new BigUint64Array(1);
  return { bytes: new Uint8Array(slot.buffer), read: () => slot[0] ?? 0n };
}

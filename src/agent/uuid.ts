/** A UUID version 7 (RFC 9562, section 5.7), lower case: 48 bits of Unix milliseconds, the rest random. */
export function uuidV7(now: () => number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let ms = Math.floor(now());
  for (let at = 5; at >= 0; at -= 1) {
    bytes[at] = ms % 256;
    ms = Math.floor(ms / 256);
  }
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)]
    .join("-");
}

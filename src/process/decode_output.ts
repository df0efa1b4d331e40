/** Text of what a command printed: UTF-8, with replacement characters where it is not. */
export function decodeOutput(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

export type HeaderList = readonly (readonly [name: string, value: string])[];

export interface RequestHead {
  readonly method: string;
  readonly target: string;
  readonly version: "HTTP/1.0" | "HTTP/1.1";
  readonly headers: HeaderList;
}

export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly headers: HeaderList;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// deno-lint-ignore no-control-regex -- what may not stand in a value is exactly these
const BAD_VALUE = /[\x00-\x08\x0a-\x1f\x7f]/;

/** `null` for anything that two programs could read differently: folded lines, stray bytes, other versions. */
export function parseRequestHead(bytes: Uint8Array): RequestHead | null {
  const [first = "", ...lines] = toText(bytes).slice(0, -4).split("\r\n");
  const [method = "", target = "", version, ...rest] = first.split(" ");
  const headers = parseHeaders(lines);
  if (rest.length > 0 || headers === null || !TOKEN.test(method)) return null;
  if (!/^[\x21-\x7e\x80-\xff]+$/.test(target)) return null;
  if (version !== "HTTP/1.1" && version !== "HTTP/1.0") return null;
  return { method, target, version, headers };
}

export function parseResponseHead(bytes: Uint8Array): ResponseHead | null {
  const [first = "", ...lines] = toText(bytes).slice(0, -4).split("\r\n");
  const match = /^HTTP\/1\.[01] (\d{3})(?: (.*))?$/.exec(first);
  const headers = parseHeaders(lines);
  if (match === null || headers === null || BAD_VALUE.test(first)) return null;
  return { status: Number(match[1]), reason: match[2] ?? "", headers };
}

function parseHeaders(lines: readonly string[]): HeaderList | null {
  const headers: [string, string][] = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0));
    const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "");
    if (!TOKEN.test(name) || BAD_VALUE.test(value)) return null;
    headers.push([name, value]);
  }
  return headers;
}

export function serializeHead(firstLine: string, headers: HeaderList): Uint8Array {
  const lines = [firstLine, ...headers.map(([name, value]) => `${name}: ${value}`), "", ""];
  return toBytes(lines.join("\r\n"));
}

/** Each byte is one character: what is not ASCII passes through unharmed. */
function toText(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return text;
}

function toBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** All values of a header, in order. */
export function headerValues(headers: HeaderList, wanted: string): string[] {
  return headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
}

export function without(headers: HeaderList, ...names: readonly string[]): HeaderList {
  return headers.filter(([name]) => !names.includes(name.toLowerCase()));
}

const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authorization",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "te",
];

/** Without what concerns only this connection: what `Connection` names, and the usual ones. */
export function endToEnd(headers: HeaderList): HeaderList {
  const named = headerValues(headers, "connection")
    .flatMap((value) => value.split(","))
    .map((name) => name.trim().toLowerCase());
  return without(headers, ...HOP_BY_HOP, ...named);
}

/** User name of the first `Basic` credentials of a header; `null` when there are none. */
export function basicUser(headers: HeaderList, header: string): string | null {
  for (const value of headerValues(headers, header)) {
    const encoded = /^basic +([A-Za-z0-9+/=]+)$/i.exec(value)?.[1];
    if (encoded === undefined) continue;
    try {
      return atob(encoded).split(":", 1)[0] ?? null;
    } catch {
      return null;
    }
  }
  return null;
}

/** The part of Node's module that is used here. It means the same. */
export interface PathRules {
  readonly sep: string;
  readonly delimiter: string;
  isAbsolute(path: string): boolean;
  normalize(path: string): string;
  join(...parts: string[]): string;
  resolve(...parts: string[]): string;
  relative(from: string, to: string): string;
  dirname(path: string): string;
  basename(path: string): string;
  extname(path: string): string;
}

/** Names of a path, without `.`, and without `..` as far as there is a name in front of it to leave. */
function namesOf(path: string): string[] {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "" || name === ".") continue;
    if (name !== "..") names.push(name);
    else if (names.length > 0 && names.at(-1) !== "..") names.pop();
    // The root has no parent.
    else if (!isAbsolute(path)) names.push(name);
  }
  return names;
}

/** Where the last name stands; slashes behind it do not count. */
function lastName(path: string): { readonly start: number; readonly end: number } {
  let end = path.length;
  while (end > 0 && path[end - 1] === "/") end -= 1;
  return { start: end === 0 ? 0 : path.lastIndexOf("/", end - 1) + 1, end };
}

function isAbsolute(path: string): boolean {
  return path.startsWith("/");
}

function normalize(path: string): string {
  const names = namesOf(path).join("/");
  const isFolder = path.endsWith("/");
  if (isAbsolute(path)) return `/${names}${isFolder && names !== "" ? "/" : ""}`;
  return `${names || "."}${isFolder ? "/" : ""}`;
}

function join(...parts: string[]): string {
  return normalize(parts.filter((part) => part !== "").join("/"));
}

function resolve(...parts: string[]): string {
  const from = parts.findLastIndex(isAbsolute);
  const all = from < 0 ? [Deno.cwd(), ...parts] : parts.slice(from);
  return `/${namesOf(`/${all.join("/")}`).join("/")}`;
}

function relative(from: string, to: string): string {
  const [start, end] = [namesOf(resolve(from)), namesOf(resolve(to))];
  let shared = 0;
  while (shared < start.length && start[shared] === end[shared]) shared += 1;
  return [...start.slice(shared).fill(".."), ...end.slice(shared)].join("/");
}

function dirname(path: string): string {
  const { start } = lastName(path);
  if (start === 0) return isAbsolute(path) ? "/" : ".";
  if (start === 1) return "/";
  // A root of two slashes is kept as it is.
  return start === 2 && isAbsolute(path) ? "//" : path.slice(0, start - 1);
}

function basename(path: string): string {
  const { start, end } = lastName(path);
  return path.slice(start, end);
}

function extname(path: string): string {
  const name = basename(path);
  const dot = name.lastIndexOf(".");
  return dot <= 0 || name === ".." ? "" : name.slice(dot);
}

/** The rules of POSIX systems. */
export const POSIX_PATH: PathRules = {
  sep: "/",
  delimiter: ":",
  isAbsolute,
  normalize,
  join,
  resolve,
  relative,
  dirname,
  basename,
  extname,
};

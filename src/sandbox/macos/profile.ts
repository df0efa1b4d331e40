import { dirname } from "node:path";
import type { AbsolutePath } from "../../protocol/mod.ts";
import {
  BASE_RULES,
  block,
  NETWORK_SERVICE_RULES,
  PLATFORM_READ_RULES,
  PREFERENCE_RULES,
} from "./base_rules.ts";

/** What a command may do, with every path as the kernel sees it: links resolved. */
export interface SeatbeltRules {
  /** `everything`, or the files and folders that can be read. */
  readonly read: "everything" | {
    readonly roots: readonly AbsolutePath[];
    /** Also what programs of the system need. */
    readonly platform: boolean;
  };
  readonly write: readonly {
    readonly root: AbsolutePath;
    /** Below it, not writable, whether they exist or not. */
    readonly readOnly: readonly AbsolutePath[];
  }[];
  readonly network: "none" | "full" | ProxyNetwork;
  /** Where the system keeps caches of this user; certificates are checked with their help. */
  readonly cacheDir: AbsolutePath | null;
}

/** Only what goes through a proxy on this machine. */
export interface ProxyNetwork {
  /** None = nothing can be reached. */
  readonly ports: readonly number[];
  /** Servers of the command's own, and connections to them. */
  readonly localBinding: boolean;
}

/** A profile names paths by parameters, so that no path has to be quoted in its language. */
export interface SeatbeltProfile {
  readonly text: string;
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

/** The profile of one command, in the language of `sandbox-exec`. Where rules disagree, the last one counts. */
export function seatbeltProfile(rules: SeatbeltRules): SeatbeltProfile {
  const parameters: [string, string][] = [];
  const parameter = (name: string, value: string): string => {
    parameters.push([name, value]);
    return `(param "${name}")`;
  };
  const sections = [
    BASE_RULES,
    readRules(rules, parameter),
    writeRules(rules, parameter),
    networkRules(rules, parameter),
    PREFERENCE_RULES,
  ];
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"))
    .join("\n\n");
  return { text: `${text}\n`, parameters };
}

type Parameter = (name: string, value: string) => string;

function readRules({ read }: SeatbeltRules, parameter: Parameter): readonly string[] {
  if (read === "everything") return ["; Every file can be read.", "(allow file-read*)"];
  const filters = read.roots.map((root, index) =>
    `(subpath ${parameter(`READABLE_ROOT_${index}`, root)})`
  );
  return [
    ...(filters.length === 0 ? [] : block("allow file-read*", filters)),
    ...(read.platform ? PLATFORM_READ_RULES : []),
  ];
}

function writeRules({ write }: SeatbeltRules, parameter: Parameter): readonly string[] {
  if (write.length === 0) return [];
  const pinned = new Set<AbsolutePath>();
  const filters = write.map(({ root, readOnly }, index) => {
    const name = `WRITABLE_ROOT_${index}`;
    const subpath = `(subpath ${parameter(name, root)})`;
    if (readOnly.length === 0) return subpath;
    const exceptions = readOnly.map((path, at) =>
      `(require-not (subpath ${parameter(`${name}_RO_${at}`, path)}))`
    );
    for (const path of readOnly) for (const folder of between(root, path)) pinned.add(folder);
    return `(require-all ${subpath} ${exceptions.join(" ")})`;
  });
  const anchors = [...pinned].map((folder, index) =>
    `(literal ${parameter(`PINNED_${index}`, folder)})`
  );
  return [
    "; What the policy makes writable, but for what would be run outside of the sandbox later.",
    ...block("allow file-write*", filters),
    ...(anchors.length === 0 ? [] : [
      "; Nor can what is protected be moved away together with a folder around it.",
      ...block("deny file-write-unlink", anchors),
    ]),
  ];
}

/** The root and all folders from there down to `path`, without `path`; none if it lies elsewhere. */
function between(root: AbsolutePath, path: AbsolutePath): AbsolutePath[] {
  if (!path.startsWith(root === "/" ? root : `${root}/`)) return [];
  const folders: AbsolutePath[] = [];
  for (let folder = dirname(path); folder.length >= root.length; folder = dirname(folder)) {
    folders.push(folder);
    if (folder === root) break;
  }
  return folders;
}

function networkRules(
  { network, cacheDir }: SeatbeltRules,
  parameter: Parameter,
): readonly string[] {
  if (network === "none") return [];
  const services = () => [
    ...NETWORK_SERVICE_RULES,
    ...(cacheDir === null
      ? []
      : [`(allow file-write* (subpath ${parameter("DARWIN_USER_CACHE_DIR", cacheDir)}))`]),
  ];
  if (network === "full") {
    return [
      "; Any connection.",
      "(allow network-outbound)",
      "(allow network-inbound)",
      ...services(),
    ];
  }
  const ports = [...new Set(network.ports)].sort((a, b) => a - b);
  if (ports.length === 0) return [];
  return [
    "; Only the proxy, which decides where to.",
    ...(network.localBinding
      ? [
        '(allow network-bind (local ip "localhost:*"))',
        '(allow network-inbound (local ip "localhost:*"))',
        '(allow network-outbound (remote ip "localhost:*"))',
      ]
      : []),
    ...ports.map((port) => `(allow network-outbound (remote ip "localhost:${port}"))`),
    ...services(),
  ];
}

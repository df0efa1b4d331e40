/** Facts about the machine that programs ask for at their start and that tell nothing about the user. */
const SYSCTL_NAMES = [
  ...[
    "activecpu busfrequency_compat byteorder cacheconfig cachelinesize_compat cpufamily cpufrequency",
    "cpufrequency_compat cputype l1dcachesize_compat l1icachesize_compat l2cachesize_compat",
    "l3cachesize_compat logicalcpu logicalcpu_max machine model memsize ncpu nperflevels packages",
    "pagesize pagesize_compat physicalcpu physicalcpu_max tbfrequency_compat vectorunit",
  ].join(" ").split(" ").map((name) => `hw.${name}`),
  ...[
    "argmax hostname maxfilesperproc maxproc osproductversion osrelease ostype osvariant_status",
    "osversion secure_kernel usrstack64 version",
  ].join(" ").split(" ").map((name) => `kern.${name}`),
  "machdep.cpu.brand_string",
  "sysctl.proc_cputype",
  "vm.loadavg",
];

const SYSCTL_PREFIXES = [
  "hw.optional.arm.",
  "hw.optional.armv8_",
  "hw.perflevel",
  "kern.proc.pgrp.",
  "kern.proc.pid.",
  "net.routetable.",
];

/** What every command gets, whatever the policy: itself, its children, terminals, facts about the machine. */
export const BASE_RULES: readonly string[] = [
  "(version 1)",
  "",
  "; Only what a rule below names is allowed.",
  "(deny default)",
  "",
  "; Programs may start programs, which inherit all of this, and see and signal those alone.",
  "(allow process-exec)",
  "(allow process-fork)",
  "(allow signal (target same-sandbox))",
  "(allow process-info* (target same-sandbox))",
  "",
  '(allow file-write-data (require-all (path "/dev/null") (vnode-type CHARACTER-DEVICE)))',
  "",
  "; Facts about processor, memory and system version.",
  ...block("allow sysctl-read", [
    ...SYSCTL_NAMES.map((name) => `(sysctl-name "${name}")`),
    ...SYSCTL_PREFIXES.map((prefix) => `(sysctl-name-prefix "${prefix}")`),
  ]),
  "; Java picks the processor grade of its threads with it.",
  '(allow sysctl-write (sysctl-name "kern.grade_cputype"))',
  "",
  "; Names of users and groups; whether the machine sleeps.",
  '(allow iokit-open (iokit-registry-entry-class "RootDomainUserClient"))',
  ...machServices(["com.apple.system.opendirectoryd.libinfo", "com.apple.PowerManagement.control"]),
  "",
  "; Locks that processes share, as Python's multiprocessing makes them.",
  "(allow ipc-posix-sem)",
  "",
  "; New terminals, and those that were made in here or inherited.",
  "(allow pseudo-tty)",
  '(allow file-read* file-write* file-ioctl (literal "/dev/ptmx"))',
  ...block("allow file-read* file-write*", [
    '(require-all (regex #"^/dev/ttys[0-9]+") (extension "com.apple.sandbox.pty"))',
  ]),
  '(allow file-ioctl (regex #"^/dev/ttys[0-9]+"))',
];

/** Settings of the user and of the machine, to read. */
export const PREFERENCE_RULES: readonly string[] = [
  "; Preferences can be read, not changed.",
  '(allow ipc-posix-shm-read* (ipc-posix-name-prefix "apple.cfprefs."))',
  ...machServices(["com.apple.cfprefsd.daemon", "com.apple.cfprefsd.agent"]),
  '(allow mach-lookup (local-name "com.apple.cfprefsd.agent"))',
  "(allow user-preference-read)",
];

/** What a program needs besides sockets to use them: names, certificates, routes. */
export const NETWORK_SERVICE_RULES: readonly string[] = [
  "; Resolving names and checking certificates.",
  "(allow system-socket (require-all (socket-domain AF_SYSTEM) (socket-protocol 2)))",
  ...machServices([
    "com.apple.bsd.dirhelper",
    "com.apple.system.opendirectoryd.membership",
    "com.apple.SecurityServer",
    "com.apple.networkd",
    "com.apple.ocspd",
    "com.apple.trustd.agent",
    "com.apple.SystemConfiguration.DNSConfiguration",
    "com.apple.SystemConfiguration.configd",
  ]),
  '(allow sysctl-read (sysctl-name-regex #"^net.routetable"))',
];

/** For policies that limit reading: what programs of the system cannot start without. */
export const PLATFORM_READ_RULES: readonly string[] = [
  "; Programs, libraries and settings of the system.",
  ...block("allow file-read*", [
    ...[
      "/Applications",
      "/Library/Apple",
      "/Library/Frameworks",
      "/Library/Preferences",
      "/System",
      "/bin",
      "/opt/homebrew/lib",
      "/private/etc",
      "/private/var/db",
      "/sbin",
      "/usr",
    ].map((path) => `(subpath "${path}")`),
    ...["/", "/etc", "/tmp", "/var", "/private", "/dev", "/dev/autofs_nowait"]
      .map((path) => `(literal "${path}")`),
  ]),
  ...block("allow file-map-executable", [
    ...["/System", "/usr/lib", "/Library/Apple", "/opt/homebrew/lib"]
      .map((path) => `(subpath "${path}")`),
  ]),
  "(allow file-read-metadata)",
  "; Devices that give and take nothing of the user's.",
  ...block("allow file-read* file-write-data file-ioctl", [
    ...["/dev/null", "/dev/zero", "/dev/tty", "/dev/dtracehelper"]
      .map((path) => `(literal "${path}")`),
  ]),
  ...block("allow file-read*", [
    ...["/dev/random", "/dev/urandom"].map((path) => `(literal "${path}")`),
    '(subpath "/dev/fd")',
  ]),
  ...machServices([
    "com.apple.logd",
    "com.apple.system.logger",
    "com.apple.system.notification_center",
    "com.apple.diagnosticd",
    "com.apple.secinitd",
    "com.apple.trustd",
    "com.apple.trustd.agent",
  ]),
];

/** One rule on several lines. */
export function block(head: string, filters: readonly string[]): string[] {
  return [`(${head}`, ...filters.map((filter) => `  ${filter}`), ")"];
}

function machServices(names: readonly string[]): string[] {
  return block("allow mach-lookup", names.map((name) => `(global-name "${name}")`));
}

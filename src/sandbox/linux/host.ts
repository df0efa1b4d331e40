import { join } from "node:path";
import { isInside } from "../../files/mod.ts";
import { openLibc, startingDescriptorLimit } from "../../platform/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";
import type { Limit } from "../types.ts";
import { withholdDescriptors } from "./descriptors.ts";
import { keepLateMountsOut } from "./late_mounts.ts";
import type { TerminalTools } from "./launch.ts";
import { FILE_LOCKS, NAMED_PIPES } from "./open_ways.ts";
import { privateDevices } from "./private_devices.ts";
import { thisMachine } from "./syscalls.ts";
import { findSystemProgram } from "./system_program.ts";

/** Below `/run`, where NixOS keeps the programs themselves. */
const PROGRAMS_IN_RUN = ["/run/current-system", "/run/booted-system", "/run/wrappers"];

const NOTHING = "/dev/null";

/**
 * What does not change while this process runs.
 *
 * @param trial starts bubblewrap once
 */
export function readHost(
  stateDir: AbsolutePath,
  homeDir: AbsolutePath | undefined,
  trial: readonly string[],
) {
  const { devices, limits } = privateDevices(stateDir);
  const late = keepLateMountsOut(trial);
  const state = Deno.realPathSync(stateDir);
  const home = homeDir === undefined ? null : realPathOrNull(homeDir);
  return {
    stateDir: state,
    /** What is this program's own. */
    own: home === null ? [state] : [home, state],
    /** Names that count although they may be missing, or links, into a folder that commands may write to. */
    names: homeDir === undefined
      ? []
      : [homeDir, ...linksIn(homeDir), ...linksIn(join(homeDir, "rules"))],
    devices,
    /** As the host's /dev/null. */
    nothing: devices.find(({ path }) => path === NOTHING)?.node ?? NOTHING,
    limits: [...withheldDescriptors(), ...limits, ...late.limits, FILE_LOCKS, NAMED_PIPES],
    /** In front of what starts bubblewrap. */
    ahead: late.argv,
    descriptorLimit: startingDescriptorLimit(),
    hidden: socketFolders("/tmp"),
    programsInRun: PROGRAMS_IN_RUN.filter(exists),
  };
}

/**
 * Folders of sockets through which programs are typed into: the screen, the user's terminals. The filter stops that as
 * long as the policy allows no network.
 */
export function socketFolders(temporary: AbsolutePath): AbsolutePath[] {
  return [".X11-unix", `tmux-${Deno.uid()}`].map((name) => join(temporary, name))
    .filter(isDirectory);
}

/** Settings that are kept elsewhere, as together with those of other programs. */
function linksIn(folder: AbsolutePath): AbsolutePath[] {
  try {
    return [...Deno.readDirSync(folder)]
      .filter(({ isSymlink }) => isSymlink)
      .map(({ name }) => join(folder, name));
  } catch {
    return [];
  }
}

/** Files below `/run` that stay visible to a command. */
export function visibleInRun(
  programs: readonly AbsolutePath[],
  cwd: AbsolutePath,
  network: boolean,
): AbsolutePath[] {
  const wanted = [...programs];
  if (network) {
    const resolver = realPathOrNull("/etc/resolv.conf");
    if (resolver !== null && isInside("/run", resolver)) wanted.push(resolver);
    if (exists("/run/systemd/resolve")) wanted.push("/run/systemd/resolve");
  }
  if (isInside("/run", cwd) && cwd !== "/run") wanted.push(cwd);
  return [...new Set(wanted)];
}

/** What a command on a terminal can be started through. */
export function findTerminalTools(): TerminalTools {
  const env = findSystemProgram("env");
  return {
    env: env !== null && resetsSignals(env) ? env : null,
    setsid: findSystemProgram("setsid") !== null,
  };
}

/** GNU coreutils from 8.31 on; others call the option unknown. */
function resetsSignals(env: AbsolutePath): boolean {
  const trial = new Deno.Command(env, {
    args: ["--default-signal=INT", "/bin/sh", "-c", ":"],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  return trial.outputSync().success;
}

function withheldDescriptors(): readonly Limit[] {
  using libc = openLibc();
  const machine = thisMachine();
  if (machine !== null && withholdDescriptors(libc, machine)) return [];
  const message =
    "Descriptors that this program was started with can be used by commands: the kernel is older than 5.11.";
  return [{ code: "inherited_descriptors", message }];
}

function exists(path: string): boolean {
  return realPathOrNull(path) !== null;
}

function isDirectory(path: string): boolean {
  try {
    return Deno.lstatSync(path).isDirectory;
  } catch {
    return false;
  }
}

function realPathOrNull(path: string): AbsolutePath | null {
  try {
    return Deno.realPathSync(path);
  } catch {
    return null;
  }
}

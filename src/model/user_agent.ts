/** Who the program says it is towards servers. */
export interface UserAgentParts {
  /** Name of the front end, such as `codex_exec`. */
  readonly originator: string;
  readonly version: string;
  /** Name and version of the operating system, such as `Debian 12.0.0`. */
  readonly os: string;
  /** Such as `x86_64`. */
  readonly arch: string;
  /** Program that shows our output, such as `iTerm.app/3.5`. */
  readonly terminal: string;
}

/** Value of the `user-agent` header. Characters that a header cannot hold become `_`. */
export function userAgent(parts: UserAgentParts): string {
  const { originator, version, os, arch, terminal } = parts;
  return `${originator}/${version} (${os}; ${arch}) ${terminal}`.replace(/[^\x20-\x7e]/gu, "_");
}

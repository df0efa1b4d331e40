/**
 * Variables with which the loader, a shell or the runtime takes code from somewhere, or does otherwise than it was
 * written. They are the command's business; what starts the sandbox around it is not to hear of them, since a path in
 * one may lead into the workspace; nor is the launching shell to change its own variable in it. The tokens that one of them holds steer nothing, and are not for an argv.
 */
const STEERING =
  /^(LD_|DYLD_|BASH_FUNC_|NODE_|DENO_(?!AUTH_TOKENS$))|^(BASH_ENV|BASHOPTS|ENV|GCONV_PATH|GLIBC_TUNABLES|LOCPATH|NLSPATH|PS4|SHELLOPTS|size)$/;

/** Only in these folders do the shells of a launch look for programs. */
export const LAUNCH_PATH = "/usr/bin:/bin:/run/current-system/sw/bin";

type Environment = Readonly<Record<string, string>>;

/** What the programs that start a command get, and what the command gets on top. */
export function splitEnvironment(
  env: Environment,
): { readonly launch: Environment; readonly inside: Environment } {
  const part = (isInside: boolean): Environment =>
    Object.fromEntries(
      Object.entries(env).filter(([name]) => STEERING.test(name) === isInside),
    );
  return { launch: part(false), inside: part(true) };
}

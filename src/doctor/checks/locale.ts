import { ok, skipped, warning } from "../finding.ts";
import type { Check } from "../run_checks.ts";

/** The first of these that is not empty decides about characters. */
const NAMES = ["LC_ALL", "LC_CTYPE", "LANG"];

const encoding: Check = {
  id: "locale.encoding",
  area: "locale",
  run({ around: { env } }) {
    if (Deno.build.os === "windows") {
      return Promise.resolve(skipped("Windows has no such variables"));
    }
    const name = NAMES.find((each) => (env[each] ?? "") !== "");
    const value = name === undefined ? "" : env[name] ?? "";
    const shown = name === undefined ? "no locale is set" : `${name} is ${value}`;
    // Without a locale macOS takes UTF-8.
    const isUtf8 = /utf-?8/i.test(value) || (name === undefined && Deno.build.os === "darwin");
    return Promise.resolve(
      isUtf8 ? ok(`${shown}: text is UTF-8`) : warning(
        `${shown}, which does not say UTF-8: commands may spoil letters beyond ASCII`,
        "Set LANG to a locale that ends in UTF-8, for example C.UTF-8.",
      ),
    );
  },
};

export const LOCALE_CHECKS: readonly Check[] = [encoding];

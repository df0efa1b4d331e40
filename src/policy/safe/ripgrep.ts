/** Short options of ripgrep whose value follows, in the same word or the next. */
const VALUED = "ABCEMTdefgjmrt";

/** Whether an argument of ripgrep makes it start other programs. Operands that look alike count too. */
export function ripgrepOption(arg: string): "starts_programs" | "harmless" {
  if (/^--(?:search-zip|(?:pre|hostname-bin)(?:=|$))/.test(arg)) return "starts_programs";
  if (!/^-[^-]/.test(arg)) return "harmless";
  for (const letter of arg.slice(1)) {
    if (letter === "z") return "starts_programs";
    if (VALUED.includes(letter)) break;
  }
  return "harmless";
}

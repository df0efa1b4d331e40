/**
 * Assembler for the classic BPF programs that seccomp runs: forward jumps to labels, no loops, no stores.
 * Format: an array of 8-byte little-endian entries `{u16 code, u8 jt, u8 jf, u32 k}` (linux/filter.h).
 */
export type Instruction =
  /** Loads the 32-bit word at this offset of `struct seccomp_data` into the accumulator. */
  | { readonly op: "load"; readonly offset: number }
  /** Keeps only these bits of the accumulator. */
  | { readonly op: "and"; readonly value: number }
  /** Compares the accumulator; an outcome without a label goes on with the next instruction. */
  | {
    readonly op: "jump";
    readonly when: "equal" | "at_least" | "any_bit";
    readonly value: number;
    readonly then?: string;
    readonly otherwise?: string;
  }
  | { readonly op: "label"; readonly name: string }
  | { readonly op: "return"; readonly value: number };

/** `struct seccomp_data`: number, architecture, instruction pointer, six 64-bit arguments. */
export const SECCOMP_DATA = {
  number: 0,
  architecture: 4,
  /** The low half of an argument: all that the kernel reads of an `int` or of flags of 32 bits. */
  argumentLow: (index: number): number => 16 + 8 * index,
  argumentHigh: (index: number): number => 20 + 8 * index,
} as const;

const LOAD_WORD_ABSOLUTE = 0x20;
const AND_CONSTANT = 0x54;
const RETURN_CONSTANT = 0x06;
const JUMPS = { equal: 0x15, at_least: 0x35, any_bit: 0x45 } as const;
const ENTRY_BYTES = 8;

/** Turns instructions into the bytes that the kernel and bubblewrap take. Throws on a bad label or a far jump. */
export function assemble(instructions: readonly Instruction[]): Uint8Array<ArrayBuffer> {
  const places = new Map<string, number>();
  let next = 0;
  for (const instruction of instructions) {
    if (instruction.op !== "label") next++;
    else if (places.has(instruction.name)) {
      throw new RangeError(`label ${instruction.name} is set twice`);
    } else places.set(instruction.name, next);
  }
  const bytes = new Uint8Array(next * ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  let index = 0;
  for (const instruction of instructions) {
    if (instruction.op === "label") continue;
    encode(view, index, instruction, places);
    index++;
  }
  return bytes;
}

function encode(
  view: DataView,
  index: number,
  instruction: Exclude<Instruction, { op: "label" }>,
  places: ReadonlyMap<string, number>,
): void {
  const put = (code: number, jt: number, jf: number, k: number): void => {
    view.setUint16(index * ENTRY_BYTES, code, true);
    view.setUint8(index * ENTRY_BYTES + 2, jt);
    view.setUint8(index * ENTRY_BYTES + 3, jf);
    view.setUint32(index * ENTRY_BYTES + 4, k, true);
  };
  switch (instruction.op) {
    case "load":
      return put(LOAD_WORD_ABSOLUTE, 0, 0, instruction.offset);
    case "and":
      return put(AND_CONSTANT, 0, 0, instruction.value);
    case "return":
      return put(RETURN_CONSTANT, 0, 0, instruction.value);
    case "jump":
      return put(
        JUMPS[instruction.when],
        distance(index, instruction.then, places),
        distance(index, instruction.otherwise, places),
        instruction.value,
      );
  }
}

/** Instructions to skip; the format has eight bits for it and knows no way back. */
function distance(
  from: number,
  label: string | undefined,
  places: ReadonlyMap<string, number>,
): number {
  if (label === undefined) return 0;
  const place = places.get(label);
  if (place === undefined) throw new RangeError(`no label ${label}`);
  const skip = place - from - 1;
  if (skip < 0 || skip > 0xff) throw new RangeError(`label ${label} is out of reach`);
  return skip;
}

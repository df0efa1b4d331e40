/** Types of fields, as 64-bit Windows lays them out. Handles and pointers are addresses. */
export type FieldType = "u16" | "u32" | "u64" | "pointer" | StructLayout;

export type FieldValue = number | bigint | StructValue;
export interface StructValue {
  readonly [field: string]: FieldValue;
}

interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly offset: number;
}

/** A structure of C: each field at a multiple of its own size, the whole a multiple of the largest. */
export interface StructLayout {
  readonly size: number;
  readonly align: number;
  readonly fields: readonly Field[];
}

const SIZES: Readonly<Record<Exclude<FieldType, StructLayout>, number>> = {
  u16: 2,
  u32: 4,
  u64: 8,
  pointer: 8,
};

export function structLayout(types: Readonly<Record<string, FieldType>>): StructLayout {
  const fields: Field[] = [];
  let end = 0;
  let align = 1;
  for (const [name, type] of Object.entries(types)) {
    const [size, own] = typeof type === "string"
      ? [SIZES[type], SIZES[type]]
      : [type.size, type.align];
    const offset = roundUp(end, own);
    fields.push({ name, type, offset });
    end = offset + size;
    align = Math.max(align, own);
  }
  return { size: roundUp(end, align), align, fields };
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/** The bytes of a structure; fields that are not given are zero. Throws for a field that it does not have. */
export function encodeStruct(layout: StructLayout, value: StructValue): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(layout.size);
  write(layout, value, new DataView(bytes.buffer), 0);
  return bytes;
}

function write(layout: StructLayout, value: StructValue, view: DataView, base: number): void {
  for (const name of Object.keys(value)) {
    if (!layout.fields.some((field) => field.name === name)) {
      throw new RangeError(`no field ${name}`);
    }
  }
  for (const { name, type, offset } of layout.fields) {
    const given = value[name];
    if (given === undefined) continue;
    const at = base + offset;
    if (typeof given === "object") {
      if (typeof type === "string") throw new RangeError(`${name} is no structure`);
      write(type, given, view, at);
    } else if (type === "u16") view.setUint16(at, Number(given), true);
    else if (type === "u32") view.setUint32(at, Number(given), true);
    else if (typeof type === "string") view.setBigUint64(at, BigInt(given), true);
    else throw new RangeError(`${name} is a structure`);
  }
}

/** Numbers for 16 and 32 bits, bigints for 64 bits and addresses. */
export function decodeStruct(layout: StructLayout, bytes: Uint8Array): StructValue {
  if (bytes.length < layout.size) throw new RangeError("too few bytes");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return read(layout, view, 0);
}

function read(layout: StructLayout, view: DataView, base: number): StructValue {
  return Object.fromEntries(layout.fields.map(({ name, type, offset }) => {
    const at = base + offset;
    if (typeof type === "object") return [name, read(type, view, at)];
    if (type === "u16") return [name, view.getUint16(at, true)];
    if (type === "u32") return [name, view.getUint32(at, true)];
    return [name, view.getBigUint64(at, true)];
  }));
}

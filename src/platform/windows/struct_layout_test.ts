import assert from "node:assert/strict";
import {
  decodeStruct,
  encodeStruct,
  type StructLayout,
  type StructValue,
} from "./struct_layout.ts";
import * as structs from "./structs.ts";

/** Sizes and offsets that 64-bit Windows has, from its headers. */
const FACTS: readonly (readonly [StructLayout, number, Readonly<Record<string, number>>])[] = [
  [structs.SID_AND_ATTRIBUTES, 16, { Sid: 0, Attributes: 8 }],
  [structs.TOKEN_GROUPS_OF_ONE, 24, { GroupCount: 0, Group: 8 }],
  [structs.TOKEN_DEFAULT_DACL, 8, { DefaultDacl: 0 }],
  [structs.SECURITY_CAPABILITIES, 24, {
    AppContainerSid: 0,
    Capabilities: 8,
    CapabilityCount: 16,
    Reserved: 20,
  }],
  [structs.STARTUPINFOW, 104, {
    cb: 0,
    lpReserved: 8,
    lpDesktop: 16,
    lpTitle: 24,
    dwX: 32,
    dwFlags: 60,
    wShowWindow: 64,
    cbReserved2: 66,
    lpReserved2: 72,
    hStdInput: 80,
    hStdOutput: 88,
    hStdError: 96,
  }],
  [structs.STARTUPINFOEXW, 112, { StartupInfo: 0, lpAttributeList: 104 }],
  [structs.PROCESS_INFORMATION, 24, { hProcess: 0, hThread: 8, dwProcessId: 16, dwThreadId: 20 }],
  [structs.JOBOBJECT_EXTENDED_LIMIT_INFORMATION, 144, {
    BasicLimitInformation: 0,
    IoInfo: 64,
    ProcessMemoryLimit: 112,
    JobMemoryLimit: 120,
    PeakProcessMemoryUsed: 128,
    PeakJobMemoryUsed: 136,
  }],
  [structs.JOBOBJECT_BASIC_UI_RESTRICTIONS, 4, { UIRestrictionsClass: 0 }],
];

Deno.test("structures of Windows: sizes and offsets", () => {
  for (const [layout, size, offsets] of FACTS) {
    assert.equal(layout.size, size);
    const found = Object.fromEntries(layout.fields.map(({ name, offset }) => [name, offset]));
    for (const [name, offset] of Object.entries(offsets)) assert.equal(found[name], offset, name);
  }
  const [limits] = structs.JOBOBJECT_EXTENDED_LIMIT_INFORMATION.fields;
  const basic = limits?.type as StructLayout;
  assert.equal(basic.size, 64);
  assert.deepEqual(basic.fields.map(({ offset }) => offset), [0, 8, 16, 24, 32, 40, 48, 56, 60]);
});

/** A value of its own for each field. */
function sample(layout: StructLayout, from: number): StructValue {
  return Object.fromEntries(layout.fields.map(({ name, type }, index) => {
    if (typeof type === "object") return [name, sample(type, from + 100)];
    const value = from + index + 1;
    return [name, type === "u16" || type === "u32" ? value : 0x1_0000_0000n + BigInt(value)];
  }));
}

Deno.test("structures of Windows: what is written is read again", () => {
  for (const [layout] of FACTS) {
    const value = sample(layout, 0);
    const bytes = encodeStruct(layout, value);
    assert.equal(bytes.length, layout.size);
    assert.deepEqual(decodeStruct(layout, bytes), value);
  }
});

Deno.test("structures of Windows: bytes are little-endian, gaps zero, unknown fields refused", () => {
  const bytes = encodeStruct(structs.SID_AND_ATTRIBUTES, { Sid: 0x0102n, Attributes: 4 });
  assert.deepEqual([...bytes], [2, 1, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0]);
  assert.throws(() => encodeStruct(structs.SID_AND_ATTRIBUTES, { sid: 1 }), RangeError);
  assert.throws(() => decodeStruct(structs.SID_AND_ATTRIBUTES, bytes.subarray(1)), RangeError);
});

/** One red dot. */
const BASE64 =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";

export const PNG: Uint8Array<ArrayBuffer> = Uint8Array.from(
  atob(BASE64),
  (char) => char.charCodeAt(0),
);

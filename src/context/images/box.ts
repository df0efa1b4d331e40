/** Largest image that is sent as it is; models scale anything bigger down themselves. */
const MAX_WIDTH = 2048;
const MAX_HEIGHT = 768;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Whether the image may be sent unscaled. */
export function fitsBox(size: Size): boolean {
  return size.width <= MAX_WIDTH && size.height <= MAX_HEIGHT;
}

/** The largest size of the same shape inside the box. */
export function scaleToBox(size: Size): Size {
  const factor = Math.min(MAX_WIDTH / size.width, MAX_HEIGHT / size.height, 1);
  return {
    width: Math.max(1, Math.round(size.width * factor)),
    height: Math.max(1, Math.round(size.height * factor)),
  };
}

import { Mismatch, readValue } from "./check.ts";
import { withoutLaterKeys } from "./later_keys.ts";
import { type Layer, mergeLayers } from "./layers.ts";
import { locateMismatch } from "./locate.ts";
import type { Shape, ValueOf } from "./shape.ts";

/**
 * Checks what the layers say together.
 *
 * @throws ConfigError that shows the place in the layer whose value won
 */
export function checkMerged<const S extends Shape>(
  shape: S,
  layers: readonly Layer[],
): ValueOf<S> {
  try {
    return readValue<S>(shape, withoutLaterKeys(mergeLayers(layers)));
  } catch (error) {
    throw error instanceof Mismatch ? locateMismatch(error, layers) : error;
  }
}

/**
 * A time as Node's `utimes` family takes it, exact to the microsecond.
 *
 * Node cuts a number towards zero to microseconds, and a double just short of one loses it: hence 0.4 µs. A
 * negative number becomes the present time, a negative string does not.
 */
export function nodeSeconds(seconds: number, nanoseconds: number): number | string {
  const value = (seconds * 1e6 + Math.floor(nanoseconds / 1000)) / 1e6;
  return value < 0 ? String(value - 4e-7) : value + 4e-7;
}

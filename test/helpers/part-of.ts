/**
 * Of a table's cases the first `few` in the quick tests, all others in the thorough ones: for the files
 * `*.both.test.ts`, which belong to both.
 */
export function partOf<T>(cases: readonly T[], few: number): readonly T[] {
  const isThorough = process.env.FOLDER_COPY_TESTS?.startsWith('thorough') === true;
  return isThorough ? cases.slice(few) : cases.slice(0, few);
}

interface Changes<T> {
  /** New, or not as before. */
  written: [key: string, value: T][];
  /** Gone. */
  removed: [key: string, value: T][];
}

/** What differs between two maps of JSON values; key order inside a value does not matter where it is unchanged. */
export const changedKeys = <T>(before: { [key: string]: T }, after: { [key: string]: T }): Changes<T> => ({
  written: Object.entries(after).filter(
    ([key, value]) => !Object.hasOwn(before, key) || JSON.stringify(before[key]) !== JSON.stringify(value),
  ),
  removed: Object.entries(before).filter(([key]) => !Object.hasOwn(after, key)),
});

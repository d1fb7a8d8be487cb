/** A map that keeps the `max` entries used last. */
export const lru = <V>(max: number) => {
  const entries = new Map<string, V>();
  return {
    get: (key: string): V | undefined => {
      const value = entries.get(key);
      if (value !== undefined) {
        entries.delete(key);
        entries.set(key, value);
      }
      return value;
    },
    set: (key: string, value: V): void => {
      entries.delete(key);
      entries.set(key, value);
      const [oldest] = entries.keys();
      if (entries.size > max && oldest !== undefined) {
        entries.delete(oldest);
      }
    },
  };
};

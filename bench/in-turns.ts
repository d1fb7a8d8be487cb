/** As many as everywhere where requests are only sent to have been sent. */
const clients = 20;

/** Does the work on every item, by as many clients at a time as everywhere. */
export const inTurns = async <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> => {
  const results: R[] = [];
  let next = 0;
  const client = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await work(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return results;
};

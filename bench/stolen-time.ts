import { readFileSync } from 'node:fs';

/** Times of all cores together since the machine began, in the kernel's ticks. */
interface CoreTimes {
  total: number;
  /** For which this machine had work, and its host gave the core to another one. */
  stolen: number;
}

/** What /proc/stat says in its first line. @throws Error where it is not that of a Linux kernel */
export const coreTimesIn = (stat: string): CoreTimes => {
  const [name, ...fields] = stat.slice(0, stat.indexOf('\n')).trim().split(/\s+/);
  // user nice system idle iowait irq softirq steal; what follows is counted in user and nice already.
  const ticks = fields.slice(0, 8).map(Number);
  const stolen = ticks[7];
  if (name !== 'cpu' || stolen === undefined || ticks.some(Number.isNaN)) {
    throw new Error('The first line of /proc/stat does not hold the times of all cores.');
  }
  return { total: ticks.reduce((sum, each) => sum + each, 0), stolen };
};

/** Percent of the cores' time that other machines on the host took while `work` ran; only Linux counts it. */
export const stolenWhile = async <T>(
  work: () => Promise<T>,
): Promise<{ result: T; stolenPercent: number | undefined }> => {
  const before = coreTimes();
  const result = await work();
  const after = coreTimes();
  return { result, stolenPercent: before && after && percentBetween(before, after) };
};

export const percentBetween = (before: CoreTimes, after: CoreTimes): number | undefined => {
  const total = after.total - before.total;
  return total > 0 ? (100 * (after.stolen - before.stolen)) / total : undefined;
};

const coreTimes = (): CoreTimes | undefined =>
  process.platform === 'linux' ? coreTimesIn(readFileSync('/proc/stat', 'utf8')) : undefined;

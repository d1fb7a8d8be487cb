import { timed } from './clients.ts';
import type { Call } from './http-requests.ts';

/** What the n-th case says: a number of its own, words that all say, that half of them say, and that one in a thousand says. */
export const textOf = (n: number): string =>
  [
    `CL-2026-${String(n).padStart(7, '0')} PAIC2026SH${(n * 7_919) % 100_000_007}`,
    `车险理赔 insurance claim ${n % 2 === 0 ? '定损照片' : '申请报告'}`,
    n % 1_000 === 0 ? '水渍 flooded' : '',
  ].join('\n');

const asked = [
  '理赔',
  '赔',
  '险理赔',
  '申请报告',
  '水渍',
  '水渍 理赔',
  'flooded',
  'insur',
  '2026',
  'PAIC2026',
  '不存在',
];

/** Wide, and narrowed by a kind, a state, a person, a view, and a date. */
const lists = [
  ...['cases?', 'cases?kind=claim&', 'cases?state=state-1&', 'cases?assignee=person-3&'],
  ...['tasks?view=mine&', 'tasks?view=candidate&', 'tasks?view=team&', 'tasks?view=all&'],
  ...['tasks?view=mine&kind=claim&', 'tasks?view=all&dueBefore=2026-01-02T00:00:00Z&'],
];

/** Milliseconds of each search: its first page and the one after, for every question in every list, one after the other. */
export const searchTimesMs = async (call: Call): Promise<number[]> => {
  const times: number[] = [];
  for (const list of lists) {
    for (const text of asked) {
      const path = `/v1/${list}limit=50&q=${encodeURIComponent(text)}`;
      let cursor: unknown;
      times.push(
        await timed(async () => {
          cursor = (await call('GET', path)).next;
        }),
      );
      if (typeof cursor === 'string') {
        times.push(await timed(() => call('GET', `${path}&cursor=${encodeURIComponent(cursor as string)}`)));
      }
    }
  }
  return times;
};

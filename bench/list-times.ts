import { timed } from './clients.ts';
import { quantileOf } from './figure.ts';
import type { Call } from './http-requests.ts';

const views = ['mine', 'candidate', 'team', 'all'] as const;
const sorts = ['due', 'opened', 'priority'] as const;
const filters = ['', '&kind=claim', '&overdue=true'];

/** Every view in every order, plain and filtered: what a worklist is opened with. */
const lists = views.flatMap((view) =>
  sorts.flatMap((sort) => filters.map((filter) => `/v1/tasks?limit=50&view=${view}&sort=${sort}${filter}`)),
);

/**
 * Milliseconds of each request that a worklist is made of: a first page, the figures beside it, the page after; for
 * every view, order and filter. The requests come one after the other.
 */
export const worklistTimesMs = async (call: Call): Promise<number[]> => {
  const times: number[] = [];
  for (const list of lists) {
    let cursor: unknown;
    times.push(
      await timed(async () => {
        cursor = (await call('GET', list)).next;
      }),
      await timed(() => call('GET', '/v1/tasks/counts')),
    );
    if (typeof cursor === 'string') {
      times.push(await timed(() => call('GET', `${list}&cursor=${encodeURIComponent(cursor as string)}`)));
    }
  }
  return times;
};

/** Milliseconds of each request that case pages are made of: the case with what may be done now, and its trail. */
export const casePageTimesMs = async (call: Call, caseIds: readonly string[]): Promise<number[]> => {
  const times: number[] = [];
  for (const caseId of caseIds) {
    times.push(
      await timed(() => call('GET', `/v1/cases/${caseId}`)),
      await timed(() => call('GET', `/v1/cases/${caseId}/entries`)),
    );
  }
  return times;
};

export const p95 = (times: readonly number[]): number => quantileOf(times, 0.95);

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Calendar } from '../../machines/kernel/calendar.ts';
import cn from '../../machines/library/calendars/cn.json' with { type: 'json' };
import { departmentReport, type StepTimes } from '../../machines/people/department-report.ts';
import { startNotified } from '../notification/notified.ts';

// Guarantee: what a department's steps cost is told as time waited and time used, for those who lead, and nobody hidden.

const calendar = cn as unknown as Calendar;
/** Monday, 2 March 2026, in Shanghai. */
const at = (time: string, day = 2): string => new Date(`2026-03-0${day}T${time}:00+08:00`).toISOString();
const nowMs = Date.parse(at('18:00', 6));
const task = (changes: Partial<StepTimes>): StepTimes => ({
  ...{ definition: 'claim', step: 'survey', department: 'north', status: 'completed' },
  ...{ openedAt: at('09:00'), assignedAt: at('10:00'), closedAt: at('12:00'), dueAt: null, calendar },
  ...changes,
});
const linesOf = (...tasks: StepTimes[]) => {
  const report = departmentReport(nowMs);
  for (const each of tasks) report.add(each);
  return report.lines();
};
const line = (...tasks: StepTimes[]) => linesOf(...tasks)[0];

describe('the times of a step', () => {
  it('are those until somebody had it, and from then on', () => {
    expect(line(task({}))).toMatchObject({
      ...{ tasks: 1, completed: 1, open: 0, cancelled: 0, late: 0 },
      waitedHours: { mean: 1, median: 1, p90: 1 },
      usedHours: { mean: 2, median: 2, p90: 2 },
    });
  });

  it('count nights and days off as time, and not as working time', () => {
    const overnight = line(task({ assignedAt: at('10:00', 3), closedAt: at('11:30', 3) }));
    expect(overnight?.waitedHours.mean).toBe(25);
    expect(overnight?.waitedWorkingHours.mean).toBeLessThan(12);
    expect(overnight?.usedWorkingHours.mean).toBe(1.5);
    expect(line(task({ calendar: undefined }))).toMatchObject({
      ...{ usedHours: { mean: 2 }, usedWorkingHours: { mean: null, median: null, p90: null } },
    });
  });

  it('of what is open run until now; who completes what nobody had has used no time', () => {
    const open = task({ status: 'open', assignedAt: null, closedAt: null, openedAt: at('17:00', 6) });
    expect(line(open)).toMatchObject({ open: 1, waitedHours: { mean: 1 }, usedHours: { mean: 0 } });
    const taken = task({
      status: 'open',
      assignedAt: at('17:30', 6),
      closedAt: null,
      openedAt: at('17:00', 6),
    });
    expect(line(taken)).toMatchObject({ waitedHours: { mean: 0.5 }, usedHours: { mean: 0.5 } });
    expect(line(task({ assignedAt: null }))).toMatchObject({
      waitedHours: { mean: 3 },
      usedHours: { mean: 0 },
    });
  });

  it('of what was given up do not count', () => {
    expect(line(task({ status: 'cancelled' }))).toMatchObject({
      ...{ tasks: 1, cancelled: 1, late: 0, usedHours: { mean: null, median: null, p90: null } },
    });
  });

  it('are told as mean, median and the value that nine of ten do not exceed', () => {
    const took = (hours: number) =>
      task({
        assignedAt: at('00:00'),
        openedAt: at('00:00'),
        closedAt: at(`${String(hours).padStart(2, '0')}:00`),
      });
    const steps = [1, 2, 3, 4, 5, 6, 7, 8, 9, 20].map(took);
    expect(line(...steps)?.usedHours).toEqual({ mean: 6.5, median: 5, p90: 9 });
  });

  it('are late after their date, done or not', () => {
    const dueAt = at('11:00');
    expect(
      line(
        task({ dueAt }),
        task({ dueAt: at('13:00') }),
        task({ dueAt, status: 'open', closedAt: null }),
        task({ dueAt, status: 'cancelled' }),
      ),
    ).toMatchObject({ tasks: 4, late: 2 });
  });

  it('stand apart by department and step', () => {
    const lines = linesOf(task({}), task({ department: null }), task({ step: 'legal' }), task({}));
    expect(lines.map(({ department, step, tasks }) => [department, step, tasks])).toEqual([
      ['north', 'legal', 1],
      ['north', 'survey', 2],
      [null, 'survey', 1],
    ]);
  });
});

describe('GET /v1/reports/departments', () => {
  let api: Awaited<ReturnType<typeof startNotified>>;
  beforeEach(async () => {
    api = await startNotified({ at: '2026-03-02T02:00:00.000Z' });
  });
  afterEach(() => api.stop());
  const report = async (person: string, query = '') =>
    (await api.call(person, 'GET', `/v1/reports/departments${query}`)).body;

  it('tells what was waited and used, within the time and kind asked for', async () => {
    const { caseId, tasks } = await api.openComplaint();
    const [{ taskId }] = tasks;
    api.advance(3_600_000);
    await api.call('agent', 'POST', `/v1/tasks/${taskId}/claim`, {});
    api.advance(2 * 3_600_000);
    const done = await api.call('agent', 'POST', `/v1/tasks/${taskId}/complete`, { outcome: 'register' });
    expect(done.status).toBe(200);
    const body = await report('manager', '?kind=complaint');
    expect(body.whole).toBe(true);
    const [first] = body.items.filter(({ step }: { step: string }) => step === 'received');
    expect(first).toMatchObject({
      ...{ definition: 'complaint', tasks: 1, completed: 1 },
      waitedHours: { mean: 1 },
      usedHours: { mean: 2 },
    });
    expect(first.department).toBeTruthy();
    expect((await report('manager', `?department=${first.department}`)).items).toContainEqual(first);
    expect((await report('manager', '?kind=claim')).items).toEqual([]);
    expect((await report('manager', '?to=2026-03-01T00:00:00Z')).items).toEqual([]);
    const recused = await api.call('compliance', 'POST', `/v1/cases/${caseId}/recusals`, {
      ...{ personId: 'lead', reason: 'Related' },
    });
    expect(recused.status).toBe(200);
    expect((await report('lead')).items).toEqual([]);
    expect((await report('manager')).items).not.toEqual([]);
  });

  it('is not there for those who do not lead, and refuses what is no time', async () => {
    for (const person of ['agent', 'handler', 'siu']) expect((await report(person)).code).toBe('NOT_FOUND');
    expect((await report('manager', '?from=yesterday')).code).toBe('INPUT_INVALID');
  });
});

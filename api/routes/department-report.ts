import { createRoute, z } from '@hono/zod-openapi';
import { calendarIn } from '../../db/own/notifications-calendar.ts';
import { listTaskTimes, type TaskTimes, taskTimesMax } from '../../db/read/list-task-times.ts';
import type { Calendar } from '../../machines/kernel/calendar.ts';
import { departmentReport } from '../../machines/people/department-report.ts';
import { hiddenStates } from '../hidden-states.ts';
import { reportSpan } from '../report-span.ts';
import { requireReportReader } from '../require-report-reader.ts';
import { newRouter, on, type Router } from '../router.ts';
import { Instant, readProblems } from '../schemas/common.ts';
import { Id } from '../schemas/people.ts';
import { reportAnswer } from '../schemas/report.ts';
import type { Services } from '../services.ts';
import { sightOf } from '../sight.ts';

const Spread = z
  .object({ mean: z.number().nullable(), median: z.number().nullable(), p90: z.number().nullable() })
  .openapi('HoursSpread');

const DepartmentStep = z
  .object({
    department: z.string().nullable().describe('The task’s, else where whoever has or had it works'),
    definition: z.string(),
    step: z.string().describe('Id of the state that the task belongs to'),
    tasks: z.int(),
    open: z.int(),
    completed: z.int(),
    cancelled: z.int().describe('Given up; their times do not count'),
    late: z.int(),
    waitedHours: Spread.describe('Until somebody had it'),
    usedHours: Spread.describe('From then until it was completed, or now'),
    waitedWorkingHours: Spread.describe('The same in working hours of the case’s calendar'),
    usedWorkingHours: Spread,
  })
  .openapi('DepartmentStep');

const reportRoute = createRoute({
  method: 'get',
  path: '/v1/reports/departments',
  summary: 'How long tasks waited and how long they were worked on, by department and step',
  tags: ['Reports'],
  request: {
    query: z.strictObject({
      from: Instant.optional().describe('When cases were opened; default: 90 days before `to`'),
      to: Instant.optional().describe('Default: now; not included'),
      kind: Id.optional().describe('Only cases of this kind'),
      department: Id.optional(),
    }),
  },
  responses: {
    200: reportAnswer('A line for each department and step', {
      name: 'DepartmentReport',
      line: DepartmentStep,
      readMax: `${taskTimesMax} tasks`,
    }),
    ...readProblems,
  },
});

export const departmentReportRoutes = (services: Services): Router => {
  const { store, now, definitions } = services;
  const router = newRouter();
  on(router, reportRoute, async (c) => {
    const person = requireReportReader(c.get('person'));
    const { tenant } = person;
    const { kind, department, ...asked } = c.req.valid('query');
    const span = reportSpan(asked, { nowMs: now(), days: 90 });
    const [sight, hidden] = await Promise.all([sightOf(services, person), hiddenStates(services, person)]);
    const calendars = new Map<string, Calendar | undefined>();
    const calendarOf = async ({ definitionHash, profile }: TaskTimes): Promise<Calendar | undefined> => {
      const key = JSON.stringify([definitionHash, profile]);
      if (!calendars.has(key)) {
        const { runtime } = await definitions.ofCase(tenant, definitionHash);
        const id = runtime.profiles?.[profile ?? '']?.calendar ?? runtime.calendar;
        calendars.set(key, await store.read((db) => calendarIn(db, tenant, id)));
      }
      return calendars.get(key);
    };
    const report = departmentReport(now());
    let read = 0;
    for await (const page of listTaskTimes(store, { tenant, ...span, kind, sight, hidden })) {
      read += page.length;
      for (const task of page) {
        if (department === undefined || task.department === department) {
          report.add({ ...task, calendar: await calendarOf(task) });
        }
      }
    }
    return c.json({ ...span, whole: read < taskTimesMax, items: report.lines() });
  });
  return router;
};

import { createRoute, z } from '@hono/zod-openapi';
import { absenceIn, addAbsence, changeAbsence, listAbsences } from '../../db/own/absences.ts';
import { instantMs } from '../../machines/kernel/instant.ts';
import { changePeople } from '../change-people.ts';
import { isAdmin, maySpeakFor, requireSpeaksFor, requireStaff } from '../people-rights.ts';
import { Condition } from '../problem.ts';
import { newRouter, on, type Router } from '../router.ts';
import { page } from '../schemas/case.ts';
import { commandHeaders, commandProblems, Instant, pageQuery, readProblems } from '../schemas/common.ts';
import { jsonAnswer, jsonBody } from '../schemas/json-content.ts';
import { AbsenceReason, AbsenceStatus, AbsenceView, absenceView, Id } from '../schemas/people.ts';
import type { Services } from '../services.ts';

const tags = ['People'];

const list = createRoute({
  method: 'get',
  path: '/v1/absences',
  summary: 'Who is away and when; the reason is for the person and whoever leads them',
  tags,
  request: {
    query: z.strictObject({
      ...pageQuery,
      personId: Id.optional(),
      at: Instant.optional().describe('Those that hold at this instant'),
      status: AbsenceStatus.optional(),
    }),
  },
  responses: { 200: jsonAnswer('A page of them', page(AbsenceView)), ...readProblems },
});

const add = createRoute({
  method: 'post',
  path: '/v1/absences',
  summary: 'Say that somebody is away (themselves, whoever leads them, administrators)',
  tags,
  request: {
    headers: commandHeaders,
    body: jsonBody(
      z
        .strictObject({
          personId: Id.optional().describe('Default: you'),
          reason: AbsenceReason,
          from: Instant,
          until: Instant.describe('The first instant they are back'),
        })
        .openapi('NewAbsence'),
    ),
  },
  responses: { 201: jsonAnswer('The absence', AbsenceView), ...commandProblems },
});

const change = createRoute({
  method: 'patch',
  path: '/v1/absences/{absenceId}',
  summary: 'Change or cancel an absence (as above); a cancelled one stays cancelled',
  tags,
  request: {
    params: z.object({ absenceId: z.string().min(1).max(120) }),
    headers: commandHeaders,
    body: jsonBody(
      z
        .strictObject({
          reason: AbsenceReason.optional(),
          from: Instant.optional(),
          until: Instant.optional(),
          status: z.literal('cancelled').optional(),
        })
        .openapi('AbsenceChange'),
    ),
  },
  responses: { 200: jsonAnswer('The absence', AbsenceView), ...commandProblems },
});

export const absenceRoutes = (services: Services): Router => {
  const { store, now } = services;
  const router = newRouter();

  on(router, list, async (c) => {
    const person = requireStaff(c.get('person'));
    const { at, ...query } = c.req.valid('query');
    const { items, next } = await listAbsences(store, {
      ...{ tenant: person.tenant, ...query },
      ...(at === undefined ? {} : { atMs: instantMs(at) }),
    });
    const sees = new Map<string, boolean>();
    for (const { personId } of items) {
      if (!sees.has(personId)) {
        sees.set(personId, isAdmin(person) || (await maySpeakFor(store, person, personId, now())));
      }
    }
    return c.json({ items: items.map((each) => absenceView(each, sees.get(each.personId) === true)), next });
  });

  on(router, add, (c) => {
    const person = requireStaff(c.get('person'));
    const { personId = person.id, reason, from, until } = c.req.valid('json');
    return changePeople(services, c, {
      subject: { kind: 'person', id: personId },
      status: 201,
      authorize: ({ atMs }) => requireSpeaksFor(store, person, personId, atMs),
      work: (by) => {
        const id = `abs-${by.commandId.slice(0, 24)}`;
        const period = { fromMs: instantMs(from), untilMs: instantMs(until) };
        return addAbsence(store, person.tenant, { id, personId, reason, ...period, status: 'active' }, by);
      },
      answer: (absence) => absenceView(absence, true),
    });
  });

  on(router, change, async (c) => {
    const person = requireStaff(c.get('person'));
    const { absenceId } = c.req.valid('param');
    const { reason, from, until, status } = c.req.valid('json');
    const there = await store.read((db) => absenceIn(db, person.tenant, absenceId));
    if (!there) {
      throw new Condition('NOT_FOUND', 'There is no such absence.');
    }
    const wanted = {
      ...(reason === undefined ? {} : { reason }),
      ...(from === undefined ? {} : { fromMs: instantMs(from) }),
      ...(until === undefined ? {} : { untilMs: instantMs(until) }),
      ...(status === undefined ? {} : { status }),
    };
    return changePeople(services, c, {
      subject: { kind: 'absence', id: absenceId },
      status: 200,
      authorize: ({ atMs }) => requireSpeaksFor(store, person, there.personId, atMs),
      work: (by) => changeAbsence(store, person.tenant, absenceId, wanted, by),
      answer: (absence) => absenceView(absence, true),
    });
  });
  return router;
};

import { describe, expect, it } from 'vitest';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import {
  as,
  compiledOf,
  drive,
  feel,
  hour,
  type LooseCommand,
  minute,
  openingOf,
  sealed,
} from './case-driver.ts';

// Guarantee: a command is accepted only from whoever may send it, with what it needs, and else refused with a code.

const definition: Partial<RuntimeDefinition> = {
  data: {
    type: 'object',
    properties: {
      amount: { type: 'integer' },
      text: { type: 'string' },
      name: { type: 'string', 'x-personal': true },
    },
  },
  events: {
    note: { by: ['handler'] },
    estimate: {
      by: ['handler', 'customer'],
      data: { type: 'object', properties: { amount: { type: 'integer' } }, required: ['amount'] },
    },
    approve: {
      by: ['handler', 'lead'],
      notBy: ['estimate'],
      authority: feel('{amount: data.amount, currency: "CNY"}'),
    },
    deny: { by: ['lead'], reason: 'required' },
    later: { by: ['handler'] },
    'case.reopen.denied': { by: ['nobody'] },
  },
  machine: {
    initial: 'work',
    states: {
      work: {
        on: {
          note: { actions: [] },
          estimate: [
            {
              guard: feel('event.amount > 10'),
              target: 'decision',
              actions: [{ type: 'assign', set: { amount: feel('event.amount') } }],
            },
          ],
        },
      },
      decision: { on: { approve: 'paid', deny: 'denied' } },
      paid: { invoke: { src: 'pay', onDone: 'closed', onError: 'incident' } },
      closed: { type: 'final' },
      denied: { type: 'final' },
    },
  },
  tasks: { decision: { role: 'lead', outcomes: ['approve', 'deny'] } },
  documents: { letter: { mandatory: true } },
  services: { pay: { activity: 'payment.pay' } },
};

const reason = sealed('because');
const authority = (amount: number) => [{ amount, currency: 'CNY' }];

describe('opening', () => {
  it.each([
    ['by a role that may', {}, undefined],
    ['by a role that may not', { facts: as('auditor') }, 'ROLE_REQUIRED'],
    ['with data that do not match', { data: { amount: 'much' } }, 'DATA_INVALID'],
    ['with a personal value in clear', { data: { name: 'Wang' } }, 'DATA_INVALID'],
    ['with a personal value sealed', { data: { name: sealed('name') } }, undefined],
    ['received in the future', { receivedAt: minute(1) }, 'TIME_INVALID'],
    ['received at no instant', { receivedAt: '2026-01-05' }, 'TIME_INVALID'],
    ['from old data without the right', { mode: 'historical' as const }, 'ROLE_REQUIRED'],
    ['with more than an entry holds', { data: { text: 'x'.repeat(70_000) } }, 'ENTRY_TOO_LARGE'],
    ['with text that is no Unicode', { data: { text: '\ud800' } }, 'DATA_INVALID'],
  ])('%s', (_, opening, code) => {
    const opened = openingOf(compiledOf(definition), minute(0), opening);
    expect('refused' in opened ? opened.code : undefined).toBe(code);
  });
});

describe('events in the first state', () => {
  it.each<[string, LooseCommand, string | string[]]>([
    ['allowed', { type: 'event', event: 'note' }, ['note']],
    ['unknown', { type: 'event', event: 'nothing' }, 'EVENT_UNKNOWN'],
    ['not possible in this state', { type: 'event', event: 'later' }, 'EVENT_NOT_ALLOWED'],
    ['by another role', { type: 'event', event: 'note', by: 'auditor' }, 'ROLE_REQUIRED'],
    ['without its data', { type: 'event', event: 'estimate' }, 'DATA_INVALID'],
    [
      'with data of another type',
      { type: 'event', event: 'estimate', data: { amount: '9' } },
      'DATA_INVALID',
    ],
    ['with data it does not carry', { type: 'event', event: 'note', data: { a: 1 } }, 'DATA_INVALID'],
    [
      'that a guard does not let through',
      { type: 'event', event: 'estimate', data: { amount: 1 } },
      'EVENT_NOT_ALLOWED',
    ],
    ['that a guard lets through', { type: 'event', event: 'estimate', data: { amount: 11 } }, ['estimate']],
    ['that occurred before, on this day', { type: 'event', event: 'note', occurredAt: minute(1) }, ['note']],
    [
      'that occurred on an earlier day',
      { type: 'event', event: 'note', occurredAt: minute(-60), reason },
      ['note'],
    ],
    [
      'that occurred on an earlier day, nobody says why it comes now',
      { type: 'event', event: 'note', occurredAt: minute(-60) },
      'REASON_REQUIRED',
    ],
    ['that will have occurred', { type: 'event', event: 'note', occurredAt: hour(2) }, 'TIME_INVALID'],
    [
      'that occurred at no instant',
      { type: 'event', event: 'note', occurredAt: 'yesterday' },
      'TIME_INVALID',
    ],
    [
      'with more than an entry holds',
      { type: 'event', event: 'note', reason: sealed('x'.repeat(70_000)) },
      'ENTRY_TOO_LARGE',
    ],
    [
      'with text that is no Unicode',
      { type: 'event', event: 'note', reason: sealed('\ud800') },
      'DATA_INVALID',
    ],
    [
      "by the customer, through one who takes the customer's calls",
      {
        type: 'event',
        event: 'estimate',
        data: { amount: 11 },
        facts: { ...as('handler'), onBehalfOf: { customer: true } },
      },
      ['estimate'],
    ],
    [
      'by the customer, through one who does not',
      {
        type: 'event',
        event: 'estimate',
        data: { amount: 11 },
        facts: { ...as('auditor'), onBehalfOf: { customer: true } },
      },
      'ROLE_REQUIRED',
    ],
  ])('%s', (_, command, came) => {
    expect(drive(definition).send(command, hour(1))).toEqual(came);
  });
});

describe('forged events', () => {
  it.each([
    'xstate.done.state.work',
    'xstate.after.P1D.work',
    'xstate.init',
    'service.done.0.paid',
    'service.failed.0.paid',
    'mark.entered',
    '*',
    '',
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
  ])('%j is unknown, sent as an event and by another case', (event) => {
    const driver = drive(definition);
    expect(driver.send({ type: 'event', event }, hour(1))).toBe('EVENT_UNKNOWN');
    const from = { caseId: 'case-2', epoch: 1, seq: 1, headHash: 'h' };
    const before = driver.states();
    expect(driver.send({ type: 'message', event, from, facts: as('case') }, hour(1))).toEqual([
      'message.dropped',
    ]);
    expect(driver.states()).toBe(before);
  });

  it('an event that a definition names like a re-opening is refused by role as any other', () => {
    expect(drive(definition).event('case.reopen.denied', 'handler', hour(1))).toBe('ROLE_REQUIRED');
  });

  it.each(['constructor', '__proto__', 'toString'])(
    '%j is no task, deadline, service or document',
    (name) => {
      const driver = drive(definition);
      expect(driver.send({ type: 'task', taskId: name, verb: 'claim' }, hour(1))).toBe('TASK_UNKNOWN');
      expect(driver.send({ type: 'deadline', name, verb: 'pause' }, hour(1))).toBe('DEADLINE_UNKNOWN');
      const document = { id: 'd', key: name, sha256: 'a', sizeBytes: 1, mediaType: 'text/plain' };
      expect(driver.send({ type: 'document', document }, hour(1))).toBe('DOCUMENT_UNKNOWN');
      expect(
        driver.send({ type: 'service', invokeId: name, visit: 1, result: { ok: true, output: {} } }, hour(1)),
      ).toEqual(['service.dropped']);
    },
  );
});

describe('decisions', () => {
  const decided = () => {
    const driver = drive(definition);
    driver.event('estimate', 'handler1', hour(1), { amount: 500 });
    return driver;
  };
  it.each<[string, LooseCommand, string | string[]]>([
    ['by whoever estimated', { type: 'event', event: 'approve', by: 'handler1' }, 'FOUR_EYES'],
    [
      'beyond the authority',
      { type: 'event', event: 'approve', facts: as('lead', { authority: authority(499) }) },
      'AUTHORITY_EXCEEDED',
    ],
    ['without authority', { type: 'event', event: 'approve', by: 'lead' }, 'AUTHORITY_EXCEEDED'],
    [
      'with authority in another currency',
      {
        type: 'event',
        event: 'approve',
        facts: as('lead', { authority: [{ amount: 9_999, currency: 'USD' }] }),
      },
      'AUTHORITY_EXCEEDED',
    ],
    [
      'within the authority',
      { type: 'event', event: 'approve', facts: as('lead', { authority: authority(500) }) },
      ['approve'],
    ],
    [
      'on behalf of whoever estimated',
      {
        type: 'event',
        event: 'approve',
        facts: {
          ...as('lead', { authority: authority(500) }),
          onBehalfOf: { actor: { id: 'handler1', roles: ['handler'] } },
        },
      },
      'FOUR_EYES',
    ],
    [
      'by another account of whoever estimated',
      {
        type: 'event',
        event: 'approve',
        facts: as('lead', { authority: authority(500), sameAs: ['handler1'] }),
      },
      'FOUR_EYES',
    ],
    ['that need a reason, without', { type: 'event', event: 'deny', by: 'lead' }, 'REASON_REQUIRED'],
    ['that need a reason, with', { type: 'event', event: 'deny', by: 'lead', reason }, ['deny']],
  ])('%s', (_, command, came) => {
    expect(decided().send(command, hour(2))).toEqual(came);
  });

  it('a refusal tells what else this actor may do', () => {
    const driver = decided();
    driver.event('note', 'lead', hour(2));
    expect(driver.refusal).toMatchObject({ code: 'ROLE_REQUIRED', allowed: ['approve', 'deny'] });
    driver.event('approve', 'handler1', hour(2));
    expect(driver.refusal).toMatchObject({ code: 'FOUR_EYES', allowed: [] });
  });

  it('a closed case takes nothing but late answers of services, which move nothing', () => {
    const driver = decided();
    driver.send({ type: 'event', event: 'deny', by: 'lead', reason }, hour(2));
    expect(driver.state.status).toBe('closed');
    expect(driver.event('note', 'handler', hour(3))).toBe('CASE_CLOSED');
    const answer = {
      type: 'service',
      invokeId: '0.paid',
      visit: 1,
      result: { ok: true, output: {} },
    } as const;
    expect(driver.send(answer, hour(3))).toEqual(['service.dropped']);
    expect(driver.states()).toBe('denied');
  });
});

describe('documents and links', () => {
  const document = {
    id: 'doc-1',
    key: 'letter',
    sha256: 'a'.repeat(64),
    sizeBytes: 9,
    mediaType: 'text/plain',
  };
  it.each<[string, LooseCommand, string | string[]]>([
    ['a document of the checklist', { type: 'document', document }, ['document.added']],
    ['another document', { type: 'document', document: { ...document, key: 'other' } }, ['document.added']],
    [
      'a document the checklist does not know',
      { type: 'document', document: { ...document, key: 'map' } },
      'DOCUMENT_UNKNOWN',
    ],
    ['a document from one who only looks on', { type: 'document', document, by: 'auditor' }, 'ROLE_REQUIRED'],
    ['a link by a handler', { type: 'link', rel: 'complaint-about', caseId: 'case-2' }, ['link.added']],
    [
      'a link by one who only looks on',
      { type: 'link', rel: 'about', caseId: 'case-2', by: 'auditor' },
      'ROLE_REQUIRED',
    ],
    [
      'a recalculation by compliance',
      { type: 'recalculate', calendars: {}, by: 'compliance' },
      ['deadline.recalculated'],
    ],
    ['a recalculation by a handler', { type: 'recalculate', calendars: {} }, 'ROLE_REQUIRED'],
    ['going live of a live case', { type: 'go-live', by: 'admin' }, 'NOT_HISTORICAL'],
    [
      'an incident that is none',
      { type: 'incident', n: 1, verb: 'retry', by: 'admin', reason },
      'INCIDENT_UNKNOWN',
    ],
  ])('%s', (_, command, came) => {
    expect(drive(definition).send(command, hour(1))).toEqual(came);
  });

  it('the same link twice is one link', () => {
    const driver = drive(definition);
    driver.send({ type: 'link', rel: 'about', caseId: 'case-2' }, hour(1));
    driver.send({ type: 'link', rel: 'about', caseId: 'case-2' }, hour(2));
    expect(driver.state.links).toEqual([{ rel: 'about', caseId: 'case-2' }]);
  });
});

describe('what a linked case sends', () => {
  const message = (event: string, data?: { [key: string]: number }): LooseCommand => ({
    type: 'message',
    event,
    from: { caseId: 'case-2', epoch: 1, seq: 4, headHash: 'h' },
    facts: as('customer'),
    ...(data === undefined ? {} : { data }),
  });
  it('moves the case where an event of its definition may', () => {
    const driver = drive({
      ...definition,
      events: {
        ...definition.events,
        estimate: { by: ['case'], data: { type: 'object', additionalProperties: true } },
      },
    });
    expect(driver.send({ ...message('estimate', { amount: 20 }), facts: as('case') }, hour(1))).toEqual([
      'estimate',
    ]);
    expect(driver.states()).toBe('decision');
    expect(driver.leaf(2).data).toMatchObject({ from: { caseId: 'case-2', seq: 4 } });
  });
  it('is dropped with an entry where it may not, so that the sender has done its duty', () => {
    const driver = drive(definition);
    expect(driver.send(message('note'), hour(1))).toEqual(['message.dropped']);
    expect(driver.leaf(2).data).toMatchObject({ event: 'note', code: 'ROLE_REQUIRED' });
    expect(driver.leaf(2).after.changed).toEqual({});
  });
});

describe('a command sent again', () => {
  it('changes nothing, as long as it is among the last 256', () => {
    const driver = drive(definition);
    driver.send({ type: 'event', event: 'note', id: 'first' }, hour(1));
    for (let n = 0; n < 255; n++) {
      driver.send({ type: 'event', event: 'note', id: `n${n}` }, hour(1));
    }
    const { state } = driver;
    expect(state.answered).toHaveLength(256);
    expect(driver.send({ type: 'event', event: 'note', id: 'first' }, hour(2))).toEqual([]);
    expect(driver.state).toBe(state);
    driver.send({ type: 'event', event: 'note', id: 'one-more' }, hour(2));
    expect(driver.state.answered).toHaveLength(256);
    expect(driver.send({ type: 'event', event: 'note', id: 'first' }, hour(2))).toEqual(['note']);
  });
});

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Calendar } from '../../machines/kernel/calendar.ts';
import type { Actor, Command, Facts, Opening } from '../../machines/kernel/command.ts';
import type { CompileInput } from '../../machines/kernel/compile.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';

const always = JSON.parse(
  readFileSync(new URL('../../machines/library/calendars/always.json', import.meta.url), 'utf8'),
) as Calendar;

const feel = (expression: string) => ({ '@expr': expression, '@lang': 'feel' });

/** A small case that uses what the durable shell does: tasks, a deadline, a delay, a service, letters, a child. */
export const miniDefinition: RuntimeDefinition = {
  id: 'mini',
  version: '1.0.0',
  kind: 'complaint',
  calendar: 'always',
  open: { by: ['handler', 'case'] },
  data: {
    type: 'object',
    properties: {
      channel: { type: 'string' },
      amount: { type: 'integer' },
      notes: { type: 'integer' },
    },
    required: ['channel'],
  },
  events: {
    acknowledge: { by: ['handler'] },
    note: { by: ['handler'] },
    estimate: {
      by: ['handler'],
      data: { type: 'object', properties: { amount: { type: 'integer' } }, required: ['amount'] },
    },
    approve: { by: ['lead'] },
    split: { by: ['handler'] },
    greet: { by: ['handler', 'case'] },
    drop: { by: ['handler'] },
  },
  machine: {
    initial: 'received',
    states: {
      received: {
        after: { P1D: 'expired' },
        on: {
          acknowledge: 'investigating',
          note: {
            actions: [
              { type: 'assign', set: { notes: feel('if data.notes = null then 1 else data.notes + 1') } },
            ],
          },
          drop: 'closed',
        },
      },
      investigating: {
        entry: [{ type: 'deliver', template: 'acknowledged', to: { customer: true } }],
        on: {
          estimate: {
            target: 'review',
            actions: [{ type: 'assign', set: { amount: feel('event.amount') } }],
          },
          split: { actions: [{ type: 'start', child: 'part', data: { channel: 'child' } }] },
          greet: { actions: [{ type: 'tell', rel: 'part-of', event: 'greet' }] },
          drop: 'closed',
        },
      },
      review: { on: { approve: 'paying' } },
      paying: {
        invoke: {
          src: 'pay',
          input: { amount: { amount: feel('data.amount'), currency: 'CNY' }, payee: 'customer' },
          onDone: 'closed',
          onError: 'incident',
        },
      },
      expired: { type: 'final' },
      closed: { type: 'final' },
    },
  },
  tasks: {
    received: { role: 'handler', outcomes: ['acknowledge'], assign: 'least-loaded' },
    review: { role: 'lead', outcomes: ['approve'] },
  },
  deadlines: {
    first: {
      source: { kind: 'company promise', rule: 'answer within an hour' },
      starts: [{ opened: true }],
      stops: [{ enter: 'investigating' }],
      limit: 'PT1H',
      count: 'elapsed',
    },
  },
  services: {
    pay: { activity: 'payment.pay', timeout: 'PT5S', retry: { attempts: 2, firstDelay: 'PT0.1S' } },
  },
  children: { part: { definition: 'mini', rel: 'part-of' } },
  reopen: { by: ['handler'], from: { closed: { target: 'investigating' } } },
};

export const miniInput = (definition: RuntimeDefinition = miniDefinition): CompileInput => ({
  definition,
  ref: { id: definition.id, version: definition.version, hash: 'd'.repeat(64) },
  calendars: { always },
});

export const alwaysCalendar = always;

export const handler: Facts = { actor: { id: 'hana', roles: ['handler'] } };
export const lead: Facts = { actor: { id: 'lee', roles: ['lead'] } };
export const admin: Facts = { actor: { id: 'ada', roles: ['admin'] } };

export const reason = { ref: 'reason-1', commitment: 'c'.repeat(64) };

export const person = (actor: Actor) => ({
  ...{ tenant: 'acme', id: actor.id, name: actor.id, status: 'active' as const },
  ...{ roles: actor.roles, departments: [], skills: [], authority: [] },
});

/** An opening received `agoMs` before now. */
export const miniOpening = (changes: Partial<Opening> = {}): Opening => {
  const caseId = changes.caseId ?? `case-${randomUUID()}`;
  return {
    commandId: `${caseId}.open`,
    tenant: 'acme',
    caseId,
    number: `CP-${caseId}`,
    facts: handler,
    data: { channel: 'web' },
    receivedAt: new Date().toISOString(),
    ...changes,
  };
};

/** A command with an id of its own. */
export const send = (event: string, facts: Facts = handler, data?: { [field: string]: number }): Command => ({
  ...{ id: randomUUID(), type: 'event', event, facts },
  ...(data === undefined ? {} : { data }),
});

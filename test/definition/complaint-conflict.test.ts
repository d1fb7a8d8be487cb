import { describe, expect, it } from 'vitest';
import type { Facts } from '../../machines/kernel/command.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import type { Json, JsonObject } from '../../machines/kernel/json.ts';
import { shippedDefinitions } from '../../machines/library/index.ts';
import { type CaseDriver, drive, minute, sealed } from '../kernel/case-driver.ts';

// Guarantee: nobody decides a complaint about themselves, by whichever event of it; the same event is taken from others.

const document = shippedDefinitions().findLast(({ id }) => id === 'complaint');
if (document === undefined) {
  throw new Error('A complaint is shipped.');
}
const definition = document as unknown as RuntimeDefinition;

const evidence = ['claim file'];
const remedy = { kind: 'payment', amount: { amount: 30_000, currency: 'CNY' } };
const text = sealed('text') as unknown as Json;
const rights = ['regulator'];

/** Where each event decides, who sends it, and with what. */
const deciding: [event: string, state: string, role: string, data?: JsonObject, region?: string][] = [
  ['accept', 'triage', 'handler', { severity: 'P2', cause: 'delay' }],
  ['transfer', 'triage', 'handler', { to: 'Sister company' }],
  ['transfer', 'investigating', 'handler', { to: 'Sister company' }],
  ['decline', 'triage', 'complaints-manager', { ground: 'in-court' }],
  ['resolve.early', 'triage', 'handler', { acceptedBy: 'phone' }],
  ['merge', 'triage', 'handler', { into: 'CP-1' }],
  ['withdraw', 'triage', 'handler'],
  ['withdraw', 'triage', 'handler', { duressSuspected: true }],
  ['findings', 'investigating', 'handler', { finding: 'upheld', evidence }],
  ['propose', 'remedy', 'handler', { remedy }],
  ['approve', 'remedy-approval', 'complaints-manager'],
  ['revise', 'remedy-approval', 'complaints-manager'],
  ['offer.accept', 'offered', 'customer'],
  ['offer.counter', 'offered', 'customer', { request: text }],
  ['offer.reject', 'offered', 'customer'],
  ['payment.correct', 'payment-failed', 'handler', { payee: { account: text } }],
  ['implemented', 'implementing', 'handler', { evidence }],
  ['callback.satisfied', 'callback', 'handler', {}],
  ['callback.unsatisfied', 'callback', 'qa', {}],
  ['callback.missed', 'callback', 'handler'],
  ['rework', 'manager-review', 'complaints-manager'],
  ['finalise', 'manager-review', 'complaints-manager'],
  ['final.respond', 'final-response', 'handler', { reasons: text, rights }],
  ['code', 'root-cause', 'handler', { rootCause: 'delay' }],
  ['capa.report', 'corrective-action', 'handler', { measure: 'training', evidence }],
  ['capa.verify', 'corrective-action', 'qa', { evidence }],
  ['capa.waive', 'corrective-action', 'complaints-manager'],
  ['review.decide', 'root-cause', 'complaints-manager', { result: 'stands' }, 'internal-review'],
  ['review.decide', 'root-cause', 'complaints-manager', { result: 'remedy-ordered' }, 'internal-review'],
  ['mediation.close', 'root-cause', 'handler', { result: 'stands' }, 'mediating'],
  ['mediation.close', 'root-cause', 'handler', { result: 'remedy-ordered' }, 'mediating'],
  ['regulator.answer', 'root-cause', 'regulator-liaison', { result: 'stands', evidence }, 'with-regulator'],
  ['ombudsman.decide', 'root-cause', 'complaints-manager', { result: 'stands' }, 'with-ombudsman'],
];

/** What decides nothing: it takes the complaint in, asks, answers a question, tells what came, or pays what others approved. */
const undeciding = [
  ...['register', 'mark.urgent', 'acknowledge', 'contact', 'early.lapse'],
  ...['department.ask', 'department.answer', 'medical.ask', 'medical.answer', 'legal.ask', 'legal.answer'],
  ...['offer.resend', 'letter.return'],
  ...['payment.release', 'review.request', 'mediation.open', 'regulator.notify', 'ombudsman.open'],
  'remedy.order',
];

const at = (state: string, region = 'not-escalated'): CaseDriver => {
  const opened = {
    ...definition,
    calendar: 'always',
    data: { type: 'object' as const },
    deadlines: {},
    profiles: {},
  };
  const driver = drive(opened);
  const data = { remedy, counters: 0, callbackTries: 0, product: 'motor' } as unknown as JsonObject;
  driver.state = {
    ...driver.state,
    machine: { ...driver.state.machine, states: [state, region] },
    data,
  };
  return driver;
};

const send = (
  driver: CaseDriver,
  event: string,
  role: string,
  data: JsonObject | undefined,
  facts: object,
) => {
  const actor = { id: 'wang', roles: [role], authority: [{ amount: 5_000_000, currency: 'CNY' }] };
  const who: Facts =
    role === 'customer'
      ? { ...facts, actor: { id: 'wang', roles: ['handler'] }, onBehalfOf: { customer: true } }
      : { ...facts, actor };
  return driver.send(
    { type: 'event', event, facts: who, reason: sealed('why'), ...(data === undefined ? {} : { data }) },
    minute(1),
  );
};

describe('an event that decides a complaint', () => {
  it.each(deciding)('%s in %s by %s %j', (event, state, role, data, region) => {
    const concerned = at(state, region);
    expect(send(concerned, event, role, data, { conflictOfInterest: true })).toBe('EVENT_NOT_ALLOWED');
    expect(concerned.states()).toBe([state, region ?? 'not-escalated'].join(' '));
    expect(send(at(state, region), event, role, data, { conflictOfInterest: false })).toContain(event);
  });

  it('is each one that the definition has, but for those that decide nothing', () => {
    const known = [...new Set(deciding.map(([event]) => event)), ...undeciding];
    expect(known.toSorted()).toEqual(Object.keys(definition.events).toSorted());
  });
});

describe('a payment under way', () => {
  it.each<[event: string, region: string, role: string, data: JsonObject]>([
    ['review.decide', 'internal-review', 'complaints-manager', { result: 'remedy-ordered' }],
    ['mediation.close', 'mediating', 'handler', { result: 'remedy-ordered' }],
    ['regulator.answer', 'with-regulator', 'regulator-liaison', { result: 'remedy-ordered', evidence }],
    ['ombudsman.decide', 'with-ombudsman', 'complaints-manager', { result: 'remedy-ordered' }],
    ['merge', 'not-escalated', 'handler', { into: 'CP-1' }],
    ['withdraw', 'not-escalated', 'handler', {}],
    ['withdraw', 'not-escalated', 'handler', { duressSuspected: true }],
  ])('is not left by %s: it would be made again', (event, region, role, data) => {
    expect(send(at('paying', region), event, role, data, {})).toBe('EVENT_NOT_ALLOWED');
    expect(send(at('callback', region), event, role, data, {})).toContain(event);
  });
});

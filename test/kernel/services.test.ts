import { describe, expect, it } from 'vitest';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { as, type CaseDriver, drive, feel, hour, minute, sealed } from './case-driver.ts';

// Guarantee: a service is asked once per visit to its state, only the answer of the present visit moves the case, and
// a failure that nothing handles parks the case without losing it.

const definition: Partial<RuntimeDefinition> = {
  data: { type: 'object', properties: { reference: { type: 'string' } } },
  events: { pay: { by: ['handler'] }, stop: { by: ['handler'] } },
  machine: {
    initial: 'ready',
    states: {
      ready: { on: { pay: 'paying' } },
      paying: {
        invoke: {
          src: 'pay',
          input: { amount: 5 },
          onDone: {
            target: 'paid',
            actions: [{ type: 'assign', set: { reference: feel('event.reference') } }],
          },
          onError: 'incident',
        },
        on: { stop: 'ready', pay: { target: 'paying', reenter: true } },
      },
      paid: { on: { pay: 'paying' } },
    },
  },
  services: { pay: { activity: 'payment.pay' } },
};

const reason = sealed('why');
const answer = (
  driver: CaseDriver,
  visit: number,
  at: string,
  output: { [key: string]: string } = { reference: 'r' },
) =>
  driver.send(
    { type: 'service', invokeId: '0.paying', visit, result: { ok: true, output }, by: 'system' },
    at,
  );
const fail = (driver: CaseDriver, visit: number, at: string, code = 'BANK_CLOSED') =>
  driver.send(
    { type: 'service', invokeId: '0.paying', visit, result: { ok: false, code }, by: 'system' },
    at,
  );
const calls = (driver: CaseDriver) => driver.effects.filter(({ type }) => type === 'callService');

const paying = (part: Partial<RuntimeDefinition> = {}) => {
  const driver = drive({ ...definition, ...part });
  driver.event('pay', 'handler', hour(1));
  return driver;
};

describe('answers', () => {
  it('move the case and bring their output', () => {
    const driver = paying();
    expect(calls(driver)).toEqual([
      expect.objectContaining({ service: 'pay', visit: 1, input: { amount: 5 } }),
    ]);
    expect(answer(driver, 1, hour(2), { reference: 'PAY-1' })).toEqual(['service.completed']);
    expect(driver.states()).toBe('paid');
    expect(driver.state.data).toEqual({ reference: 'PAY-1' });
  });

  it('of an earlier visit are dropped with an entry', () => {
    const driver = paying();
    driver.event('stop', 'handler', hour(2));
    expect(driver.effects.at(-1)).toMatchObject({ type: 'cancelService', invokeId: '0.paying', visit: 1 });
    expect(answer(driver, 1, hour(3))).toEqual(['service.dropped']);
    driver.event('pay', 'handler', hour(4));
    expect(answer(driver, 1, hour(5))).toEqual(['service.dropped']);
    expect(fail(driver, 1, hour(5))).toEqual(['service.dropped']);
    expect(driver.states()).toBe('paying');
    expect(answer(driver, 2, hour(6))).toEqual(['service.completed']);
    expect(answer(driver, 2, hour(7))).toEqual(['service.dropped']);
    expect(driver.states()).toBe('paid');
  });

  it('are asked anew when the state is entered again', () => {
    const driver = paying();
    driver.event('pay', 'handler', hour(2));
    expect(driver.effects.map(({ type }) => type)).toEqual(['callService', 'cancelService', 'callService']);
    expect(answer(driver, 1, hour(3))).toEqual(['service.dropped']);
  });
});

describe('a failure', () => {
  it('leads where the definition says', () => {
    const states = structuredClone(definition.machine?.states ?? {});
    Object.assign(states.paying ?? {}, { invoke: { src: 'pay', onDone: 'paid', onError: 'ready' } });
    const driver = paying({ machine: { initial: 'ready', states } });
    expect(fail(driver, 1, hour(2))).toEqual(['service.failed']);
    expect(driver.states()).toBe('ready');
    expect(driver.state.incidents).toEqual([]);
  });

  it('that nothing handles is an incident; retried, it is another visit under the same key', () => {
    const driver = paying();
    expect(fail(driver, 1, hour(2))).toEqual(['service.failed']);
    expect(driver.states()).toBe('paying');
    expect(driver.state.incidents).toEqual([
      expect.objectContaining({
        n: 1,
        status: 'open',
        kind: 'service',
        code: 'BANK_CLOSED',
        invokeId: '0.paying',
      }),
    ]);
    const retry = { type: 'incident', n: 1, verb: 'retry' } as const;
    expect(driver.send({ ...retry, by: 'handler', reason }, hour(3))).toBe('ROLE_REQUIRED');
    expect(driver.send({ ...retry, by: 'admin' }, hour(3))).toBe('REASON_REQUIRED');
    expect(driver.send({ ...retry, by: 'admin', reason }, hour(3))).toEqual(['incident.retried']);
    expect(driver.send({ ...retry, by: 'admin', reason }, hour(3))).toBe('INCIDENT_UNKNOWN');
    expect(calls(driver).map((effect) => 'visit' in effect && effect.visit)).toEqual([1, 2]);
    // What failed without an answer may have been done: the receiver must know it again.
    const keys = calls(driver).map((effect) => 'key' in effect && effect.key);
    expect(keys[1]).toBe(keys[0]);
    expect(answer(driver, 1, hour(4))).toEqual(['service.dropped']);
    expect(answer(driver, 2, hour(4))).toEqual(['service.completed']);
  });

  it("resolved, takes the operator's word as the service's answer", () => {
    const driver = paying();
    fail(driver, 1, hour(2));
    const came = driver.send(
      { type: 'incident', n: 1, verb: 'resolve', by: 'finance', reason, output: { reference: 'by hand' } },
      hour(3),
    );
    expect(came).toEqual(['incident.resolved']);
    expect(driver.states()).toBe('paid');
    expect(driver.state.data).toEqual({ reference: 'by hand' });
    expect(answer(driver, 1, hour(4))).toEqual(['service.dropped']);
  });

  it('is not swallowed by a state around that catches every event', () => {
    const states = definition.machine?.states ?? {};
    const driver = paying({ machine: { initial: 'ready', states, on: { '*': { actions: [] } } } });
    fail(driver, 1, hour(2));
    expect(driver.state.incidents).toHaveLength(1);
  });

  it.each(['retry', 'resolve'] as const)(
    'of an earlier visit, %s, leaves the visit under way alone',
    (verb) => {
      const driver = paying();
      fail(driver, 1, hour(2));
      driver.event('stop', 'handler', hour(3));
      driver.event('pay', 'handler', hour(4));
      driver.send({ type: 'incident', n: 1, verb, by: 'admin', reason, output: {} }, hour(5));
      expect(driver.state.incidents[0]?.status).not.toBe('open');
      expect(driver.states()).toBe('paying');
      expect(calls(driver)).toHaveLength(2);
      expect(answer(driver, 2, hour(6))).toEqual(['service.completed']);
    },
  );
});

describe('an answer the definition cannot take', () => {
  it.each([
    ['because it does not fit into an entry', { reference: 'x'.repeat(70_000) }, 'ENTRY_TOO_LARGE'],
    ['because it is no Unicode', { reference: '\ud800' }, 'MACHINE_FAILED'],
  ])('%s is an incident, and the case goes on', (_, output, code) => {
    const driver = paying();
    expect(answer(driver, 1, hour(2), output)).toEqual(['incident.raised']);
    expect(driver.state.incidents).toEqual([
      expect.objectContaining({ status: 'open', code, invokeId: '0.paying' }),
    ]);
    driver.send({ type: 'incident', n: 1, verb: 'retry', by: 'admin', reason }, hour(3));
    expect(answer(driver, 2, hour(4))).toEqual(['service.completed']);
  });

  it('because an action fails is an incident too', () => {
    const states = structuredClone(definition.machine?.states ?? {});
    const ledger = { type: 'ledger' as const, line: 'paid' as const, add: feel('event.reference') };
    Object.assign(states.paying ?? {}, {
      invoke: { src: 'pay', onDone: { target: 'paid', actions: [ledger] }, onError: 'incident' },
    });
    const driver = paying({ machine: { initial: 'ready', states } });
    expect(answer(driver, 1, hour(2))).toEqual(['incident.raised']);
    expect(driver.states()).toBe('paying');
    expect(driver.state.ledger).toEqual([]);
  });
});

it('an effect of a service that the same step stops is never asked for', () => {
  const states = { ...definition.machine?.states };
  const driver = drive({
    ...definition,
    machine: { initial: 'ready', states: { ...states, paying: { ...states.paying, always: 'paid' } } },
  });
  driver.send({ type: 'event', event: 'pay', facts: as('handler') }, minute(1));
  expect(driver.states()).toBe('paid');
  expect(driver.effects).toEqual([]);
});

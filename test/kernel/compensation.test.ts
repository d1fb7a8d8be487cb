import { describe, expect, it } from 'vitest';
import { completedCallsMax } from '../../machines/kernel/compensation.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import type { Effect } from '../../machines/kernel/effect.ts';
import type { Json } from '../../machines/kernel/json.ts';
import { recover } from '../../machines/kernel/recover.ts';
import { isRefusal } from '../../machines/kernel/refusal.ts';
import { as, type CaseDriver, type DriverOptions, drive, hour, sealed } from './case-driver.ts';

// Guarantee: only calls that succeeded are undone, each once, the newest first and one after the other; what fails is
// an operator's, and the case does not end before all is undone.

const definition: Partial<RuntimeDefinition> = {
  events: {
    pay: { by: ['handler'] },
    insure: { by: ['handler'] },
    undo: { by: ['handler'] },
    stop: { by: ['handler'] },
    end: { by: ['handler'] },
  },
  machine: {
    initial: 'ready',
    states: {
      ready: {
        on: {
          pay: 'paying',
          insure: 'insuring',
          undo: 'undoing',
          end: { target: 'ended', actions: [{ type: 'compensate', service: 'pay' }] },
        },
      },
      paying: {
        invoke: { src: 'pay', input: { amount: 5 }, onDone: 'ready', onError: 'ready' },
        on: { stop: 'ready' },
      },
      insuring: { invoke: { src: 'insure', onDone: 'ready', onError: 'ready' } },
      undoing: {
        entry: [
          { type: 'compensate', service: 'pay' },
          { type: 'compensate', service: 'insure' },
        ],
        on: { 'service.compensated': 'undone', end: 'ended', undo: { target: 'undoing', reenter: true } },
      },
      undone: { on: { undo: 'undoing', pay: 'paying', end: 'ended' } },
      ended: { type: 'final' },
    },
  },
  services: {
    pay: { activity: 'payment.pay', compensation: { service: 'refund' } },
    insure: { activity: 'cover.take', compensation: { service: 'cancel-cover' } },
    refund: { activity: 'payment.refund' },
    'cancel-cover': { activity: 'cover.cancel' },
  },
};

type Call = Extract<Effect, { type: 'callService' }>;
const calls = (driver: CaseDriver): Call[] =>
  driver.effects.flatMap((effect) => (effect.type === 'callService' ? [effect] : []));
const lastCall = (driver: CaseDriver): Call => calls(driver).at(-1) as Call;

/** Answers the call that was asked for last. */
const answer = (driver: CaseDriver, output: Json = {}, at = hour(2)) => {
  const { invokeId, visit } = lastCall(driver);
  return driver.send({ type: 'service', invokeId, visit, result: { ok: true, output }, by: 'system' }, at);
};
const fail = (driver: CaseDriver, code = 'BANK_CLOSED') => {
  const { invokeId, visit } = lastCall(driver);
  return driver.send(
    { type: 'service', invokeId, visit, result: { ok: false, code }, by: 'system' },
    hour(2),
  );
};
const done = (driver: CaseDriver, event: string, output: Json) => {
  driver.event(event, 'handler', hour(1));
  answer(driver, output);
};
const start = (options: DriverOptions = {}) => drive(definition, options);
const reason = sealed('why');

describe('undoing', () => {
  it('asks for each call that succeeded, the newest first, one after the other, and then goes on', () => {
    const driver = start();
    done(driver, 'pay', { paymentId: 'P-1' });
    done(driver, 'insure', { coverId: 'C-1' });
    done(driver, 'pay', { paymentId: 'P-2' });
    const [first, cover, second] = calls(driver);
    driver.event('undo', 'handler', hour(3));
    expect(calls(driver).slice(3)).toEqual([
      expect.objectContaining({
        service: 'refund',
        invokeId: `compensate.${second?.key}`,
        input: { service: 'pay', key: second?.key, input: { amount: 5 }, output: { paymentId: 'P-2' } },
      }),
    ]);
    expect(answer(driver)).toEqual(['service.completed']);
    expect(lastCall(driver)).toMatchObject({
      service: 'cancel-cover',
      input: { service: 'insure', key: cover?.key, output: { coverId: 'C-1' } },
    });
    answer(driver);
    expect(lastCall(driver)).toMatchObject({ service: 'refund', input: { key: first?.key } });
    expect(driver.states()).toBe('undoing');
    answer(driver, { refundId: 'R-1' });
    expect(driver.states()).toBe('undone');
    expect(driver.state.completed).toEqual([]);
    // The entry names the call that was undone.
    expect(driver.leaf(driver.entries.length).data).toEqual({
      invokeId: `compensate.${first?.key}`,
      visit: 6,
      output: { refundId: 'R-1' },
    });
    expect(new Set(calls(driver).map(({ key }) => key)).size).toBe(6);
  });

  it('happens once: asked again, only what has been done since', () => {
    const driver = start();
    done(driver, 'pay', { paymentId: 'P-1' });
    driver.event('undo', 'handler', hour(3));
    driver.event('undo', 'handler', hour(3));
    expect(calls(driver)).toHaveLength(2);
    answer(driver);
    expect(driver.states()).toBe('undone');
    driver.event('undo', 'handler', hour(4));
    expect(driver.states()).toBe('undone');
    expect(calls(driver)).toHaveLength(2);
    done(driver, 'pay', { paymentId: 'P-2' });
    driver.event('undo', 'handler', hour(5));
    expect(lastCall(driver)).toMatchObject({ service: 'refund', input: { output: { paymentId: 'P-2' } } });
  });

  it('leaves alone what failed, what was left before it answered, and what nothing undoes', () => {
    const driver = start();
    driver.event('pay', 'handler', hour(1));
    fail(driver);
    driver.event('pay', 'handler', hour(1));
    driver.event('stop', 'handler', hour(1));
    expect(answer(driver)).toEqual(['service.dropped']);
    driver.event('undo', 'handler', hour(3));
    expect(driver.states()).toBe('undone');
    expect(calls(driver).map(({ service }) => service)).toEqual(['pay', 'pay']);
    const { compensation: _, ...pay } = definition.services?.pay ?? { activity: '' };
    const plain = drive({ ...definition, services: { ...definition.services, pay } });
    done(plain, 'pay', {});
    expect(plain.state).not.toHaveProperty('completed');
  });

  it('that fails is an incident, and goes on where an operator retried it', () => {
    const driver = start();
    done(driver, 'pay', { paymentId: 'P-1' });
    done(driver, 'pay', { paymentId: 'P-2' });
    driver.event('undo', 'handler', hour(3));
    const asked = lastCall(driver);
    expect(fail(driver)).toEqual(['service.failed']);
    expect(driver.state.incidents).toEqual([
      expect.objectContaining({ status: 'open', code: 'BANK_CLOSED', invokeId: asked.invokeId }),
    ]);
    expect(driver.states()).toBe('undoing');
    driver.send({ type: 'incident', n: 1, verb: 'retry', by: 'admin', reason }, hour(4));
    expect(lastCall(driver)).toMatchObject({ key: asked.key, invokeId: asked.invokeId, input: asked.input });
    expect(lastCall(driver).visit).toBe(asked.visit + 1);
    answer(driver);
    expect(lastCall(driver)).toMatchObject({ input: { output: { paymentId: 'P-1' } } });
  });

  it('resolved by an operator counts as undone', () => {
    const driver = start();
    done(driver, 'pay', {});
    driver.event('undo', 'handler', hour(3));
    fail(driver);
    driver.send({ type: 'incident', n: 1, verb: 'resolve', by: 'finance', reason, output: {} }, hour(4));
    expect(driver.states()).toBe('undone');
    expect(driver.state.completed).toEqual([]);
  });

  it('is not swallowed by a state that catches every event', () => {
    const machine = { ...definition.machine, on: { '*': { actions: [] } } };
    const driver = drive({ ...definition, machine });
    done(driver, 'pay', {});
    driver.event('undo', 'handler', hour(3));
    fail(driver);
    expect(driver.state.incidents).toHaveLength(1);
  });

  it('what an operator did by hand can be undone too', () => {
    const states = definition.machine?.states ?? {};
    const invoke = { src: 'pay', onDone: 'ready', onError: 'incident' } as const;
    const machine = { initial: 'ready', states: { ...states, paying: { invoke } } };
    const driver = drive({ ...definition, machine });
    driver.event('pay', 'handler', hour(1));
    fail(driver);
    const output = { paymentId: 'by hand' };
    driver.send({ type: 'incident', n: 1, verb: 'resolve', by: 'finance', reason, output }, hour(2));
    driver.event('undo', 'handler', hour(3));
    expect(lastCall(driver)).toMatchObject({ service: 'refund', input: { output } });
  });
});

describe('the end of a case', () => {
  it('waits until all is undone', () => {
    const driver = start();
    done(driver, 'pay', {});
    driver.event('undo', 'handler', hour(3));
    expect(driver.event('end', 'handler', hour(3))).toBe('STATE_FAILED');
    expect(driver.refusal?.detail).toBe('The case cannot end before what is being undone is undone.');
    answer(driver);
    expect(driver.event('end', 'handler', hour(4))).toEqual(['end']);
    expect(driver.state.status).toBe('closed');
  });

  it('is refused to whoever would undo on the way there, unless there is nothing to undo', () => {
    const driver = start();
    done(driver, 'pay', {});
    expect(driver.event('end', 'handler', hour(3))).toBe('STATE_FAILED');
    expect(calls(driver)).toHaveLength(1);
    expect(driver.states()).toBe('ready');
    const empty = start();
    expect(empty.event('end', 'handler', hour(3))).toEqual(['end']);
    expect(empty.state.status).toBe('closed');
  });
});

it('a machine that asks again and again what is undone already is stopped', () => {
  const states = definition.machine?.states ?? {};
  const on = { 'service.compensated': { target: 'undoing', reenter: true } };
  const undoing = { entry: [{ type: 'compensate' as const, service: 'pay' }], on };
  const driver = drive({ ...definition, machine: { initial: 'ready', states: { ...states, undoing } } });
  expect(driver.event('undo', 'handler', hour(1))).toEqual(['incident.raised']);
  expect(driver.state.incidents).toEqual([expect.objectContaining({ kind: 'loop', code: 'ENDLESS_LOOP' })]);
  expect(driver.states()).toBe('ready');
});

it('a recovered case asks for the same call again', () => {
  const driver = start();
  done(driver, 'pay', {});
  driver.event('undo', 'handler', hour(3));
  const asked = lastCall(driver);
  const made = recover(driver.compiled, driver.state, { id: 'r', facts: as('admin') }, hour(4));
  expect(isRefusal(made) ? made : made.effects).toEqual([asked]);
});

it('a call that cannot be kept is an incident when it succeeds', () => {
  const driver = start();
  for (let count = 0; count <= completedCallsMax; count++) {
    done(driver, 'pay', { count });
  }
  expect(driver.state.completed).toHaveLength(completedCallsMax);
  expect(driver.state.completed?.[0]?.output).toEqual({ count: 1 });
  done(driver, 'insure', { papers: 'x'.repeat(9_000) });
  expect(driver.state.completed).toHaveLength(completedCallsMax);
  expect(driver.state.incidents.map(({ code }) => code)).toEqual([
    'COMPENSATION_NOT_KEPT',
    'COMPENSATION_NOT_KEPT',
  ]);
  expect(driver.states()).toBe('ready');
});

describe('an imported case', () => {
  const imported = () => {
    const driver = start({ opening: { mode: 'historical', facts: as('system') }, at: hour(0) });
    driver.send({ type: 'event', event: 'pay', by: 'handler', occurredAt: hour(1) }, hour(9));
    return driver;
  };

  it('undoes by itself, and calls nothing', () => {
    const driver = imported();
    expect(driver.state.completed).toHaveLength(1);
    const undo = { type: 'event', event: 'undo', by: 'handler', occurredAt: hour(2) } as const;
    expect(driver.send(undo, hour(9))).toEqual(['undo', 'service.completed']);
    expect(driver.states()).toBe('undone');
    expect(driver.effects).toEqual([]);
  });

  it('that has gone live asks for what was done elsewhere, and says so', () => {
    const driver = imported();
    expect(driver.send({ type: 'go-live', by: 'admin' }, hour(9))).toEqual(['case.went-live']);
    driver.event('undo', 'handler', hour(10));
    expect(lastCall(driver)).toMatchObject({ service: 'refund', input: { output: { historical: true } } });
  });
});

import { describe, expect, it } from 'vitest';
import { allowedEvents } from '../../machines/kernel/allowed.ts';
import type { Actor, ActsFor, Facts } from '../../machines/kernel/command.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { as, type CaseDriver, drive, feel, minute, sealed } from '../kernel/case-driver.ts';

// Guarantee: a lent right lets somebody act as far as it reaches and no further, the trail shows both people, and four
// eyes count everybody behind a right, under whatever account, so that nobody passes them by lending.

const definition: Partial<RuntimeDefinition> = {
  data: { type: 'object', properties: { amount: { type: 'integer' } } },
  events: {
    estimate: {
      by: ['handler'],
      data: { type: 'object', properties: { amount: { type: 'integer' } }, required: ['amount'] },
    },
    approve: {
      by: ['lead'],
      notBy: ['estimate'],
      authority: feel('{amount: data.amount, currency: "CNY"}'),
    },
    pay: { by: ['finance'], notBy: ['estimate', 'approve'] },
  },
  machine: {
    initial: 'work',
    states: {
      work: {
        on: {
          estimate: {
            target: 'decision',
            actions: [{ type: 'assign', set: { amount: feel('event.amount') } }],
          },
        },
      },
      decision: { on: { approve: 'paying' } },
      paying: { on: { pay: 'closed' } },
      closed: { type: 'final' },
    },
  },
  tasks: {
    work: { role: 'handler', outcomes: ['estimate'] },
    decision: { role: 'lead', outcomes: ['approve'], notBy: ['work'] },
    paying: { role: 'finance', outcomes: ['pay'], notBy: ['work', 'decision'] },
  },
};

const limit = (amount: number, currency = 'CNY') => [{ amount, currency }];
const lent = (personId: string, roles: string[], extra: Partial<ActsFor> = {}): ActsFor => ({
  personId,
  via: 'delegation',
  roles,
  until: null,
  ...extra,
});
const who = (id: string, roles: string[], extra: Partial<Actor> = {}): Facts => ({
  actor: { id, roles, ...extra },
});

const estimated = (facts: Facts = as('handler'), amount = 100): CaseDriver => {
  const driver = drive(definition);
  expect(driver.send({ type: 'event', event: 'estimate', data: { amount }, facts }, minute(1))).toEqual([
    'estimate',
  ]);
  return driver;
};
const approve = (driver: CaseDriver, facts: Facts) =>
  driver.send({ type: 'event', event: 'approve', facts }, minute(2));
const allowed = ({ compiled, state }: CaseDriver, facts: Facts) =>
  allowedEvents(compiled, state, facts, minute(2));

describe('an event by a lent right', () => {
  const substitute = who('bo', ['handler'], { actsFor: [lent('ann', ['lead'], { authority: limit(500) })] });

  it('is accepted, and the entry names who acted and whose right it was', () => {
    const driver = estimated();
    expect(allowed(driver, substitute)).toEqual(['approve']);
    expect(approve(driver, substitute)).toEqual(['approve']);
    expect(driver.leaf(3)).toMatchObject({ type: 'approve', actorId: 'bo', onBehalfOfId: 'ann' });
    expect(driver.state.acted.approve).toEqual(['ann', 'bo']);
    expect(driver.state.acted['task:decision']).toEqual(['ann', 'bo']);
  });

  it('is not taken where the own one does', () => {
    const driver = estimated();
    const both = who('bo', ['lead'], {
      authority: limit(500),
      actsFor: [lent('ann', ['lead'], { authority: limit(500) })],
    });
    expect(approve(driver, both)).toEqual(['approve']);
    expect(driver.leaf(3)).not.toHaveProperty('onBehalfOfId');
    expect(driver.state.acted.approve).toEqual(['bo']);
  });

  it('reaches as far as its own authority, never the sum of two', () => {
    const driver = estimated(undefined, 700);
    const two = who('bo', ['lead'], {
      authority: limit(400),
      actsFor: [lent('ann', ['lead'], { authority: limit(500) })],
    });
    expect(approve(driver, two)).toBe('AUTHORITY_EXCEEDED');
    const other = who('bo', ['handler'], { authority: limit(900), actsFor: [lent('ann', ['lead'])] });
    expect(approve(driver, other)).toBe('AUTHORITY_EXCEEDED');
    const dollars = who('bo', ['lead'], { authority: limit(900, 'USD') });
    expect(approve(driver, dollars)).toBe('AUTHORITY_EXCEEDED');
    const larger = who('bo', ['lead'], {
      authority: limit(400),
      actsFor: [lent('ann', ['lead'], { authority: limit(700) })],
    });
    expect(approve(driver, larger)).toEqual(['approve']);
    expect(driver.leaf(3)).toMatchObject({ actorId: 'bo', onBehalfOfId: 'ann' });
  });

  it('is none without the role that the event asks for', () => {
    expect(approve(estimated(), who('bo', ['handler'], { actsFor: [lent('ann', ['qa'])] }))).toBe(
      'ROLE_REQUIRED',
    );
  });

  it('does not speak for the customer', () => {
    const driver = drive({
      ...definition,
      events: { ...definition.events, estimate: { ...definition.events?.estimate, by: ['customer'] } },
    });
    const facts: Facts = {
      ...who('bo', ['auditor'], { actsFor: [lent('ann', ['agent'])] }),
      onBehalfOf: { customer: true },
    };
    expect(driver.send({ type: 'event', event: 'estimate', data: { amount: 1 }, facts }, minute(1))).toBe(
      'ROLE_REQUIRED',
    );
  });
});

describe('four eyes', () => {
  const authority = limit(500);
  it.each<[string, Facts, Facts]>([
    [
      'whoever did it approves by a lent right',
      as('handler'),
      who('handler', ['handler'], { actsFor: [lent('ann', ['lead'], { authority })] }),
    ],
    [
      'whoever did it under another account approves',
      as('handler'),
      who('ann', ['lead'], { authority, sameAs: ['handler'] }),
    ],
    [
      'somebody approves by the right of whoever did it',
      who('ann', ['lead', 'handler']),
      who('bo', [], { actsFor: [lent('ann', ['lead'], { authority })] }),
    ],
    [
      'somebody approves by the right of whoever did it under another account',
      as('handler'),
      who('bo', [], { actsFor: [lent('ann', ['lead'], { authority, sameAs: ['handler'] })] }),
    ],
    [
      'whoever lent the right that it was done by approves',
      who('bo', [], { actsFor: [lent('ann', ['handler'])] }),
      who('ann', ['lead'], { authority }),
    ],
    [
      'whoever did it by a lent right approves by the own one',
      who('bo', ['lead'], { actsFor: [lent('ann', ['handler'])] }),
      who('bo', ['lead'], { authority }),
    ],
  ])('refuse: %s', (_, first, second) => {
    const driver = estimated(first);
    expect(allowed(driver, second)).toEqual([]);
    expect(approve(driver, second)).toBe('FOUR_EYES');
    expect(driver.refusal?.allowed).toEqual([]);
  });

  it('find another right where the first is barred', () => {
    const driver = estimated(who('bo', [], { actsFor: [lent('ann', ['handler'])] }));
    const third = who('cy', [], {
      actsFor: [lent('ann', ['lead'], { authority }), lent('dee', ['lead'], { authority })],
    });
    expect(approve(driver, third)).toEqual(['approve']);
    expect(driver.leaf(3)).toMatchObject({ actorId: 'cy', onBehalfOfId: 'dee' });
  });

  it('keep three people apart: who estimates, who approves, who pays', () => {
    const driver = estimated();
    expect(approve(driver, who('bo', [], { actsFor: [lent('ann', ['lead'], { authority })] }))).toEqual([
      'approve',
    ]);
    const pay = (facts: Facts) => driver.send({ type: 'event', event: 'pay', facts }, minute(3));
    expect(pay(who('bo', ['finance']))).toBe('FOUR_EYES');
    expect(pay(who('ann', ['finance']))).toBe('FOUR_EYES');
    expect(pay(who('eve', ['finance'], { sameAs: ['handler'] }))).toBe('FOUR_EYES');
    expect(pay(who('eve', [], { actsFor: [lent('ann', ['finance'])] }))).toBe('FOUR_EYES');
    expect(pay(who('eve', ['finance']))).toEqual(['pay']);
  });
});

describe('a task by a lent right', () => {
  const authority = limit(500);
  const taskOf = (driver: CaseDriver) =>
    Object.entries(driver.state.tasks).find(([, { status }]) => status === 'open')?.[0] ?? '';
  const send = (driver: CaseDriver, facts: Facts, part: object) =>
    driver.send({ type: 'task', taskId: taskOf(driver), facts, ...part } as never, minute(2));

  it('of who is away is completed by the substitute, and by nobody else', () => {
    const driver = estimated();
    const ann = who('ann', ['lead'], { authority });
    expect(send(driver, ann, { verb: 'claim' })).toEqual(['task.claimed']);
    const complete = { verb: 'complete', outcome: 'approve' };
    expect(send(driver, who('cy', ['lead'], { authority }), complete)).toBe('TASK_TAKEN');
    const notThis = who('bo', ['lead'], { authority, actsFor: [lent('ann', ['qa'])] });
    expect(send(driver, notThis, complete)).toBe('TASK_TAKEN');
    const substitute = who('bo', ['lead'], {
      authority,
      actsFor: [lent('ann', ['lead'], { via: 'substitution', authority })],
    });
    expect(send(driver, substitute, complete)).toEqual(['approve']);
    expect(driver.leaf(4)).toMatchObject({ actorId: 'bo', onBehalfOfId: 'ann' });
    expect(Object.values(driver.state.tasks)[1]).toMatchObject({ completedBy: 'bo' });
    expect(driver.state.acted['task:decision']).toEqual(['ann', 'bo']);
  });

  it('is claimed for oneself, with both in the trail', () => {
    const driver = estimated();
    const substitute = who('bo', [], { actsFor: [lent('ann', ['lead'], { authority })] });
    expect(send(driver, substitute, { verb: 'claim' })).toEqual(['task.claimed']);
    expect(driver.leaf(3)).toMatchObject({ actorId: 'bo', onBehalfOfId: 'ann' });
    expect(driver.state.tasks[taskOf(driver)]?.assignee).toBe('bo');
  });

  it('is not given to who may not do it by any right', () => {
    const driver = estimated();
    const to = { id: 'handler', roles: [], actsFor: [lent('ann', ['lead'], { authority })] };
    const manager = as('manager');
    expect(send(driver, manager, { verb: 'reassign', to, reason: sealed('why') })).toBe('FOUR_EYES');
    expect(
      send(driver, manager, { verb: 'reassign', to: { ...to, id: 'bo' }, reason: sealed('why') }),
    ).toEqual(['task.reassigned']);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { runtimePart } from '../../machines/definition/runtime-part.ts';
import type { DefinitionDocument } from '../../machines/definition/schema.ts';
import type { ApprovalStep, Signer } from '../../machines/kernel/approval/plan.ts';
import type { Actor, TaskCommand } from '../../machines/kernel/command.ts';
import { compile } from '../../machines/kernel/compile.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { taskDueIn } from '../../machines/kernel/due.ts';
import type { Json } from '../../machines/kernel/json.ts';
import { open } from '../../machines/kernel/open.ts';
import type { Deadline } from '../../machines/kernel/state.ts';
import { demoProfile, shippedCalendars, shippedDefinitions } from '../../machines/library/index.ts';
import { openPlaces } from '../../machines/notification/open-places.ts';
import { settlement, who } from './settlement.ts';
import { propose, type SettlementWorld, settlementWorld } from './settlement-world.ts';

// Guarantee: a seat with a limit of its own is warned of, late and told of by itself; its time runs while it is open and no
// longer; and no time that passes ever decides anything.

const system: Actor = { id: 'system', roles: ['system'] };
const legal: Signer = { role: 'legal', limit: 'PT1H' };
const finance: Signer = { role: 'finance', limit: 'PT5H' };

const asking = (...steps: ApprovalStep[]): RuntimeDefinition => {
  const changed = structuredClone(settlement);
  const { settlement: asked } = changed.approvals ?? {};
  if (!asked) {
    throw new Error('The approval is there.');
  }
  asked.plan.steps = steps;
  return changed;
};
const opinions = (
  rule: ApprovalStep['rule'],
  signers: Signer[],
  more: Partial<ApprovalStep> = {},
): ApprovalStep => ({ id: 'opinions', rule, signers, limit: 'PT16H', ...more });

/** The shipped approval with a change. */
const approvalBy = (change: (document: DefinitionDocument) => void): DefinitionDocument[] => {
  const document = structuredClone(shippedDefinitions().findLast(({ id }) => id === 'approval'));
  if (!document) {
    throw new Error('The definition is there.');
  }
  change(document);
  return [document];
};

let made: SettlementWorld;
/** Proposed on a Monday at ten in China, where work is from nine to twelve and from half past one to half past five. */
const begin = (steps: ApprovalStep[], definitions?: DefinitionDocument[]): void => {
  made = settlementWorld(200_000, asking(...steps), definitions);
  propose(made, who('adjuster'));
};
const state = () => made.world.at(made.latest());
const clock = (seat: string): Deadline | undefined => state().deadlines[`@seat.1.opinions.${seat}`];
const taskOf = (seat: string): string =>
  Object.entries(state().tasks).find(
    ([, task]) => task.seat === `1.opinions.${seat}` && task.status === 'open',
  )?.[0] ?? '';
const onSeat = (
  seat: string,
  by: Actor,
  command: Omit<TaskCommand, 'type' | 'id' | 'facts' | 'taskId' | 'reason'> & { reason?: true },
) => made.world.send(made.latest(), { type: 'task', taskId: taskOf(seat), by, ...command });
const approve = (seat: string, id: string) => onSeat(seat, who(id), { verb: 'complete', outcome: 'approve' });
const pass = (hours: number): void => {
  made.pass(hours);
  made.world.wake(made.latest());
};
const toldOf = () =>
  made.world.left.flatMap((effect) =>
    effect.type === 'deliver' && effect.template.startsWith('deadline.')
      ? [[effect.template, (effect.data as { deadline: string }).deadline, effect.to]]
      : [],
  );

describe('two seats of one step, each with its own time', () => {
  beforeEach(() => begin([opinions('all', [legal, finance])]));

  it('count like their step, from the moment they open', () => {
    expect(clock('1')).toMatchObject({ status: 'running', limit: 'PT1H', seat: '1.opinions.1' });
    expect(clock('1')?.dueAt).toMatch(/^2026-03-02T03:00:0/);
    expect(clock('2')?.dueAt).toMatch(/^2026-03-02T08:30:0/);
    const { startedAt, rule } = clock('2') ?? {};
    expect(startedAt).toBe(state().tasks[taskOf('2')]?.openedAt);
    expect(rule).toMatchObject({ count: 'business-hours', starts: [], stops: [] });
    expect(state().deadlines.step).toMatchObject({ status: 'running', limit: 'PT16H' });
  });

  it('are warned of and late alone: who has that seat is told, and whoever leads them, and no other', () => {
    onSeat('1', system, { verb: 'assign', to: who('legal') });
    onSeat('2', system, { verb: 'assign', to: who('finance') });
    pass(0.8);
    const told = [
      ['deadline.warned', '@seat.1.opinions.1', { roles: ['assignee', 'superior'] }],
      ['deadline.breached', '@seat.1.opinions.1', { roles: ['superior'] }],
    ];
    expect(toldOf()).toEqual(told.slice(0, 1));
    pass(0.3);
    expect(toldOf()).toEqual(told);
    expect(clock('1')?.status).toBe('breached');
    expect([clock('2'), state().deadlines.step]).toMatchObject([
      { status: 'running' },
      { status: 'running' },
    ]);
    expect(openPlaces(state()).map(({ assignee }) => assignee)).toEqual(['legal', 'finance']);
    expect(openPlaces(state(), '1.opinions.1').map(({ assignee }) => assignee)).toEqual(['legal']);
    expect(approve('2', 'finance')).toBeUndefined();
    expect(approve('1', 'legal')).toBeUndefined();
    expect(clock('2')).toMatchObject({ status: 'met', stoppedAt: expect.any(String) });
    expect(clock('1')).toMatchObject({ status: 'breached', stoppedAt: expect.any(String) });
    // It may be told of only when all is over: who had it is still known.
    expect(openPlaces(state(), '1.opinions.1').map(({ assignee }) => assignee)).toEqual(['legal']);
  });

  it('bring their tasks under their own dates, and leave every other task under the step’s', () => {
    const due = () => Object.values(state().tasks).map(taskDueIn(state()));
    expect(due()).toEqual([clock('1')?.dueAt, clock('2')?.dueAt]);
    begin([opinions('all', [legal, { role: 'finance' }])]);
    expect(due()).toEqual([clock('1')?.dueAt, state().deadlines.step?.dueAt]);
    expect(clock('2')).toBeUndefined();
  });

  it('decide nothing, however long they are over', () => {
    for (let days = 0; days < 60; days += 1) {
      pass(24);
    }
    expect(clock('2')?.status).toBe('breached');
    expect(state()).toMatchObject({
      status: 'open',
      machine: { states: ['deciding'] },
      signing: { approval: { status: 'running', step: 'opinions' } },
    });
    expect(state().signing?.approval.seats.map(({ status }) => status)).toEqual(['undecided', 'undecided']);
    expect(made.world.at('claim-1').machine.states).toContain('approving');
  });

  it('keep their time when they climb the ladder or are lent', () => {
    const { dueAt } = clock('1') ?? {};
    made.pass(0.2);
    expect(onSeat('1', who('legal'), { verb: 'delegate', to: who('legal-2'), until: made.inHours(9) })).toBe(
      undefined,
    );
    expect(onSeat('1', system, { verb: 'climb' })).toBeUndefined();
    expect(state().signing?.approval.seats[0]?.signer).toEqual({ role: 'manager', limit: 'PT1H' });
    expect(clock('1')).toMatchObject({ status: 'running', dueAt });
  });

  it('are given up with the decision: rejected, withdrawn, needed no more', () => {
    onSeat('1', who('legal'), { verb: 'complete', outcome: 'reject', reason: true });
    expect([clock('1')?.status, clock('2')?.status]).toEqual(['met', 'cancelled']);
    begin([opinions('all', [legal, finance])]);
    expect(onSeat('1', who('adjuster'), { verb: 'withdraw', reason: true })).toBeUndefined();
    expect([clock('1')?.status, clock('2')?.status]).toEqual(['cancelled', 'cancelled']);
    begin([opinions('all', [legal, finance])]);
    made.world.send('claim-1', { type: 'event', event: 'drop', by: who('adjuster') });
    expect([clock('1')?.status, clock('2')?.status]).toEqual(['cancelled', 'cancelled']);
  });
});

it('of several any one decides, and the others’ time is given up', () => {
  begin([opinions('any', [legal, finance])]);
  approve('2', 'finance');
  expect([clock('1')?.status, clock('2')?.status]).toEqual(['cancelled', 'met']);
});

it('a later seat of a sequence has its time from when it opens', () => {
  begin([opinions('sequence', [legal, finance])]);
  pass(2);
  expect([clock('1')?.status, clock('2')]).toEqual(['breached', undefined]);
  approve('1', 'legal');
  expect(clock('2')).toMatchObject({ status: 'running', startedAt: state().clockAt });
});

it('stands still while its holder has asked another, and goes on with what was left', () => {
  begin([opinions('all', [legal])]);
  made.pass(0.5);
  onSeat('1', who('legal'), { verb: 'add-signer', to: who('finance'), position: 'before' });
  expect(clock('1')).toMatchObject({ status: 'paused', dueAt: null, pauses: [{ cause: 'added-signer' }] });
  expect(clock('+1')).toBeUndefined();
  pass(5);
  expect(toldOf()).toEqual([]);
  expect(approve('+1', 'finance')).toBeUndefined();
  // 15:30 in China.
  expect(clock('1')?.dueAt).toMatch(/^2026-03-02T08:00:0/);
  // Asked and taken back again, it has lost and gained nothing.
  onSeat('1', who('legal'), { verb: 'add-signer', to: who('manager'), position: 'before' });
  expect(clock('1')?.status).toBe('paused');
  expect(onSeat('+2', who('legal'), { verb: 'remove-signer', to: who('manager') })).toBeUndefined();
  expect(clock('1')?.dueAt).toMatch(/^2026-03-02T08:00:[01]/);
  made.pass(0.6);
  // Whoever is late does not get out of it so.
  onSeat('1', who('legal'), { verb: 'add-signer', to: who('lead'), position: 'before' });
  expect(clock('1')?.status).toBe('breached');
});

it('goes back: what was decided is met, what was not is given up, and the new round has new time', () => {
  begin([
    opinions('all', [legal, finance]),
    {
      id: 'amount',
      rule: 'all',
      signers: [
        { role: 'manager', limit: 'PT2H' },
        { role: 'lead', limit: 'PT2H' },
      ],
    },
  ]);
  approve('1', 'legal');
  approve('2', 'finance');
  made.pass(1);
  const back = { verb: 'return', toStep: 'opinions', reason: true } as const;
  expect(made.onSeat(who('manager'), back)).toBeUndefined();
  const status = (name: string) => state().deadlines[`@seat.${name}`]?.status;
  expect(['1.amount.1', '1.amount.2'].map(status)).toEqual(['met', 'cancelled']);
  expect(['1.opinions.1', '2.opinions.1', '2.opinions.2'].map(status)).toEqual(['met', 'running', 'running']);
  expect(state().deadlines['@seat.2.opinions.1']?.startedAt).toBe(state().clockAt);
});

it('raises no event, though the clock it counts like does', () => {
  const definitions = approvalBy((document) => {
    const { step } = document.deadlines ?? {};
    document.events.late = { title: { zh: '超时', en: 'Late' }, by: ['system'] };
    document.machine.states = {
      ...document.machine.states,
      deciding: { ...document.machine.states?.deciding, on: { late: 'rejected', 'approval.*': 'approved' } },
    };
    document.deadlines = {
      step: { ...(step as NonNullable<typeof step>), onBreach: { tell: ['superior'], raise: 'late' } },
    };
  });
  begin([opinions('all', [legal])], definitions);
  pass(3);
  expect([clock('1')?.status, state().machine.states]).toEqual(['breached', ['deciding']]);
  pass(96);
  expect(state().machine.states).toEqual(['rejected']);
});

it('ends with the state that has people decide, and begins anew with it', () => {
  const definitions = approvalBy((document) => {
    document.events.again = { by: ['system'] };
    document.machine.states = {
      ...document.machine.states,
      cancelled: { on: { again: 'deciding' } },
    };
  });
  begin([opinions('all', [legal])], definitions);
  made.world.send('claim-1', { type: 'event', event: 'drop', by: who('adjuster') });
  expect([clock('1')?.status, state().status]).toEqual(['cancelled', 'open']);
  made.pass(5);
  made.world.send(made.latest(), { type: 'event', event: 'again', by: system });
  expect(clock('1')).toMatchObject({ status: 'running', startedAt: state().clockAt });
});

it('is as much shorter as every other length where a day lasts twenty seconds', () => {
  const approval = shippedDefinitions().findLast(({ id }) => id === 'approval') as DefinitionDocument;
  const compiled = compile({
    definition: runtimePart(approval),
    ref: { id: approval.id, version: approval.version, hash: '0'.repeat(64) },
    calendars: { ...shippedCalendars },
    profile: demoProfile.id,
    clockProfile: demoProfile,
  });
  const receivedAt = '2026-03-02T02:00:00.000Z';
  const data = {
    plan: { steps: [opinions('all', [{ role: 'legal', limit: 'PT6H' }])] } as unknown as Json,
    ...{ subjectHash: 'a'.repeat(64), amount: null, proposer: { id: 'adjuster' }, barred: [] },
    request: { approval: 'settlement', invokeId: '0.approving', visit: 1 },
  };
  const facts = { actor: { id: 'claim-1', roles: ['case'] } };
  const opening = { commandId: 'o', tenant: 'acme', caseId: 'a-1', number: 'A-1', profile: demoProfile.id };
  const opened = open(compiled, { ...opening, facts, data, receivedAt }, receivedAt);
  expect(opened).toMatchObject({
    state: { deadlines: { '@seat.1.opinions.1': { limit: 'PT5S', dueAt: '2026-03-02T02:00:05.000Z' } } },
  });
});

describe('a plan whose seats have limits', () => {
  it.each(['PT0S', 'soon', '-PT8H', 'P2D'])('is not begun with "%s" hours of work', (limit) => {
    expect(() => begin([opinions('all', [{ role: 'legal', limit }])])).toThrow(/^STATE_FAILED .*limit/);
  });

  it('has them counted by no definition that does not say by which clock', () => {
    const definitions = approvalBy((document) => {
      const { seatClock: _, ...signing } = document.signing?.deciding ?? {};
      document.signing = { deciding: signing as NonNullable<typeof document.signing>[string] };
    });
    begin([opinions('all', [legal, finance])], definitions);
    expect(Object.keys(state().deadlines)).toEqual(['step']);
    pass(3);
    expect(toldOf()).toEqual([]);
  });

  it('is none for approvals before 1.3.0, which say so', () => {
    const before = shippedDefinitions().filter(({ version }) => version === '1.2.0');
    expect(() => begin([opinions('all', [legal])], before)).toThrow('DATA_INVALID');
  });
});

import { describe, expect, it } from 'vitest';
import { differingPart, emptyFold, foldChanges } from '../../cli/verify/fold-changes.ts';
import type { Actor } from '../../machines/kernel/command.ts';
import type { Transfer } from '../../machines/kernel/state.ts';
import { lowestCommonSuperior } from '../../machines/people/lowest-common-superior.ts';
import { transferReport } from '../../machines/people/transfer-report.ts';
import { type CaseDriver, day, drive, hour, person, sealed } from '../kernel/case-driver.ts';

// Guarantee: a case has one owner until another accepts it; what goes to and fro with nothing new known goes to a
// superior, who names the owner within four hours; and a task sent to another department is the sender's time until
// somebody there takes it.

const definition: Parameters<typeof drive>[0] = {
  data: { type: 'object', properties: { note: { type: 'string' } } },
  events: {
    note: { by: ['handler'], data: { type: 'object', properties: { note: { type: 'string' } } } },
    close: { by: ['handler', 'lead'] },
  },
  machine: {
    initial: 'working',
    states: {
      working: {
        on: {
          close: 'done',
          note: {
            actions: [{ type: 'assign', set: { note: { '@expr': 'event.data.note', '@lang': 'feel' } } }],
          },
        },
      },
      done: { type: 'final' },
    },
  },
  tasks: { working: { role: 'handler', outcomes: ['close'] } },
};

const inClaims = (id: string): Actor => person(id, { departments: ['claims'] });
const inLegal = (id: string): Actor => person(id, { departments: ['legal'] });
const engine: Actor = { id: 'system', roles: ['system'] };
const opened = () => drive(definition, { opening: { owner: 'handler1' } });
const owner = (driver: CaseDriver, verb: string, by: Actor, at: string, more: object = {}) =>
  driver.send(
    { type: 'owner', verb, facts: { actor: by }, ...more } as Parameters<CaseDriver['send']>[0],
    at,
  );
const handOver = (driver: CaseDriver, from: Actor, to: Actor, at: string) =>
  owner(driver, 'hand-over', from, at, { to, superior: 'manager1' });

describe('the owner of a case', () => {
  it('is there from the first entry, and stays until the receiver accepts', () => {
    const driver = opened();
    expect([driver.state.owner, driver.leaf(1).after.changed['/owner']]).toEqual(['handler1', 'handler1']);
    expect(handOver(driver, inClaims('handler1'), inLegal('handler2'), hour(1))).toEqual(['owner.asked']);
    expect(driver.state).toMatchObject({ owner: 'handler1', handover: { from: 'handler1', to: 'handler2' } });
    expect(driver.openTasks()).toContain('@handover');
    expect(driver.effects.at(-1)).toMatchObject({
      template: 'owner.asked',
      to: { roles: ['person:handler2'] },
    });
    expect(owner(driver, 'accept', inLegal('handler2'), hour(3))).toEqual(['owner.accepted']);
    expect(driver.state.owner).toBe('handler2');
    expect(driver.state.handover).toBeUndefined();
    expect(driver.openTasks()).not.toContain('@handover');
    expect(driver.state.transfers).toEqual({
      2: expect.objectContaining({
        ...{ from: 'handler1', to: 'handler2', fromDepartment: 'claims', toDepartment: 'legal' },
        ...{ status: 'accepted', at: hour(1), endedAt: hour(3) },
      }),
    });
  });

  it('stays the owner where the receiver declines, with a reason', () => {
    const driver = opened();
    handOver(driver, inClaims('handler1'), inLegal('handler2'), hour(1));
    expect(owner(driver, 'decline', inLegal('handler2'), hour(2))).toBe('REASON_REQUIRED');
    expect(owner(driver, 'decline', inLegal('handler2'), hour(2), { reason: sealed('Not ours') })).toEqual([
      'owner.declined',
    ]);
    expect(driver.state).toMatchObject({ owner: 'handler1' });
  });

  it.each<[string, (driver: CaseDriver) => string | string[], string]>([
    [
      'handed over by a stranger',
      (d) => handOver(d, person('handler3'), person('handler2'), hour(1)),
      'ROLE_REQUIRED',
    ],
    [
      'handed to an onlooker',
      (d) => handOver(d, person('handler1'), person('auditor'), hour(1)),
      'ROLE_REQUIRED',
    ],
    [
      'handed to its owner',
      (d) => handOver(d, person('handler1'), person('handler1'), hour(1)),
      'DATA_INVALID',
    ],
    ['accepted unasked', (d) => owner(d, 'accept', person('handler2'), hour(1)), 'HANDOVER_UNKNOWN'],
    [
      'named unasked',
      (d) => owner(d, 'name', person('manager1'), hour(1), { to: person('handler2') }),
      'HANDOVER_UNKNOWN',
    ],
  ])('is not changed when %s', (_, attempt, code) => {
    const driver = opened();
    expect(attempt(driver)).toBe(code);
    expect(driver.state.owner).toBe('handler1');
  });

  it('is asked for by the engine where the owner cannot answer for the case, whose time it is', () => {
    const driver = opened();
    const away = { to: inLegal('handler2'), from: inClaims('handler1'), superior: null, because: 'away' };
    expect(owner(driver, 'hand-over', engine, hour(1), away)).toEqual(['owner.asked']);
    expect(driver.leaf(2).data).toEqual({ to: 'handler2', superior: null, because: 'away' });
    expect(driver.state).toMatchObject({
      ...{ owner: 'handler1', handover: { from: 'handler1', to: 'handler2', because: 'away' } },
      transfers: { 2: { from: 'handler1', fromDepartment: 'claims', toDepartment: 'legal' } },
    });
    expect(owner(driver, 'withdraw', person('lead1'), hour(2))).toBe('HANDOVER_UNKNOWN');
    expect(owner(driver, 'withdraw', engine, hour(2))).toEqual(['owner.withdrawn']);
    expect(driver.openTasks()).not.toContain('@handover');
    expect(driver.state).toMatchObject({ owner: 'handler1', transfers: { 2: { status: 'withdrawn' } } });
    expect(driver.state.handover).toBeUndefined();
  });

  it.each<[string, Actor, object]>([
    ['a person gives a reason that is the engine’s', person('lead1'), { from: person('handler1') }],
    ['the engine names another owner', engine, { from: person('handler3') }],
    ['the engine names none', engine, {}],
  ])('is not asked for where %s', (_, by, more) => {
    const given = { to: person('handler2'), because: 'left', ...more };
    expect(owner(opened(), 'hand-over', by, hour(1), given)).toBe('ROLE_REQUIRED');
  });

  it('what people hand over, the engine does not withdraw', () => {
    const driver = opened();
    handOver(driver, person('handler1'), person('handler2'), hour(1));
    expect(owner(driver, 'withdraw', engine, hour(2))).toBe('HANDOVER_UNKNOWN');
  });

  it('changed by a lead over the owner’s head replaces the hand-over that waited', () => {
    const driver = opened();
    handOver(driver, person('handler1'), person('handler2'), hour(1));
    expect(handOver(driver, person('lead1'), person('handler3'), hour(2))).toEqual(['owner.asked']);
    expect(owner(driver, 'accept', person('handler2'), hour(3))).toBe('HANDOVER_UNKNOWN');
    expect(Object.values(driver.state.transfers ?? {}).map(({ status }) => status)).toEqual([
      'withdrawn',
      'asked',
    ]);
  });

  it('keeps nobody from closing the case; what waited is withdrawn', () => {
    const driver = opened();
    handOver(driver, person('handler1'), person('handler2'), hour(1));
    expect(driver.event('close', 'handler1', hour(2))).toEqual(['close']);
    expect(driver.state).toMatchObject({
      status: 'closed',
      owner: 'handler1',
      transfers: { 2: { status: 'withdrawn' } },
    });
    expect(driver.state.handover).toBeUndefined();
  });
});

describe('a case that goes to and fro', () => {
  const twice = (between: (driver: CaseDriver) => void = () => {}) => {
    const driver = opened();
    handOver(driver, person('handler1'), person('handler2'), hour(1));
    owner(driver, 'accept', person('handler2'), hour(2));
    handOver(driver, person('handler2'), person('handler1'), hour(3));
    owner(driver, 'accept', person('handler1'), hour(4));
    between(driver);
    const came = handOver(driver, person('handler1'), person('handler2'), hour(5));
    return { driver, came };
  };

  it('goes the third time to the superior of both, who names the owner within four hours', () => {
    const { driver, came } = twice();
    expect(came).toEqual(['owner.referred']);
    const [name = ''] = Object.keys(driver.state.deadlines);
    expect(driver.state.deadlines[name]).toMatchObject({
      status: 'running',
      dueAt: hour(9),
      adHoc: { kind: 'owner' },
    });
    expect(driver.state).toMatchObject({ owner: 'handler1', handover: { superior: 'manager1' } });
    const to = { to: person('handler2') };
    expect(handOver(driver, person('handler1'), person('handler2'), hour(6))).toBe('OWNER_BEING_NAMED');
    expect(owner(driver, 'accept', person('handler2'), hour(6))).toBe('HANDOVER_UNKNOWN');
    expect(owner(driver, 'name', person('manager2'), hour(6), to)).toBe('ROLE_REQUIRED');
    expect(owner(driver, 'name', person('manager1'), hour(6), to)).toEqual(['owner.named']);
    expect(driver.state).toMatchObject({ owner: 'handler2', deadlines: { [name]: { status: 'met' } } });
  });

  it('is told whole by the trail, which a change of what it says contradicts', () => {
    const { driver } = twice();
    owner(driver, 'name', person('manager1'), hour(6), { to: person('handler2') });
    const folded = emptyFold();
    for (const { leaf } of driver.entries) {
      foldChanges(folded, JSON.parse(leaf).after.changed);
    }
    expect(differingPart(folded, { ...driver.state })).toBeUndefined();
    expect(differingPart(folded, { ...driver.state, transfers: {} })).toBe('transfers');
    expect(differingPart(folded, { ...driver.state, handover: { superior: null } })).toBe('handover');
  });

  it.each<[string, Actor]>([
    ['under another account', { ...person('manager9'), sameAs: ['manager1'] }],
    [
      'while they stand in for them',
      {
        ...person('lead2'),
        actsFor: [{ personId: 'manager1', via: 'substitution', roles: ['manager'], until: null }],
      },
    ],
  ])('is named by the superior %s', (_, actor) => {
    const { driver } = twice();
    expect(owner(driver, 'name', actor, hour(6), { to: person('handler2') })).toEqual(['owner.named']);
  });

  it('waits for nobody who is gone: any manager names the owner once the four hours are over', () => {
    const { driver } = twice();
    const to = { to: person('handler3') };
    expect(owner(driver, 'name', person('manager2'), hour(8), to)).toBe('ROLE_REQUIRED');
    driver.wake(hour(10));
    expect(owner(driver, 'name', person('handler2'), hour(11), to)).toBe('ROLE_REQUIRED');
    expect(owner(driver, 'name', person('manager2'), hour(11), to)).toEqual(['owner.named']);
  });

  it('is breached where nobody names one in time, and can be named still', () => {
    const { driver } = twice();
    expect(driver.wake(hour(10))).toContain('deadline.breached');
    expect(owner(driver, 'name', person('manager1'), hour(11), { to: person('handler3') })).toEqual([
      'owner.named',
    ]);
    expect(Object.values(driver.state.deadlines)[0]).toMatchObject({
      status: 'breached',
      stoppedAt: hour(11),
    });
  });

  it('goes on where something new was learnt in between', () => {
    expect(twice((driver) => driver.event('note', 'handler1', hour(4), { note: 'x' })).came).toEqual([
      'owner.asked',
    ]);
    const contact = { kind: 'contact', channel: 'phone', direction: 'in', outcome: 'reached' } as const;
    expect(twice((driver) => driver.send({ type: 'ad-hoc', add: contact }, hour(4))).came).toEqual([
      'owner.asked',
    ]);
  });
});

describe('a task sent to another department', () => {
  const sent = () => {
    const driver = opened();
    const [taskId = ''] = Object.keys(driver.state.tasks);
    const task = (verb: string, by: Actor, at: string, more: object = {}) =>
      driver.send(
        { type: 'task', taskId, verb, facts: { actor: by }, ...more } as Parameters<CaseDriver['send']>[0],
        at,
      );
    task('claim', inClaims('handler1'), hour(1));
    task('reassign', inClaims('handler1'), hour(2), { to: inLegal('handler2'), superior: 'manager1' });
    return { driver, taskId, task };
  };

  it('is the sender’s time until it is claimed there', () => {
    const { driver, taskId, task } = sent();
    expect(driver.state.tasks[taskId]).toMatchObject({ assignee: 'handler2', transfer: '3' });
    task('claim', inLegal('handler2'), day(2));
    expect(driver.state.tasks[taskId]?.transfer).toBeUndefined();
    expect(driver.state.transfers?.[3]).toMatchObject({
      of: 'task',
      status: 'accepted',
      at: hour(2),
      endedAt: day(2),
    });
  });

  it('given back before that, it returns to its sender; finished, it was accepted', () => {
    const back = sent();
    back.task('release', inLegal('handler2'), hour(5));
    expect(back.driver.state.tasks[back.taskId]?.assignee).toBe('handler1');
    expect(back.driver.state.transfers?.[3]?.status).toBe('declined');
    const done = sent();
    done.task('complete', inLegal('handler2'), hour(5), { outcome: 'close' });
    expect(done.driver.state.transfers?.[3]?.status).toBe('accepted');
  });

  it('the third time stays where it is, and a superior names the owner', () => {
    const { driver, taskId, task } = sent();
    task('reassign', inLegal('handler2'), hour(3), { to: inClaims('handler1'), superior: 'manager1' });
    expect(
      task('reassign', inClaims('handler1'), hour(4), { to: inLegal('handler2'), superior: 'manager1' }),
    ).toEqual(['owner.referred']);
    expect(driver.state.tasks[taskId]?.assignee).toBe('handler1');
    expect(
      task('reassign', inClaims('handler1'), hour(5), { to: inLegal('handler2'), superior: 'manager1' }),
    ).toBe('OWNER_BEING_NAMED');
  });

  it('by a lead leaves the department of who has it, whatever the lead’s own', () => {
    const { driver, taskId, task } = sent();
    task('claim', inLegal('handler2'), hour(3));
    const lead = { ...person('lead1'), departments: ['claims'] };
    const to = { to: inClaims('handler1'), from: inLegal('handler2'), superior: 'manager1' };
    task('reassign', lead, hour(4), to);
    expect(driver.state.tasks[taskId]).toMatchObject({ assignee: 'handler1', transfer: '5' });
    expect(driver.state.transfers?.[5]).toMatchObject({
      ...{ from: 'handler2', fromDepartment: 'legal', toDepartment: 'claims', status: 'asked' },
    });
    // Whoever is named and does not have it stands for nothing.
    task('claim', inClaims('handler1'), hour(5));
    task('reassign', lead, hour(6), { ...to, to: inClaims('handler3'), superior: null });
    expect(Object.keys(driver.state.transfers ?? {})).toEqual(['3', '5']);
  });

  it('within one department, nothing is counted', () => {
    const { driver, task } = sent();
    task('claim', inLegal('handler2'), hour(3));
    task('reassign', inLegal('handler2'), hour(4), { to: inLegal('handler3'), superior: null });
    expect(Object.keys(driver.state.transfers ?? {})).toEqual(['3']);
  });
});

describe('the lowest common superior', () => {
  const people: { [id: string]: { superior: string | null; departments: string[] } } = {
    a: { superior: 'lead', departments: [] },
    b: { superior: 'lead2', departments: [] },
    lead: { superior: 'boss', departments: [] },
    lead2: { superior: 'boss', departments: [] },
    boss: { superior: null, departments: [] },
    lone: { superior: null, departments: [] },
  };
  const hierarchy = { person: (id: string) => people[id], department: () => undefined };
  it.each([
    ['a', 'b', 'boss'],
    ['a', 'lead2', 'boss'],
    ['a', 'lead', 'lead'],
    ['a', 'lone', null],
  ])('of %s and %s is %s', (one, other, found) => {
    expect(lowestCommonSuperior(one, other, hierarchy)).toBe(found);
  });
});

describe('the report of transfers', () => {
  it('counts what came back, and the days it waited, by pair of departments', () => {
    const transfer = (from: string, to: string, at: string, endedAt?: string): Transfer => ({
      ...{ of: 'owner', from: 'x', to: 'y', fromDepartment: from, toDepartment: to, at, fact: '' },
      ...(endedAt === undefined ? { status: 'asked' } : { status: 'accepted', endedAt }),
    });
    const of = (caseId: string, each: Transfer) => ({ caseId, transfer: each });
    const lines = transferReport(
      [
        of('1', transfer('claims', 'legal', day(0), day(1))),
        of('1', transfer('legal', 'claims', day(1), day(3))),
        of('2', transfer('legal', 'claims', day(1))),
      ],
      Date.parse(day(2)),
    );
    expect(lines).toEqual([
      { from: 'legal', to: 'claims', transfers: 2, accepted: 1, declined: 0, pingPong: 1, daysWaited: 3 },
      { from: 'claims', to: 'legal', transfers: 1, accepted: 1, declined: 0, pingPong: 0, daysWaited: 1 },
    ]);
  });
});

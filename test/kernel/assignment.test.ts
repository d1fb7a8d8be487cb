import { describe, expect, it } from 'vitest';
import { assignmentOf, type TaskAssignment } from '../../machines/kernel/assignment.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { as, type CaseDriver, drive, feel, hour, person } from './case-driver.ts';

// Guarantee: a task says, as it opens, who is wanted for it, so that whoever chooses needs nothing but the case.

const definition = (assign: TaskAssignment, more: object = {}): Partial<RuntimeDefinition> => ({
  data: {
    type: 'object',
    properties: {
      amount: { type: 'integer' },
      region: { type: ['string', 'null'] },
      expert: { type: ['string', 'null'] },
    },
  },
  facts: { nearestOffice: { type: 'string' } },
  events: {
    register: { by: ['handler', 'lead'] },
    approve: { by: ['handler', 'lead', 'manager'] },
    close: { by: ['legal'] },
  },
  machine: {
    initial: 'intake',
    states: {
      intake: { on: { register: 'review' } },
      review: { on: { approve: 'done', close: 'done' } },
      done: { type: 'final' },
    },
  },
  tasks: {
    intake: { role: 'handler', outcomes: ['register'] },
    review: {
      role: 'handler',
      department: 'north',
      outcomes: ['approve', 'close'],
      skills: ['injury'],
      licences: ['adjuster-a'],
      assign,
      ...more,
    },
  },
  decisions: {
    who: {
      hitPolicy: 'F',
      inputs: [{ expression: feel('data.amount') }],
      outputs: [
        { name: 'role', schema: { type: ['string', 'null'] } },
        { name: 'department', schema: { type: ['string', 'null'] } },
        { name: 'policy', schema: { type: ['string', 'null'] } },
      ],
      rules: [
        { when: ['> 1000'], gives: ['lead', 'head-office', 'round-robin'] },
        { when: ['> 100'], gives: ['manager', null, 'by-hand'] },
        { when: ['= 7'], gives: ['siu', 'fraud', null] },
      ],
    },
    role: {
      hitPolicy: 'U',
      inputs: [{ expression: feel('data.amount') }],
      outputs: [{ name: 'role', schema: { type: 'string' } }],
      rules: [{ when: ['> 0'], gives: ['lead'] }],
    },
  },
});

const reviewed = (assign: TaskAssignment, data: CaseDriver['state']['data'], more: object = {}) => {
  const driver = drive(definition(assign, more), { opening: { data, owner: 'olga' } });
  driver.effects = [];
  const facts = { ...as('lead1'), nearestOffice: 'south' };
  expect(driver.send({ type: 'event', event: 'register', facts }, hour(1))).toEqual(['register']);
  const [taskId = '', task] =
    Object.entries(driver.state.tasks).find(([, { state }]) => state === 'review') ?? [];
  const [asked] = driver.effects.filter(({ type }) => type === 'assignTask');
  return { driver, taskId, task, asked };
};

describe('what a task asks for when it opens', () => {
  it('names skills, licences and regions, also computed ones, as part of the task', () => {
    const fixed = reviewed('least-loaded', {}, { regions: ['east', 'west'] });
    expect(fixed.asked).toMatchObject({
      ...{ role: 'handler', department: 'north', skills: ['injury'] },
      ...{ licences: ['adjuster-a'], regions: ['east', 'west'] },
    });
    expect(fixed.task).not.toHaveProperty('choice');
    const computed = reviewed('least-loaded', { region: 'east' }, { regions: feel('data.region') });
    expect(computed.asked).toMatchObject({ regions: ['east'] });
    expect(computed.task?.choice).toEqual({ regions: ['east'] });
    const none = reviewed('least-loaded', { region: null }, { regions: feel('data.region') });
    expect(none.asked).not.toHaveProperty('regions');
  });

  it.each<[string, TaskAssignment, object]>([
    ['not who did an earlier task', { notSameAs: { task: 'intake' } }, { notPersons: ['lead1'] }],
    ['not who sent an event', { notSameAs: { event: 'register' } }, { notPersons: ['lead1'] }],
    ['nobody left out where the event was not sent', { notSameAs: { event: 'close' } }, { notPersons: [] }],
    ['the manager of the owner', { managerOf: 'owner' }, { managerOf: ['olga'], policy: 'least-loaded' }],
    ['the manager of who did a task', { managerOf: { task: 'intake' } }, { managerOf: ['lead1'] }],
  ])('%s', (_, assign, wanted) => {
    expect(reviewed(assign, {}).asked).toMatchObject(wanted);
  });

  it('takes a person, or a role and department, from an expression over data and facts', () => {
    expect(reviewed({ by: feel('data.expert') }, { expert: 'eva' }).asked).toMatchObject({ person: 'eva' });
    const placed = reviewed(
      { by: feel('{"role": "lead", "department": facts.nearestOffice, "policy": "round-robin"}') },
      {},
    );
    expect(placed.task).toMatchObject({ role: 'lead', department: 'south' });
    expect(placed.asked).toMatchObject({ role: 'lead', department: 'south', policy: 'round-robin' });
    const nothing = reviewed({ by: feel('data.expert') }, { expert: null });
    expect(nothing.asked).toMatchObject({ role: 'handler', department: 'north', policy: 'least-loaded' });
    expect(nothing.asked).not.toHaveProperty('person');
  });

  it('asks a table, and the task shows which rule said so', () => {
    const big = reviewed({ decision: 'who' }, { amount: 5_000 });
    expect(big.task).toMatchObject({
      ...{ role: 'lead', department: 'head-office' },
      choice: { policy: 'round-robin', rules: [1] },
    });
    expect(big.asked).toMatchObject({ role: 'lead', policy: 'round-robin' });
    const byHand = reviewed({ decision: 'who' }, { amount: 500 });
    expect(byHand.task).toMatchObject({ role: 'manager', choice: { policy: 'by-hand', rules: [2] } });
    expect(byHand.asked).toBeUndefined();
    expect(reviewed({ decision: 'role' }, { amount: 1 }).task).toMatchObject({
      ...{ role: 'lead', choice: { rules: [1] } },
    });
  });

  it('keeps its own role where the one said may not end it, or nothing is said', () => {
    const other = reviewed({ decision: 'who' }, { amount: 7 });
    expect(other.task).toMatchObject({ role: 'handler', department: 'fraud' });
    expect(reviewed({ decision: 'who' }, { amount: 1 }).task).toMatchObject({
      ...{ role: 'handler', department: 'north', choice: { rules: [] } },
    });
  });

  it('can be asked for again later, from the case alone', () => {
    const { driver, task } = reviewed({ by: feel('data.expert') }, { expert: 'eva' });
    expect(task && assignmentOf(driver.compiled.definition, driver.state, task)).toMatchObject({
      ...{ role: 'handler', person: 'eva', policy: 'least-loaded' },
    });
  });

  it('opens for the role that was said: others may not claim it', () => {
    const { driver, taskId } = reviewed({ decision: 'role' }, { amount: 1 });
    expect(driver.send({ type: 'task', taskId, verb: 'claim', by: 'handler2' }, hour(2))).toBe(
      'ROLE_REQUIRED',
    );
    expect(driver.send({ type: 'task', taskId, verb: 'claim', by: 'lead2' }, hour(2))).toEqual([
      'task.claimed',
    ]);
  });
});

describe('the engine gives a task to somebody else', () => {
  const taken = () => {
    const made = reviewed('by-hand', {});
    const { driver, taskId } = made;
    driver.send({ type: 'task', taskId, verb: 'claim', by: 'handler2' }, hour(2));
    driver.effects = [];
    return made;
  };
  const replace = ({ driver, taskId }: ReturnType<typeof taken>, to: string, by = 'system') =>
    driver.send({ type: 'task', taskId, verb: 'reassign', by, to: person(to), because: 'away' }, hour(3));

  it('records who gets it and why, and tells both, the absent one in person', () => {
    const made = taken();
    expect(replace(made, 'handler3')).toEqual(['task.reassigned']);
    expect(made.driver.state.tasks[made.taskId]).toMatchObject({ assignee: 'handler3' });
    expect(made.driver.leaf(made.driver.state.seq)).toMatchObject({
      ...{ actorId: 'system', data: { to: 'handler3', because: 'away' } },
    });
    expect(made.driver.effects).toEqual([
      expect.objectContaining({ template: 'task.taken-over', to: { roles: ['self:handler2'] } }),
      expect.objectContaining({ template: 'task.handed-over', to: { roles: ['person:handler3'] } }),
    ]);
  });

  it('gives it to one of its role, or to a lead who sees to it, never to others', () => {
    expect(replace(taken(), 'agent1')).toBe('ROLE_REQUIRED');
    expect(replace(taken(), 'lead1')).toEqual(['task.reassigned']);
    expect(replace(taken(), 'handler3', 'handler4')).toBe('ROLE_REQUIRED');
  });

  it('ends that it was lent', () => {
    const made = taken();
    const { driver, taskId } = made;
    driver.send({ type: 'task', taskId, verb: 'delegate', by: 'handler2', to: person('handler4') }, hour(2));
    expect(replace(made, 'handler2')).toEqual(['task.reassigned']);
    expect(driver.state.tasks[taskId]).toMatchObject({ assignee: 'handler2' });
    expect(driver.state.tasks[taskId]).not.toHaveProperty('delegation');
  });
});

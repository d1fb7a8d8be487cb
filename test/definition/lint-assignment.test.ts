import { describe, expect, it } from 'vitest';
import { lint } from '../../machines/definition/lint.ts';
import type { DefinitionDocument } from '../../machines/definition/schema.ts';
import type { DecisionDefinition, Value } from '../../machines/kernel/definition.ts';
import { minimalDocument } from './minimal-document.ts';

// Guarantee: a task never opens with a policy that names what is not there, or somebody who could not end it.

const feel = (text: string) => ({ '@expr': text, '@lang': 'feel' as const });

const table = (outputs: string[], ...rows: Value[][]): DecisionDefinition => ({
  title: { zh: '分派', en: 'Routing' },
  hitPolicy: 'F',
  inputs: [{ expression: feel('data.topic') }],
  outputs: outputs.map((name) => ({ name, schema: { type: ['string', 'null'] } })),
  rules: rows.map((gives, at) => ({ when: [`"${at}"`], gives })),
});

const withTask = (part: object, decisions?: { [name: string]: DecisionDefinition }): DefinitionDocument => {
  const document = minimalDocument();
  const received = { ...document.tasks?.received, ...part };
  return {
    ...document,
    tasks: { ...document.tasks, received },
    ...(decisions === undefined ? {} : { decisions }),
  } as DefinitionDocument;
};

const found = (document: unknown) =>
  lint(document)
    .filter(({ pointer }) => /^\/(tasks|decisions)/.test(pointer))
    .map(({ code, pointer }) => `${code} ${pointer}`);

describe('lint of how a task finds its person', () => {
  it.each<[string, object]>([
    ['skills, licences and regions', { skills: ['a'], licences: ['b'], regions: ['c'] }],
    ['a region that is computed', { regions: feel('data.topic') }],
    ['not the same as an earlier task', { assign: { notSameAs: { task: 'answered' } } }],
    ['not the same as an event', { assign: { notSameAs: { event: 'reply' } } }],
    ['the manager of the owner', { assign: { managerOf: 'owner' } }],
    ['the manager of who did a task', { assign: { managerOf: { task: 'answered' } } }],
    ['an expression', { assign: { by: feel('data.answer') } }],
  ])('accepts %s', (_, part) => {
    expect(found(withTask(part))).toEqual([]);
  });

  it('accepts a table, which is then in use', () => {
    const routing = {
      ...table(['role', 'department', 'policy'], ['handler', 'north', 'round-robin'], [null, null, null]),
      default: [null, null, null],
    };
    expect(found(withTask({ assign: { decision: 'routing' } }, { routing }))).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['same as no task', { assign: { sameAs: 'nowhere' } }, 'TASK_UNKNOWN /tasks/received/assign/sameAs'],
    [
      'not the same as no task',
      { assign: { notSameAs: { task: 'nowhere' } } },
      'TASK_UNKNOWN /tasks/received/assign/notSameAs/task',
    ],
    [
      'not the same as no event',
      { assign: { notSameAs: { event: 'nothing' } } },
      'EVENT_UNKNOWN /tasks/received/assign/notSameAs/event',
    ],
    [
      'the manager of who sent no event',
      { assign: { managerOf: { event: 'nothing' } } },
      'EVENT_UNKNOWN /tasks/received/assign/managerOf/event',
    ],
    ['no table', { assign: { decision: 'none' } }, 'DECISION_UNKNOWN /tasks/received/assign/decision'],
    [
      'an expression that reads what is not there',
      { assign: { by: feel('data.nobody') } },
      'EXPRESSION_PATH_UNKNOWN /tasks/received/assign/by',
    ],
    [
      'an expression that reads the event',
      { assign: { by: feel('event.answer') } },
      'EXPRESSION_NAME_UNKNOWN /tasks/received/assign/by',
    ],
    ['a personal value', { regions: feel('data.name') }, 'PERSONAL_CARRIED_OUT /tasks/received/regions'],
  ])('refuses %s', (_, part, finding) => {
    expect(found(withTask(part))).toContain(finding);
  });

  it.each<[string, DecisionDefinition, string]>([
    ['says something else', table(['team'], ['a']), 'ASSIGN_DECISION /tasks/received/assign/decision'],
    [
      'gives a list',
      { ...table(['role'], ['handler']), hitPolicy: 'C' },
      'ASSIGN_DECISION /tasks/received/assign/decision',
    ],
    ['names no role', table(['role'], ['pilot']), 'ROLE_UNKNOWN /decisions/routing/rules/0/gives/0'],
    [
      'names a role that cannot end the task',
      table(['role'], ['handler'], ['finance']),
      'OUTCOME_NOT_PERMITTED /decisions/routing/rules/1/gives/0',
    ],
    ['names no policy', table(['policy'], ['by-lot']), 'ASSIGN_POLICY /decisions/routing/rules/0/gives/0'],
  ])('refuses a table that %s', (_, routing, finding) => {
    expect(found(withTask({ assign: { decision: 'routing' } }, { routing }))).toContain(finding);
  });

  it('refuses what is no policy at all', () => {
    expect(found(withTask({ assign: { byLot: true } }))).not.toEqual([]);
    expect(found(withTask({ assign: 'best' }))).not.toEqual([]);
  });
});

describe('lint of whose act an event is', () => {
  const withPerson = (text: string): DefinitionDocument => {
    const document = minimalDocument();
    const { reply, ...events } = document.events;
    return {
      ...document,
      events: { ...events, reply: { ...reply, person: feel(text) } },
    } as DefinitionDocument;
  };
  const ofEvents = (text: string) =>
    lint(withPerson(text))
      .filter(({ pointer }) => pointer.startsWith('/events'))
      .map(({ code, pointer }) => `${code} ${pointer}`);

  it.each([
    ['data.topic', []],
    ['data.nobody', ['EXPRESSION_PATH_UNKNOWN /events/reply/person']],
    ['event.text', ['EXPRESSION_NAME_UNKNOWN /events/reply/person']],
    ['data.name', ['PERSONAL_CARRIED_OUT /events/reply/person']],
  ])('%s', (text, findings) => {
    expect(ofEvents(text)).toEqual(findings);
  });
});

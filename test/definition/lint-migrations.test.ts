import { describe, expect, it } from 'vitest';
import { definitionHash } from '../../machines/definition/hash.ts';
import { lint } from '../../machines/definition/lint.ts';
import type { DefinitionDocument } from '../../machines/definition/schema.ts';
import { minimalDocument } from './minimal-document.ts';

type Migration = NonNullable<DefinitionDocument['migrations']>[number];

const feel = (text: string) => ({ '@expr': text, '@lang': 'feel' as const });
const migration = (part: Partial<Migration> = {}): Migration => ({
  from: '0.9.0',
  states: { open: 'received' },
  ...part,
});

/** Version 1.0.0 of the minimal document, with migrations to it. */
const withMigrations = (...migrations: Migration[]): DefinitionDocument => {
  const document = minimalDocument();
  Object.assign(document.data.properties ?? {}, {
    count: { type: 'integer' },
    place: { type: 'object', properties: { city: { type: 'string' } } },
  });
  Object.assign(document.machine.states ?? {}, {
    box: { initial: 'inner', states: { inner: { on: { close: '#closed' } } } },
  });
  Object.assign(document.machine.states?.answered?.on ?? {}, { reply: 'box' });
  return { ...document, migrations };
};

const found = (...migrations: Migration[]) =>
  lint(withMigrations(...migrations))
    .filter(({ pointer }) => pointer.startsWith('/migrations'))
    .map(({ severity, code, pointer }) => `${severity} ${code} ${pointer}`);
const set = (values: NonNullable<NonNullable<Migration['data']>['set']>) =>
  migration({ data: { set: values } });

describe('lint of migrations', () => {
  it('finds nothing wrong with whole ones', () => {
    expect(
      found(
        migration({
          states: { open: 'received', gone: 'closed', shut: 'inner' },
          data: {
            set: {
              topic: feel('if data.subject = null then data.topic else data.subject'),
              'place.city': feel('data.place.town'),
              count: 1,
              name: feel('data.name'),
            },
            drop: ['subject', 'place.town'],
          },
          note: 'Subjects are called topics.',
        }),
        migration({ from: '0.8.0' }),
      ),
    ).toEqual([]);
  });

  it.each<[string, Migration[], string]>([
    ['its own version', [migration({ from: '1.0.0' })], 'MIGRATION_FROM_ITSELF /migrations/0/from'],
    ['a version twice', [migration(), migration()], 'MIGRATION_DUPLICATE /migrations/1/from'],
    ['no version', [migration({ from: 'old' })], 'FIELD_INVALID /migrations/0/from'],
    [
      'an unknown state',
      [migration({ states: { open: 'nowhere' } })],
      'STATE_UNKNOWN /migrations/0/states/open',
    ],
    [
      'a state that only holds others',
      [migration({ states: { open: 'box' } })],
      'MIGRATION_STATE_INNER /migrations/0/states/open',
    ],
    ['data without a place', [set({ subject: 'x' })], 'ASSIGN_UNKNOWN /migrations/0/data/set/subject'],
    [
      'a value of another type',
      [set({ count: 'many' })],
      'MIGRATION_VALUE_INVALID /migrations/0/data/set/count',
    ],
    [
      'an expression that is none',
      [set({ topic: feel('data.') })],
      'EXPRESSION_SYNTAX /migrations/0/data/set/topic',
    ],
    [
      'a look at the event',
      [set({ topic: feel('event.topic') })],
      'EXPRESSION_NAME_UNKNOWN /migrations/0/data/set/topic',
    ],
    [
      'a look at the actor',
      [set({ topic: feel('actor.id') })],
      'EXPRESSION_NAME_UNKNOWN /migrations/0/data/set/topic',
    ],
    [
      'a look into a personal value',
      [set({ topic: feel('upper case(data.name)') })],
      'EXPRESSION_PERSONAL_FIELD /migrations/0/data/set/topic',
    ],
    [
      'a personal value carried to where nothing is personal',
      [set({ topic: feel('data.name') })],
      'PERSONAL_CARRIED_OUT /migrations/0/data/set/topic',
    ],
    ['a personal value made up', [set({ name: 'x' })], 'ASSIGN_PERSONAL /migrations/0/data/set/name'],
    [
      'what is set and dropped',
      [migration({ data: { set: { count: 1 }, drop: ['count'] } })],
      'MIGRATION_CONTRADICTION /migrations/0/data/drop/0',
    ],
  ])('refuses %s', (_, migrations, expected) => {
    expect(found(...migrations)).toContain(`error ${expected}`);
  });

  it('warns of dropping what this version declares', () => {
    expect(found(migration({ data: { drop: ['place.city'] } }))).toEqual([
      'warning MIGRATION_DROPS_DECLARED /migrations/0/data/drop/0',
    ]);
  });

  it('counts in the hash of the version', () => {
    const bare = withMigrations();
    expect(definitionHash(withMigrations(migration()))).not.toBe(definitionHash(bare));
  });
});

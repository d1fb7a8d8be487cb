import { describe, expect, it } from 'vitest';
import { allowedEvents } from '../../machines/kernel/allowed.ts';
import type { Actor, ActsFor, Facts } from '../../machines/kernel/command.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { type CaseDriver, drive, feel, minute } from './case-driver.ts';

// Guarantee: an event that a case has one person send is that person's by whatever account, and that of whoever acts by
// their right, who is then named beside them; it is nobody else's, whatever their role.

const definition: Partial<RuntimeDefinition> = {
  data: { type: 'object', properties: { lead: { type: 'string' } } },
  events: {
    name: { by: ['manager'], data: { type: 'object', properties: { lead: { type: 'string' } } } },
    decide: { by: ['lead'], person: feel('data.lead') },
    accept: { by: ['lead', 'manager'], notBy: ['decide'] },
  },
  machine: {
    initial: 'work',
    states: {
      work: {
        on: {
          name: { actions: [{ type: 'assign', set: { lead: feel('event.lead') } }] },
          decide: 'decided',
        },
      },
      decided: { on: { accept: 'closed' } },
      closed: { type: 'final' },
    },
  },
};

const who = (id: string, roles: string[], extra: Partial<Actor> = {}): Facts => ({
  actor: { id, roles, ...extra },
});
const lent = (personId: string, roles: string[]): ActsFor => ({
  ...{ personId, via: 'substitution', roles, until: null },
});
const named = (lead = 'ann'): CaseDriver => {
  const driver = drive(definition);
  const facts = who('max', ['manager']);
  expect(driver.send({ type: 'event', event: 'name', data: { lead }, facts }, minute(1))).toEqual(['name']);
  return driver;
};
const decide = (driver: CaseDriver, facts: Facts) =>
  driver.send({ type: 'event', event: 'decide', facts }, minute(2));
const allowed = ({ compiled, state }: CaseDriver, facts: Facts) =>
  allowedEvents(compiled, state, facts, minute(2));

describe('an event that is one person’s act', () => {
  it.each([
    ['that person', who('ann', ['lead'])],
    ['the same human under another account', who('ann-2', ['lead'], { sameAs: ['ann'] })],
    ['who stands in for them', who('bo', ['adjuster'], { actsFor: [lent('ann', ['lead'])] })],
    [
      'who performed it in an import',
      { ...who('imp', ['admin']), onBehalfOf: { actor: { id: 'ann', roles: ['lead'] } } },
    ],
  ])('is sent by %s', (_, facts) => {
    const driver = named();
    expect(allowed(driver, facts)).toEqual(['decide']);
    expect(decide(driver, facts)).toEqual(['decide']);
  });

  it.each([
    ['another of the role', who('bo', ['lead'])],
    [
      'who has lent another of that person’s roles',
      who('bo', ['lead'], { actsFor: [lent('ann', ['adjuster'])] }),
    ],
    ['who stands in for somebody else', who('bo', ['lead'], { actsFor: [lent('cy', ['lead'])] })],
  ])('is not for %s', (_, facts) => {
    const driver = named();
    expect(allowed(driver, facts)).toEqual([]);
    expect(decide(driver, facts)).toBe('PERSON_REQUIRED');
    expect(driver.refusal?.allowed).toEqual([]);
    expect(driver.states()).toBe('work');
  });

  it('needs the role too, which nobody gains by being named', () => {
    expect(decide(named(), who('ann', ['adjuster']))).toBe('ROLE_REQUIRED');
  });

  it('is nobody’s while nobody is named', () => {
    const driver = drive(definition);
    expect(decide(driver, who('ann', ['lead']))).toBe('PERSON_REQUIRED');
  });

  it('is anybody’s of the role where the definition says so', () => {
    const decideFreely = { by: ['lead'], person: feel('if data.lead = null then false else data.lead') };
    const driver = drive({ ...definition, events: { ...definition.events, decide: decideFreely } });
    expect(decide(driver, who('ann', ['adjuster']))).toBe('ROLE_REQUIRED');
    expect(decide(driver, who('ann', ['lead']))).toEqual(['decide']);
  });

  it('goes with the name', () => {
    const driver = named();
    driver.send(
      { type: 'event', event: 'name', data: { lead: 'bo' }, facts: who('max', ['manager']) },
      minute(2),
    );
    expect(decide(driver, who('ann', ['lead']))).toBe('PERSON_REQUIRED');
    expect(decide(driver, who('bo', ['lead']))).toEqual(['decide']);
  });

  it('by a stand-in of the role is by the right of the person named: four eyes see both', () => {
    const driver = named();
    expect(decide(driver, who('bo', ['lead'], { actsFor: [lent('ann', ['lead'])] }))).toEqual(['decide']);
    expect(driver.leaf(3)).toMatchObject({ type: 'decide', actorId: 'bo', onBehalfOfId: 'ann' });
    const accept = (facts: Facts) => driver.send({ type: 'event', event: 'accept', facts }, minute(3));
    expect(accept(who('ann', ['manager']))).toBe('FOUR_EYES');
    expect(accept(who('bo', ['lead']))).toBe('FOUR_EYES');
    expect(accept(who('max', ['manager']))).toEqual(['accept']);
  });
});

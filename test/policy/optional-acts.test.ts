import { describe, expect, it } from 'vitest';
import type { ActsFor, Facts } from '../../machines/kernel/command.ts';
import type { RuntimeDefinition } from '../../machines/kernel/definition.ts';
import { type Act, currentPolicy, type Policy } from '../../machines/kernel/policy/table.ts';
import { type CaseDriver, drive, hour, minute, sealed } from '../kernel/case-driver.ts';

// Guarantee: where a company's table says who opens a case again, extends or pauses a deadline, both it and the
// definition must allow; where it does not, the definition alone decides; and a lent right is named in the entry.

const definition: Partial<RuntimeDefinition> = {
  events: { note: { by: ['handler', 'lead'] }, close: { by: ['handler', 'lead'] } },
  machine: {
    initial: 'work',
    states: { work: { on: { note: 'work', close: 'done' } }, done: { type: 'final' } },
  },
  tasks: { work: { role: 'handler', department: 'north', outcomes: ['close'] } },
  reopen: { by: ['handler', 'lead'], from: { done: { target: 'work' } } },
  deadlines: {
    reply: {
      source: { kind: 'company promise', rule: 'answer within ten hours' },
      ...{ starts: [{ opened: true }], stops: [{ enter: 'done' }], limit: 'PT10H', count: 'elapsed' },
      extensions: [{ name: 'first', limit: 'PT20H', by: ['handler', 'lead'], notBy: ['note'] }],
      pauseCauses: [{ cause: 'flood', by: ['handler', 'lead'] }],
    },
  },
};
const row = (by: Act['by'], more: Partial<Act> = {}): Act => ({
  title: { zh: '事', en: 'Act' },
  by,
  ...more,
});
const closing = { 'case.close': row({ handler: 'all', lead: 'all' }, { events: { example: ['close'] } }) };
const table = (acts: Policy['acts']): Policy => ({
  ...currentPolicy,
  ...{ id: 'ours', acts: { ...currentPolicy.acts, ...acts } },
});

/** Each of the three acts, on a case that is ready for it. */
const acts: { [act: string]: (facts: Facts) => (driver: CaseDriver) => string[] | string } = {
  'case.reopen': (facts) => (driver) => driver.reopen({ facts }, hour(2)),
  'deadline.extend': (facts) => (driver) =>
    driver.send({ type: 'deadline', name: 'reply', verb: 'extend', reason: sealed('why'), facts }, hour(2)),
  'deadline.pause': (facts) => (driver) =>
    driver.send(
      { type: 'deadline', name: 'reply', verb: 'pause', cause: 'flood', documentId: 'd1', facts },
      hour(2),
    ),
};
const entries: { [act: string]: string } = {
  'case.reopen': 'case.reopened',
  'deadline.extend': 'deadline.extended',
  'deadline.pause': 'deadline.paused',
};
const names = Object.keys(acts);
const proof = { id: 'd1', key: 'other', sha256: 'e'.repeat(64), sizeBytes: 1, mediaType: 'text/plain' };

const ready = (act: string, policy?: Policy, owner?: string): CaseDriver => {
  const driver = drive(definition, {
    input: policy === undefined ? {} : { policy },
    opening: owner === undefined ? {} : { owner },
  });
  expect(driver.send({ type: 'document', document: proof }, minute(1))).toEqual(['document.added']);
  if (act === 'case.reopen') {
    expect(driver.event('close', 'handler', minute(2))).toEqual(['close']);
  }
  return driver;
};
const who = (id: string, roles: string[], actsFor: ActsFor[] = []): Facts => ({
  actor: { id, roles, ...(actsFor.length === 0 ? {} : { actsFor }) },
});
const lent = (personId: string, roles: string[]): ActsFor => ({
  ...{ personId, roles, via: 'delegation', until: null },
});
const tried = (act: string, driver: CaseDriver, facts: Facts) => acts[act]?.(facts)(driver);

describe.each(names)('%s', (act) => {
  const done = [entries[act]];
  const lead = who('lea', ['lead']);
  const handler = who('han', ['handler']);

  it('is for whom the definition names, where the table has no such row', () => {
    const ours = table(closing);
    for (const policy of [undefined, ours]) {
      expect(tried(act, ready(act, policy), handler)).toEqual(done);
      expect(tried(act, ready(act, policy), who('fin', ['finance']))).toBe('ROLE_REQUIRED');
    }
  });

  it('is for whom both name, where it has one', () => {
    const ours = table({ [act]: row({ lead: 'all', finance: 'all' }) });
    expect(tried(act, ready(act, ours), lead)).toEqual(done);
    const refused = ready(act, ours);
    const { state } = refused;
    expect(tried(act, refused, handler)).toBe('ROLE_REQUIRED');
    expect(refused.refusal?.detail).toContain(`the table's act ${act}`);
    expect(refused.state).toBe(state);
    expect(tried(act, ready(act, ours), who('fin', ['finance']))).toBe('ROLE_REQUIRED');
    expect(tried(act, ready(act, table({ [act]: row({}) })), lead)).toBe('ROLE_REQUIRED');
  });

  it('is decided by the row of the table that the case was moved to, and by none where that has none', () => {
    const ours = table({ [act]: row({ lead: 'all' }) });
    const adopt = (policy: Policy | null) =>
      ({ type: 'adopt-policy', policy, by: 'admin', reason: sealed('why') }) as const;
    const moved = (from: Policy | undefined, to: Policy | null) => {
      const driver = ready('', from);
      expect(driver.send(adopt(to), minute(2))).toEqual(['case.policy-adopted']);
      if (act === 'case.reopen') {
        driver.event('close', 'handler', minute(3));
      }
      return driver;
    };
    expect(tried(act, moved(undefined, ours), handler)).toBe('ROLE_REQUIRED');
    expect(tried(act, moved(undefined, ours), lead)).toEqual(done);
    expect(tried(act, moved(ours, null), handler)).toEqual(done);
  });

  it('is as near to the case as the row asks', () => {
    const ours = table({ [act]: row({ handler: 'own' }) });
    expect(tried(act, ready(act, ours, 'han'), handler)).toEqual(done);
    expect(tried(act, ready(act, ours, 'other'), handler)).toBe('ROLE_REQUIRED');
    expect(tried(act, ready(act, ours), handler)).toBe('ROLE_REQUIRED');
  });

  it('is not for the owner of the case, where the row says so', () => {
    const noOwner = table({ [act]: row({ handler: 'all' }, { notOwner: true }) });
    expect(tried(act, ready(act, noOwner, 'han'), handler)).toBe('FOUR_EYES');
    expect(tried(act, ready(act, noOwner, 'other'), handler)).toEqual(done);
  });

  it('is by one’s own right first, else by a lent one, which the entry names', () => {
    const both = who('bo', ['lead'], [lent('ann', ['lead'])]);
    const substitute = who('bo', ['finance'], [lent('ann', ['lead'])]);
    for (const policy of [undefined, table({ [act]: row({ lead: 'all' }) })]) {
      const own = ready(act, policy);
      expect(tried(act, own, both)).toEqual(done);
      expect(own.leaf(own.state.seq)).not.toHaveProperty('onBehalfOfId');
      const driver = ready(act, policy);
      expect(tried(act, driver, substitute)).toEqual(done);
      expect(driver.leaf(driver.state.seq)).toMatchObject({ actorId: 'bo', onBehalfOfId: 'ann' });
    }
    const handlerAndLead = who('bo', ['handler'], [lent('ann', ['lead'])]);
    const narrowed = ready(act, table({ [act]: row({ lead: 'all' }) }));
    expect(tried(act, narrowed, handlerAndLead)).toEqual(done);
    expect(narrowed.leaf(narrowed.state.seq)).toMatchObject({ onBehalfOfId: 'ann' });
  });

  it('is not by a lent right, where the row says so', () => {
    const ours = table({ [act]: row({ lead: 'all' }, { lent: false }) });
    expect(tried(act, ready(act, ours), who('bo', [], [lent('ann', ['lead'])]))).toBe('ROLE_REQUIRED');
    expect(tried(act, ready(act, ours), lead)).toEqual(done);
  });
});

describe('who is kept apart', () => {
  const ann = lent('ann', ['handler', 'lead']);

  it('from opening again: who closed, under whatever right', () => {
    const ours = table({
      ...closing,
      'case.reopen': row({ handler: 'all', lead: 'all' }, { apartFrom: ['case.close'] }),
    });
    const driver = drive(definition, { input: { policy: ours } });
    const facts = who('bo', [], [ann]);
    expect(driver.send({ type: 'event', event: 'close', facts }, minute(1))).toEqual(['close']);
    expect(driver.reopen({ facts: who('bo', ['lead']) }, hour(1))).toBe('FOUR_EYES');
    expect(driver.reopen({ facts: who('ann', ['lead']) }, hour(1))).toBe('FOUR_EYES');
    expect(driver.reopen({ facts: who('cy', [], [ann]) }, hour(1))).toBe('FOUR_EYES');
    expect(driver.reopen({ facts: who('cy', ['lead'], [ann]) }, hour(1))).toEqual(['case.reopened']);
    expect(driver.leaf(3)).not.toHaveProperty('onBehalfOfId');
  });

  it('from an event: everybody who opened the case again, and who lent them the right', () => {
    const ours = table({
      'case.reopen': row({ handler: 'all', lead: 'all' }),
      'case.close': row(
        { handler: 'all', lead: 'all' },
        { events: { example: ['close'] }, apartFrom: ['case.reopen'] },
      ),
    });
    const driver = drive(definition, { input: { policy: ours } });
    const close = (id: string, at: number) =>
      driver.send({ type: 'event', event: 'close', facts: who(id, ['handler']) }, hour(at));
    expect(close('first', 1)).toEqual(['close']);
    expect(driver.reopen({ facts: who('bo', [], [ann]) }, hour(2))).toEqual(['case.reopened']);
    expect(close('bo', 3)).toBe('FOUR_EYES');
    expect(close('ann', 3)).toBe('FOUR_EYES');
    expect(close('first', 3)).toEqual(['close']);
    expect(driver.reopen({ facts: who('cy', ['lead']) }, hour(4))).toEqual(['case.reopened']);
    expect([close('bo', 5), close('cy', 5), close('first', 5)]).toEqual([
      'FOUR_EYES',
      'FOUR_EYES',
      ['close'],
    ]);
  });

  it('from an extension: whom the definition keeps from it, beside those whom the row does', () => {
    const ours = table({
      ...closing,
      'note.write': row({ handler: 'all', lead: 'all' }, { events: { example: ['note'] } }),
      'deadline.pause': row({ lead: 'all' }, { apartFrom: ['note.write'] }),
      'deadline.extend': row({ lead: 'all' }, { notOwner: true }),
    });
    const driver = ready('', ours, 'own');
    driver.send({ type: 'event', event: 'note', facts: who('asks', ['lead']) }, hour(1));
    expect(tried('deadline.extend', driver, who('asks', ['lead']))).toBe('FOUR_EYES');
    expect(tried('deadline.extend', driver, who('own', ['lead']))).toBe('FOUR_EYES');
    expect(tried('deadline.pause', driver, who('asks', ['lead']))).toBe('FOUR_EYES');
    expect(tried('deadline.extend', driver, who('other', ['lead']))).toEqual(['deadline.extended']);
  });
});

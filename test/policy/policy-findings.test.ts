import { describe, expect, it } from 'vitest';
import { lint } from '../../machines/definition/lint.ts';
import { type Act, currentPolicy, type Policy } from '../../machines/kernel/policy/table.ts';
import { shippedDefinitions } from '../../machines/library/index.ts';
import { type DefinitionInUse, policyFindings } from '../../machines/policy/policy-findings.ts';

// Guarantee: where a table and the definitions in use leave nobody to send an event, or say something that has no
// effect, that is told with its place and what to do; the shipped table and the shipped definitions fit.

const table = (act: string, change: Partial<Act>): Policy => ({
  ...currentPolicy,
  ...{
    id: 'ours',
    acts: { ...currentPolicy.acts, [act]: { ...(currentPolicy.acts[act] as Act), ...change } },
  },
});
const told = (policy: Policy, definitions: DefinitionInUse[] = shippedDefinitions()) =>
  policyFindings(policy, definitions).map(({ pointer, code }) => [code, pointer]);
const latest = (id: string) => {
  const found = shippedDefinitions().findLast((each) => each.id === id);
  if (!found) {
    throw new Error(`No definition ${id}`);
  }
  return found;
};
const judged = (policy: Policy, id = 'exposure', change: object = {}) =>
  lint({ ...latest(id), ...change }, { policy })
    .filter(({ code }) => code.startsWith('ACT_'))
    .map(({ pointer, code, severity }) => [severity, code, pointer]);

describe('a table against the definitions in use', () => {
  it('is told nothing of where it is the shipped one', () => {
    expect(policyFindings(currentPolicy, shippedDefinitions())).toEqual([]);
  });

  it('is told of an event that nobody can send, once for all versions that have it', () => {
    const [finding, ...others] = policyFindings(
      table('payment.approve', { by: { committee: 'all' } }),
      shippedDefinitions(),
    );
    expect(finding).toEqual({
      ...{ pointer: '/acts/payment.approve/by', code: 'ACT_CLOSED', severity: 'warning' },
      message:
        'Nobody can send "approve" of exposure@1.0.0, exposure@1.1.0, exposure@1.2.0, exposure@1.3.0, exposure@1.4.0: it is for lead, manager, none of whom the row lets do it.',
      fix: 'Name one of lead, manager under `by`, or publish a version that lets a role of the row send "approve".',
    });
    expect(others.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['ACT_ROLE_IDLE', '/acts/payment.approve/by/committee'],
    ]);
  });

  it('is told so of one that nobody is named for, and of one for the owner who must not do it', () => {
    const closed = [['ACT_CLOSED', '/acts/capa.verify/by']];
    expect(told(table('capa.verify', { by: {} }))).toEqual(closed);
    expect(told(table('capa.verify', { by: { qa: 'own' } }))).toEqual(closed);
    expect(told(table('capa.verify', { by: { qa: 'assigned' } }))).toEqual([]);
    expect(told(table('capa.report', { by: { handler: 'own' } }))).toEqual([]);
  });

  it('is told only of the version that leaves nobody', () => {
    const [{ message } = { message: '' }] = policyFindings(currentPolicy, [
      ...shippedDefinitions(),
      { id: 'exposure', version: '2.0.0', events: { approve: { by: ['committee'] } } },
    ]);
    expect(message).toContain('Nobody can send "approve" of exposure@2.0.0:');
  });

  it('is told of a role that gets nothing by it, and of an event that there is not', () => {
    const proposals = currentPolicy.acts['remedy.propose'] as Act;
    expect(told(table('remedy.propose', { by: { ...proposals.by, siu: 'all' } }))).toEqual([
      ['ACT_ROLE_IDLE', '/acts/remedy.propose/by/siu'],
    ]);
    expect(told(table('remedy.propose', { events: { complaint: ['propose', 'suggest'] } }))).toEqual([
      ['ACT_EVENT_UNKNOWN', '/acts/remedy.propose/events/complaint/1'],
    ]);
    expect(told(table('remedy.propose', { events: { ...proposals.events, tea: ['brew'] } }))).toEqual([
      ['ACT_EVENT_UNKNOWN', '/acts/remedy.propose/events/tea/0'],
    ]);
  });

  it('is not told of what a company has given its own definitions to', () => {
    const own = { id: 'tea', version: '1.0.0', events: { brew: { by: ['handler', 'siu'] } } };
    expect(
      told(
        table('tea.brew', { title: { zh: '茶', en: 'Tea' }, by: { siu: 'all' }, events: { tea: ['brew'] } }),
        [...shippedDefinitions(), own],
      ),
    ).toEqual([]);
  });
});

describe('an act that a table may add', () => {
  const row = (by: Act['by'], more: Partial<Act> = {}): Act => ({
    ...{ title: { zh: '事', en: 'Act' }, by },
    ...more,
  });
  const reopenedBy = { ...row({}), by: { manager: 'all', 'complaints-manager': 'all' } } as const;

  it('is told nothing of where some role of each definition may do it', () => {
    expect(told(table('case.reopen', reopenedBy))).toEqual([]);
    expect(told(table('deadline.pause', row({ 'complaints-manager': 'all' })))).toEqual([]);
  });

  it('is told what it leaves to nobody, once for all versions that grant it, and which role gets nothing', () => {
    const [reopening, ...others] = policyFindings(
      table('case.reopen', row({ lead: 'all', 'complaints-manager': 'own', siu: 'all' }, { notOwner: true })),
      shippedDefinitions(),
    );
    expect(reopening).toMatchObject({ code: 'ACT_CLOSED', pointer: '/acts/case.reopen/by' });
    expect(reopening?.message).toContain(
      'Nobody can reopen a case of complaint@1.0.0, complaint@1.1.0, complaint@1.2.0:',
    );
    expect(others.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['ACT_ROLE_IDLE', '/acts/case.reopen/by/siu'],
    ]);
    expect(told(table('deadline.extend', row({ 'complaints-manager': 'all' })))).toEqual([
      ['ACT_CLOSED', '/acts/deadline.extend/by'],
    ]);
  });

  it('is told of the definition that grants it to nobody of the row', () => {
    expect(judged(table('case.reopen', reopenedBy), 'claim')).toEqual([]);
    expect(judged(table('case.reopen', row({ siu: 'all' })), 'claim')).toEqual([
      ['warning', 'ACT_CLOSED', '/reopen/by'],
    ]);
    expect(judged(table('deadline.extend', row({ compliance: 'all' })), 'complaint')).toEqual([
      ['warning', 'ACT_CLOSED', expect.stringMatching(/^\/deadlines\/.+\/extensions\/0\/by$/)],
    ]);
    expect(judged(table('deadline.pause', row({})), 'complaint')).toEqual([
      ['warning', 'ACT_CLOSED', expect.stringMatching(/^\/deadlines\/.+\/pauseCauses\/0\/by$/)],
    ]);
  });
});

describe('a definition under a table', () => {
  it('is told nothing where both are shipped', () => {
    for (const { id } of shippedDefinitions()) {
      expect([id, judged(currentPolicy, id)]).toEqual([id, []]);
    }
  });

  it('is told of an event that the table leaves nobody for, as a warning', () => {
    const closed = table('payment.approve', { by: { committee: 'all' } });
    expect(judged(closed)).toEqual([['warning', 'ACT_CLOSED', '/events/approve/by']]);
    expect(judged(closed, 'complaint')).toEqual([]);
  });

  it('is told of an event that the table says something of and that it has not', () => {
    const { approve: _, ...events } = latest('complaint').events;
    expect(judged(currentPolicy, 'complaint', { events })).toEqual([
      ['warning', 'ACT_EVENT_MISSING', '/events'],
    ]);
    expect(judged(currentPolicy, 'complaint', { id: 'other', events })).toEqual([]);
  });
});

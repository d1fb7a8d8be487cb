import { describe, expect, test } from 'vitest';
import { getPerson, putPerson } from '../../db/own/people.ts';
import { startNotified } from './notified.ts';

// Guarantee: who worked on what a complaint is about is told nothing of it, under no account, also where they did so after it
// was opened.

type World = Awaited<ReturnType<typeof startNotified>>;

/** A complaint about a claim on which its manager may have worked since, when three quarters of a clock have gone by. */
const toldOf = async (worksOn: boolean): Promise<string[]> => {
  const world: World = await startNotified({ at: '2026-03-02T02:00:00.000Z' });
  try {
    const { store } = world;
    const manager = await getPerson(store, 'default', 'complaints-manager', world.now());
    if (!manager) throw new Error('There is no complaints manager');
    await putPerson(store, { ...manager, roles: [...manager.roles, 'agent'] });
    const claim = await world.call('agent', 'POST', '/v1/cases', {
      definition: 'claim',
      data: {
        ...{ policyNumber: 'P-1', lossKind: 'motor', lossOn: '2026-03-01', plate: '京A12345' },
        ...{ description: 'Hit a post', reporter: { name: 'Li Si', phone: '13700003333' } },
      },
    });
    const { caseId } = await world.openComplaint({ links: [{ rel: 'about', caseId: claim.body.caseId }] });
    // Not before: it might be the owner.
    await putPerson(store, { ...manager, id: 'manager-b', humanId: manager.id, superior: 'head-office' });
    const contact = (who: string, id: string) =>
      world.call(who, 'POST', `/v1/cases/${id}/events`, { type: 'contact', data: { how: 'phone' } });
    if (worksOn) {
      expect((await contact(manager.id, claim.body.caseId)).status).toBe(200);
    }
    world.setTime('2026-03-02T20:30:00.000Z');
    expect((await contact('handler', caseId)).status).toBe(200);
    await world.settle();
    return (await world.notices()).flatMap((notice) => (notice.caseId === caseId ? [notice.personId] : []));
  } finally {
    await world.stop();
  }
};

describe('a complaint’s clock', () => {
  test('is told to its manager', async () => {
    const told = await toldOf(false);
    expect(told).toContain('complaints-manager');
  });

  test('is told to somebody else where its manager worked on the claim', async () => {
    const told = await toldOf(true);
    expect(told.length).toBeGreaterThan(0);
    expect(told).not.toContain('complaints-manager');
    expect(told).not.toContain('manager-b');
  });
});

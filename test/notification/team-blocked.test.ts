import { afterEach, expect, test } from 'vitest';
import type { ChannelMessage } from '../../activities/channels/channel.ts';
import { assignTasks } from '../support/assign-tasks.ts';
import { startNotified } from './notified.ts';

// Guarantee: what blocks a department reaches the team's own lead after four working hours, and the manager only when it is
// still blocked after a working day.

let world: Awaited<ReturnType<typeof startNotified>>;
afterEach(() => world?.stop());

const send = async (who: string, caseId: string, type: string, body: object = {}): Promise<void> => {
  const { status, body: answer } = await world.call(who, 'POST', `/v1/cases/${caseId}/events`, {
    type,
    ...body,
  });
  expect([type, status, answer.code]).toEqual([type, 200, undefined]);
};

test('a blocked department’s lead is sent a message at four hours, the manager at a day', async () => {
  const sent: ChannelMessage[] = [];
  const email = async (message: ChannelMessage) => {
    sent.push(message);
  };
  // A Monday, 10:00 in China.
  world = await startNotified({ at: '2026-03-02T02:00:00.000Z', channels: { email } });
  for (const person of ['lead', 'lead-2', 'lead-3', 'legal', 'manager']) {
    await world.prefer(person, { channels: ['email'], addresses: { email: `${person}@insurer.example` } });
  }
  const { body: opened } = await world.call('manager', 'POST', '/v1/cases', {
    definition: 'team',
    data: { why: 'dispute' },
  });
  const { caseId } = opened;
  const data = { lead: 'lead-2', departments: ['survey', 'legal', 'coverage'], join: 'all' };
  await send('manager', caseId, 'members.set', { data });
  await assignTasks(world);
  await send('lead-2', caseId, 'plan.agree', { data: { plan: 'Each within two days.' } });
  await assignTasks(world);
  await send('legal', caseId, 'legal.block', { reason: 'The contract is missing.' });
  await assignTasks(world);
  await world.settle();
  sent.length = 0;
  const told = async (instant: string) => {
    world.setTime(instant);
    // Any event lets what is due fall due.
    await send('agent', caseId, 'customer.update', { data: { how: 'phone' } });
    await world.settle();
    return sent.splice(0).map(({ address, subject }) => `${address} ${subject}`);
  };
  expect(await told('2026-03-02T04:00:00.000Z')).toEqual([]);
  const atFour = await told('2026-03-02T08:30:00.000Z');
  expect(atFour).toEqual([expect.stringMatching(/^lead-2@insurer\.example .*Legal blocked/)]);
  const atADay = await told('2026-03-03T06:00:00.000Z');
  expect(atADay).toEqual([expect.stringMatching(/^manager@insurer\.example .*Legal still blocked/)]);
});

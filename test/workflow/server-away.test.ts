import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { entriesOf, getCase } from '../../db/read/get-case.ts';
import { startHoldingProxy } from '../support/holding-proxy.ts';
import { handler, lead, send } from '../support/mini-case.ts';
import { startTestServer } from '../support/temporal.ts';
import { answerOf, startTestWorker } from '../support/worker.ts';

// Guarantee: a server that dies between a stored entry and its record in history leaves no case waiting, though the
// worker lives on and nobody sends again.

test.runIf(process.env.CASELOOM_FULL === '1')(
  'a server killed before it hears of a stored entry: the worker tells the case, which goes on and pays',
  async () => {
    const server = await startTestServer();
    const proxy = await startHoldingProxy(server.temporal.address);
    const temporal = { ...server.temporal, address: proxy.address };
    const cases = await startTestWorker({ temporal, client: server.client });
    try {
      const { caseId } = answerOf((await cases.open()).outcome);
      answerOf(await cases.send(caseId, send('acknowledge')));
      answerOf(await cases.send(caseId, send('estimate', handler, { amount: 7 })));
      const key = { tenant: 'acme', caseId };
      const types = async () => (await entriesOf(cases.store, key)).map(({ type }) => type);
      proxy.hold();
      const unanswered = cases.send(caseId, send('approve', lead));
      await expect.poll(types, { timeout: 20_000 }).toContain('approve');
      await server.kill();
      await expect(unanswered).resolves.toEqual({ type: 'condition', code: 'ENGINE_UNAVAILABLE' });
      await sleep(9_000);
      expect((await types()).at(-1)).toBe('approve');
      await server.restart();
      proxy.release();
      const status = async () => (await getCase(cases.store, key))?.status;
      await expect.poll(status, { timeout: 45_000, interval: 500 }).toBe('closed');
      expect((await types()).slice(-2)).toEqual(['approve', 'service.completed']);
    } finally {
      await cases.stop();
      proxy.stop();
      await server.stop();
    }
  },
  120_000,
);

import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createCallService, createServices } from '../../activities/call-service.ts';
import { createDeliver } from '../../activities/deliver.ts';
import { createFileMailBox } from '../../activities/ports/file-mail-box.ts';
import type { Letter, Letters } from '../../activities/ports/letters.ts';
import { PortFailure } from '../../activities/ports/port-failure.ts';
import { createWebhookLetters } from '../../activities/ports/webhook-letters.ts';
import { startRelay } from '../../activities/relay.ts';
import { createSignedLetters } from '../../activities/signed-letters.ts';
import { type Person, putPerson } from '../../db/own/people.ts';
import { writeSettings } from '../../db/own/tenant-settings.ts';
import { deliveriesOf } from '../../db/read/list-deliveries.ts';
import { project } from '../../db/write/project.ts';
import type { Effect } from '../../machines/kernel/effect.ts';
import type { JsonObject } from '../../machines/kernel/json.ts';
import { syntheticCase, syntheticStep } from '../support/synthetic-case.ts';
import { temporaryStore } from '../support/temporary-store.ts';

const letter: Letter = {
  ...{ effectId: 'case-1.1.1', tenant: 'acme', caseId: 'case-1', template: 'hello' },
  to: { customer: true },
};
const effect: Effect = {
  type: 'deliver',
  id: 'case-1.1.1',
  template: 'hello',
  to: { customer: true },
  data: {},
};

describe('a webhook', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());
  const listen = async (listener: RequestListener): Promise<string> => {
    server = createServer(listener);
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  };
  const bodyOf = async (request: IncomingMessage): Promise<string> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks).toString('utf8');
  };

  test('is signed over id, time and body, with the same id each time', async () => {
    const seen: { headers: IncomingMessage['headers']; body: string }[] = [];
    const url = await listen(async (request, response) => {
      seen.push({ headers: request.headers, body: await bodyOf(request) });
      response.writeHead(204).end();
    });
    const letters = createWebhookLetters({ url, secret: 'sesame' });
    await letters.send(letter);
    await letters.send(letter);
    const [first, second] = seen;
    const {
      'webhook-id': id,
      'webhook-timestamp': at,
      'webhook-signature': signature,
    } = first?.headers ?? {};
    const expected = createHmac('sha256', 'sesame').update(`${id}.${at}.${first?.body}`).digest('base64');
    expect(signature).toBe(`v1,${expected}`);
    expect(second?.headers['webhook-id']).toBe(id);
    expect(JSON.parse(first?.body ?? '')).toEqual({ type: 'letter.requested', data: letter });
    const signed = {
      ...letter,
      from: { name: 'Albion', letterhead: '1 High Street' },
      owner: { id: 'adjuster', name: 'Ada Wong' },
    };
    await letters.send(signed);
    expect(JSON.parse(seen[2]?.body ?? '')).toEqual({ type: 'letter.requested', data: signed });
  });

  test.each([
    [302, 'PORT_REDIRECTED', false],
    [503, 'PORT_UNAVAILABLE', true],
    [429, 'PORT_UNAVAILABLE', true],
    [400, 'PORT_REFUSED', false],
  ])('that answers %i fails with %s', async (status, code, retryable) => {
    let asked = 0;
    const url = await listen((_request, response) => {
      asked += 1;
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    });
    await expect(createWebhookLetters({ url, secret: 's' }).send(letter)).rejects.toMatchObject({
      code,
      retryable,
    });
    expect(asked).toBe(1);
  });

  test('that does not answer is given up in time', async () => {
    const url = await listen(() => undefined);
    await expect(
      createWebhookLetters({ url, secret: 's', timeoutMs: 100 }).send(letter),
    ).rejects.toMatchObject({
      code: 'PORT_TIMEOUT',
    });
  });
});

describe('a message in the outbox', () => {
  const withMessage = async (letters: Letters) => {
    const { store, remove } = await temporaryStore();
    await project(store, syntheticStep(syntheticCase(), {}, {}, [effect]));
    const relay = startRelay(store, createDeliver(store, letters), () => undefined);
    const row = async () => (await deliveriesOf(store, { tenant: 'acme', caseId: 'case-1' }))[0];
    return {
      row,
      end: async () => {
        await relay.stop();
        await remove();
      },
    };
  };
  const failing = (
    failures: number,
    code: 'PORT_UNAVAILABLE' | 'PORT_REFUSED',
  ): Letters & { sent: number } => {
    const letters = {
      sent: 0,
      send: async () => {
        letters.sent += 1;
        if (letters.sent <= failures) {
          throw new PortFailure({ port: 'letters', operation: 'send' }, code, 'not now');
        }
        return { letterId: 'l' };
      },
    };
    return letters;
  };

  test('that cannot be delivered is tried again later, and its row says how it went', async () => {
    const letters = failing(1, 'PORT_UNAVAILABLE');
    const { row, end } = await withMessage(letters);
    await expect.poll(async () => (await row())?.lastErrorCode).toBe('PORT_UNAVAILABLE');
    await expect.poll(async () => (await row())?.status, { timeout: 5_000 }).toBe('delivered');
    expect(await row()).toMatchObject({ attempts: 2, lastErrorCode: null });
    expect(letters.sent).toBe(2);
    await end();
  });

  test('that is refused is not tried again', async () => {
    const letters = failing(9, 'PORT_REFUSED');
    const { row, end } = await withMessage(letters);
    await expect.poll(async () => (await row())?.status).toBe('failed');
    expect(await row()).toMatchObject({ attempts: 1, lastErrorCode: 'PORT_REFUSED' });
    await end();
    expect(letters.sent).toBe(1);
  });
});

describe('a letter', () => {
  const ada = { id: 'adjuster', name: 'Ada Wong' };
  const bo = { id: 'adjuster-2', name: 'Bo Li' };
  const staff = (named: { id: string; name: string }): Person => ({
    ...{ tenant: 'acme', status: 'active', roles: ['adjuster'], departments: [], skills: [] },
    ...{ authority: [], ...named },
  });

  test('to the customer names who answers for the case when it goes out, also after a change, or nobody', async () => {
    const { store, folder, remove } = await temporaryStore();
    for (const { id, name } of [ada, bo]) {
      await putPerson(store, staff({ id, name }));
    }
    const mail = join(folder, 'mail');
    const signed = createSignedLetters(store, createFileMailBox(mail));
    const callService = createCallService(
      createServices({ payments: { pay: async () => ({ paymentId: 'p' }) }, letters: signed }),
    );
    const asked = { tenant: 'acme', caseId: 'case-1', activity: 'letter.send' };
    const sent = async (n: number, to?: JsonObject) => {
      const input = { template: 'hello', ...(to === undefined ? {} : { to }) };
      const answer = (await callService({ ...asked, effectId: `e-${n}`, input })) as { letterId: string };
      // What goes back into the case's history names no person.
      expect(Object.keys(answer)).toEqual(['letterId']);
      return JSON.parse(await readFile(join(mail, `${answer.letterId}.json`), 'utf8'));
    };

    let made = syntheticStep(syntheticCase());
    const ownedBy = async (owner: string | null) => {
      made = syntheticStep(made.state, { owner });
      await project(store, made);
    };
    await project(store, made);
    expect(await sent(1)).toEqual({ ...letter, effectId: 'e-1' });
    await ownedBy(ada.id);
    expect(await sent(2)).toEqual({ ...letter, effectId: 'e-2', owner: ada });
    await ownedBy(bo.id);
    expect((await sent(3)).owner).toEqual(bo);
    expect(await sent(4, { roles: ['lead'] })).not.toHaveProperty('owner');
    await ownedBy('nobody-here');
    expect(await sent(5)).not.toHaveProperty('owner');
    await ownedBy(null);
    expect(await sent(6)).not.toHaveProperty('owner');

    const company = { name: 'Albion', letterhead: '1 High Street' };
    await writeSettings(store, 'acme', { company }, { actorId: 'admin', atMs: Date.now() });
    expect((await sent(7)).from).toEqual(company);
    await remove();
  });

  test('that a definition delivers names them too, and the outbox keeps no name', async () => {
    const { store, remove } = await temporaryStore();
    await putPerson(store, staff(ada));
    await project(store, syntheticStep(syntheticCase(), { owner: ada.id }, {}, [effect]));
    const sent: Letter[] = [];
    const letters: Letters = {
      send: async (each) => {
        sent.push(each);
        return { letterId: 'l' };
      },
    };
    const relay = startRelay(store, createDeliver(store, letters), () => undefined);
    await expect.poll(() => sent).toEqual([{ ...letter, owner: ada }]);
    await relay.stop();
    expect(JSON.stringify(store.sqlite.prepare('SELECT * FROM outbox').all())).not.toContain(ada.name);
    await remove();
  });
});

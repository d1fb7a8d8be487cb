import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChannelMessage } from '../../activities/channels/channel.ts';
import digest from '../../machines/library/notification/templates/digest.json' with { type: 'json' };
import { startNotified } from './notified.ts';

// Guarantee: at 08:45 of their working day everybody knows what is due today, with a link to each, once.

let api: Awaited<ReturnType<typeof startNotified>>;
let mails: ChannelMessage[];
beforeEach(async () => {
  mails = [];
  const email = async (message: ChannelMessage): Promise<void> => {
    mails.push(message);
  };
  // Monday, ten o'clock in Shanghai.
  api = await startNotified({ at: '2026-03-02T02:00:00.000Z', channels: { email } });
  await api.prefer('agent', {
    lang: 'en',
    channels: ['email'],
    addresses: { email: 'agent@insurer.example' },
  });
});
afterEach(() => api.stop());

const claimed = async () => {
  const opened = await api.openComplaint();
  const [{ taskId }] = opened.tasks;
  expect((await api.call('agent', 'POST', `/v1/tasks/${taskId}/claim`, {})).status).toBe(200);
  return { ...opened, taskId };
};
const digests = async (instant: string) => {
  api.setTime(instant);
  await api.settle();
  return (await api.notices('agent')).filter(({ kind }) => kind === 'digest').length;
};

describe('the digest of a day', () => {
  it('tells at 08:45 how many tasks are due and at risk, with a link to each, and once', async () => {
    const { number, taskId } = await claimed();
    expect(await digests('2026-03-03T00:44:00.000Z')).toBe(0);
    expect(await digests('2026-03-03T00:45:00.000Z')).toBe(1);
    const mail = mails.find(({ subject }) => subject.startsWith('Today'));
    expect(mail?.subject).toMatch(/^Today: 1 due, \d at risk$/);
    expect(mail?.body).toContain(
      `- ${number} 2026-03-03 10:00 https://caseloom.example.com/tasks/${encodeURIComponent(taskId)}`,
    );
    expect(mail?.body).toContain('https://caseloom.example.com/tasks?notification=');
    expect(await digests('2026-03-03T00:50:00.000Z')).toBe(1);
    const { body } = await api.call('agent', 'GET', '/v1/notifications');
    expect(body.items.find(({ kind }: { kind: string }) => kind === 'digest').body).toContain(number);
  });

  it('does not come where nothing is due, on days off, later in the day, or to who is away', async () => {
    expect(await digests('2026-03-03T00:45:00.000Z')).toBe(0);
    await claimed();
    expect(await digests('2026-03-03T02:00:00.000Z')).toBe(0);
    expect(await digests('2026-03-07T00:45:00.000Z')).toBe(0);
    const leave = { reason: 'leave', from: '2026-03-08T00:00:00Z', until: '2026-03-20T00:00:00Z' };
    expect((await api.call('agent', 'POST', '/v1/absences', leave)).status).toBe(201);
    expect(await digests('2026-03-09T00:45:00.000Z')).toBe(0);
  });

  it('lists nothing of a case that its reader has no part in any more', async () => {
    const { caseId, number } = await claimed();
    expect(await digests('2026-03-03T00:45:00.000Z')).toBe(1);
    const recused = await api.call('compliance', 'POST', `/v1/cases/${caseId}/recusals`, {
      ...{ personId: 'agent', reason: 'Related' },
    });
    expect(recused.status).toBe(200);
    const { body } = await api.call('agent', 'GET', '/v1/notifications');
    expect(JSON.stringify(body)).not.toContain(number);
  });
});

describe('caseloom notify preview', () => {
  const home = mkdtempSync(join(tmpdir(), 'caseloom-notify-'));
  afterEach(() => rmSync(home, { recursive: true, force: true }));
  const preview = (...args: string[]) => {
    const env = { ...process.env, CASELOOM_HOME: home };
    try {
      const cli = join(import.meta.dirname, '../../cli/bin.mjs');
      const options = { env, encoding: 'utf8' as const, stdio: 'pipe' as const };
      return { code: 0, text: execFileSync(process.execPath, [cli, 'notify', 'preview', ...args], options) };
    } catch (error) {
      const { status, stderr } = error as { status: number; stderr: string };
      return { code: status, text: stderr };
    }
  };

  it('prints a template with examples in either language, published or of a file, and refuses others', () => {
    expect(preview('digest', '--lang', 'en').text).toMatch(
      /^Today: 7 due, 2 at risk\n\nOf your tasks, 7 due today, 2 at risk\./,
    );
    expect(preview('nothing')).toMatchObject({ code: 2, text: expect.stringContaining('deadline-near') });
    const file = join(home, 'own.json');
    writeFileSync(file, JSON.stringify({ ...digest, en: { ...digest.en, subject: 'Hello {nobody}' } }));
    expect(preview('--file', file)).toMatchObject({ code: 2, text: expect.stringContaining('/en/subject') });
    writeFileSync(file, JSON.stringify({ ...digest, zh: { ...digest.zh, subject: '到期：{dueToday}' } }));
    expect(preview('--file', file).text).toMatch(/^到期：7\n/);
  });
});

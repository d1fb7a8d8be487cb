import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimRoads } from '../../cli/demo/claim-roads.ts';
import { complaintRoads } from '../../cli/demo/complaint-roads.ts';
import { demoCases } from '../../cli/demo/plan-demo.ts';
import { opinionSigner } from '../../cli/demo/team-road.ts';
import { projectFolder } from '../../cli/project-folder.ts';
import { type RunningServer, startRunningServer } from '../support/running-server.ts';

// Guarantee: the demonstration, the replay of real files, and what the console offers work on a server as people run it.

const isFull = process.env.CASELOOM_FULL === '1';
const data = process.env.CASELOOM_DATA ?? resolve(projectFolder, '..', 'shared', 'data');
const files = {
  complaints: join(data, 'ct-complaints.jsonl.gz'),
  claims: join(data, 'prism-claims.jsonl.gz'),
};
const minutes = 60_000;

let server: RunningServer;
beforeAll(async () => {
  server = await startRunningServer('--empty');
}, 2 * minutes);
afterAll(() => server?.stop(), minutes);

const query = <T>(sql: string): T[] => {
  const sqlite = new Database(join(server.home, 'caseloom.db'), { readonly: true });
  try {
    return sqlite.prepare<[], T>(sql).all();
  } finally {
    sqlite.close();
  }
};
const json = async (...args: string[]) => {
  const { stdout, stderr, code } = await server.caseloom(...args, '--json');
  return { code, stderr, ...(stdout === '' ? {} : JSON.parse(stdout)) };
};

describe('demo fill', () => {
  const count = isFull ? demoCases : 12;

  it(
    'makes its cases once, in good time, with an incident and a refusal',
    async () => {
      const filled = await json('demo', 'fill', '--cases', String(count));
      expect(filled).toMatchObject({
        code: 0,
        cases: { planned: count, driven: count },
        commands: { refused: 0, refusedAsPlanned: 1 },
      });
      expect(filled.onShortClock).toHaveLength(2);
      // Beside other tests; alone it is held to 20 s by the benchmark.
      expect(filled.durationMs).toBeLessThan(60_000);
      // The bank refuses in its own time.
      const incidents = () =>
        query(`select number from cases where states like '%"paying"%' and incident = 1`);
      await expect.poll(incidents, { timeout: 20_000 }).toHaveLength(1);
      expect(query(`select n from records where type = 'command.refused'`)).toHaveLength(1);
      const signers = () =>
        query(`select assignee from tasks join cases using (tenant, case_id)
               where kind = 'approval' and tasks.status = 'open'`);
      await expect.poll(signers, { timeout: 20_000 }).toEqual([{ assignee: opinionSigner }]);

      const again = await server.caseloom('demo', 'fill');
      expect(again).toMatchObject({ code: 0, stdout: 'There are cases already; no demo case was made.\n' });
    },
    2 * minutes,
  );

  it.runIf(isFull)('has a case in every phase', () => {
    const reached = query<{ states: string }>('select states from cases').flatMap(({ states }) =>
      JSON.parse(states),
    );
    for (const { to } of [...complaintRoads, ...claimRoads]) {
      expect(reached).toContain(to);
    }
  });
});

describe('demo tamper', () => {
  it(
    'names the entry that was altered in the copy, and leaves the database alone',
    async () => {
      const tampering = await json('demo', 'tamper');
      expect(tampering).toMatchObject({ code: 0, named: true, original: { ok: true } });
      const { altered, finding } = tampering;
      expect(finding).toMatchObject({ number: altered.number, seq: altered.seq, code: 'HASH_DIFFERS' });
      expect(query(`select seq from entries where actor_id = 'somebody-else'`)).toEqual([]);
      expect((await server.caseloom('verify')).code).toBe(0);
    },
    minutes,
  );

  it('needs a database with an entry in it', async () => {
    expect((await server.caseloom('demo', 'tamper', '--db', join(server.home, 'none.db'))).code).toBe(2);
  });
});

describe('replay', () => {
  it.skipIf(!existsSync(files.complaints))(
    'takes real complaints to their real ends; done again it adds nothing',
    async () => {
      const count = isFull ? 500 : 20;
      const replay = () => json('replay', files.complaints, '--limit', String(count));
      const first = await replay();
      expect(first).toMatchObject({
        code: 0,
        cases: { planned: count, driven: count, closed: count },
        commands: { refused: 0, firstRefused: null },
        verification: { ok: true, firstBad: null },
        interrupted: false,
      });
      expect(first.commands.accepted).toBeGreaterThan(count * 8);
      expect(first.deadlines.met).toBeGreaterThan(count);
      expect(first.deadlines.breached).toBeGreaterThan(0);
      const trails = () =>
        query(`select count(*) as n, sum(seq) as seqs from entries join cases using (tenant, case_id)
               where cases.mode = 'historical'`);
      const before = trails();
      expect(await replay()).toMatchObject({ code: 0, cases: { closed: count }, commands: { refused: 0 } });
      expect(trails()).toEqual(before);
    },
    (isFull ? 20 : 4) * minutes,
  );

  it.skipIf(!existsSync(files.claims))(
    'takes simulated claims with their exposures to their ends',
    async () => {
      const count = isFull ? 50 : 3;
      expect(await json('replay', files.claims, '--limit', String(count))).toMatchObject({
        code: 0,
        kind: 'claims',
        cases: { planned: count, driven: count, closed: count },
        commands: { refused: 0, firstRefused: null },
        verification: { ok: true },
      });
      const [paid] = query<{ n: number }>(
        `select count(*) as n from cases where kind = 'exposure' and status = 'closed'`,
      );
      expect(paid?.n).toBeGreaterThan(0);
    },
    (isFull ? 10 : 2) * minutes,
  );

  it('says what is wrong with a file that it cannot read', async () => {
    expect(await server.caseloom('replay', join(server.home, 'none.jsonl'))).toMatchObject({
      code: 2,
      stdout: '',
    });
    expect(await server.caseloom('replay', 'package.json')).toMatchObject({ code: 2, stdout: '' });
  });

  it.skipIf(existsSync(files.complaints))(
    `is not run on real files: there are none in ${data}`,
    () => undefined,
  );
});

describe('the console', () => {
  it(
    'ends with a line for each reader, each a link or a command that works',
    async () => {
      const lineOf = (reader: string): string =>
        server.console().match(new RegExp(`^  ${reader} +(.+)$`, 'm'))?.[1] ?? '';
      for (const reader of ['Designer', 'Handler', 'Auditor']) {
        const { code, stdout } = await server.shell(lineOf(reader));
        expect([reader, code]).toEqual([reader, 0]);
        expect(stdout.trim()).not.toBe('');
      }
      const page = await fetch(lineOf('Newcomer'));
      expect(page.status).toBe(200);
      expect(server.console()).toContain('DEMO CLOCK');
    },
    minutes,
  );
});

// Last, because they take 20 seconds from the opening, which by now have passed.
it(
  'clocks of the demo profile run out before one’s eyes',
  async () => {
    const breached = () =>
      query(
        `select c.number from cases c join deadlines d using (tenant, case_id)
         where c.profile = 'demo' and d.name = 'acknowledge' and d.status = 'breached'`,
      );
    await expect.poll(breached, { timeout: minutes, interval: 500 }).toHaveLength(2);
  },
  2 * minutes,
);

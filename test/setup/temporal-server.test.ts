import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseRefusal, noteDatabaseVersion } from '../../cli/temporal/database-version.ts';
import { ensureSearchAttributes, SearchAttributeError } from '../../cli/temporal/search-attributes.ts';
import { explainStartFailure } from '../../cli/temporal/start-failure.ts';
import { freePort } from '../support/free-port.ts';
import { startTestServer, startTimeSkipping, type TestServer } from '../support/temporal.ts';

describe('the embedded server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server?.stop());

  test('a workflow that was acknowledged is there after a kill and a restart on the same file', async () => {
    const handle = await server.client.workflow.start('nobody', {
      taskQueue: 'nobody',
      workflowId: 'survivor',
      searchAttributes: { CaseloomKind: ['claim'] },
    });
    await server.kill();
    await server.restart();
    const description = await server.client.workflow.getHandle(handle.workflowId).describe();
    expect(description.status.name).toBe('RUNNING');
    expect(description.searchAttributes.CaseloomKind).toEqual(['claim']);
  });

  test('search attributes are created once, added later to an old namespace, and never retyped', async () => {
    const { connection, temporal } = server;
    const ensure = (wanted: Record<string, string>) =>
      ensureSearchAttributes(connection, temporal.namespace, wanted);
    expect(await ensure({ ...temporal.searchAttributes })).toEqual([]);
    expect(await ensure({ ...temporal.searchAttributes, ExtraRegion: 'Keyword' })).toEqual(['ExtraRegion']);
    expect(await ensure({ ExtraRegion: 'Keyword' })).toEqual([]);
    await expect(ensure({ CaseloomDueAt: 'Keyword' })).rejects.toThrow(SearchAttributeError);
    await expect(ensure({ CaseloomDueAt: 'Keyword' })).rejects.toThrow('CaseloomDueAt (must be Keyword)');
  });

  test('a port in use is named with the variable that changes it', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const address = blocker.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(startTestServer({ port })).rejects.toThrow(
      `Port ${port} (Temporal) is in use. Stop what uses it, or set TEMPORAL_PORT to a free port.`,
    );
    blocker.close();
  });

  test('a file that is no database of the server is named, with what to do', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'caseloom-bad-db-'));
    const dbFilename = join(folder, 'temporal.db');
    writeFileSync(dbFilename, 'not a database '.repeat(1000));
    await expect(startTestServer({ dbFilename, port: await freePort() })).rejects.toThrow(
      `The Temporal server cannot use ${dbFilename}: file is not a database.`,
    );
    rmSync(folder, { recursive: true });
  });
});

describe('why a server did not start', () => {
  const place = { port: 7001, uiPort: 8001, dbFilename: '/state/temporal.db' };

  test.each([
    ["Error: can't set frontend port 7001: listen tcp: bind: address already in use", 'set TEMPORAL_PORT'],
    ["Error: can't set UI port 8001: listen tcp: bind: address already in use", 'set TEMPORAL_UI_PORT'],
    ['Error: SQL logic error: no such column: chasm_id (1)', 'no such column: chasm_id'],
    [
      'Error: failed checking dir for database file: stat /state',
      'Check that its folder exists and is writable',
    ],
    ['Error: something new', 'It said:\nError: something new'],
  ])('%s', (output, expected) => {
    expect(explainStartFailure(output, place)).toContain(expected);
  });

  test('a database file of another minor version is refused before the server touches it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'caseloom-db-version-'));
    const dbFilename = join(folder, 'temporal.db');
    noteDatabaseVersion(dbFilename, '1.9.1');
    writeFileSync(dbFilename, '');
    expect(databaseRefusal(dbFilename, '1.9.1')).toBeUndefined();
    expect(databaseRefusal(dbFilename, '1.9.4')).toBeUndefined();
    expect(databaseRefusal(dbFilename, '1.10.0')).toContain(
      'made by temporal 1.9.1, and this is temporal 1.10.0',
    );
    noteDatabaseVersion(dbFilename, '1.10.0');
    expect(databaseRefusal(dbFilename, '1.10.0')).toBeDefined();
    rmSync(folder, { recursive: true });
  });
});

test('the time-skipping server takes the search attributes and skips time', async () => {
  const env = await startTimeSkipping();
  try {
    const before = await env.currentTimeMs();
    await env.sleep('30 days');
    expect((await env.currentTimeMs()) - before).toBeGreaterThanOrEqual(30 * 86_400_000);
    await env.client.workflow.start('nobody', {
      taskQueue: 'nobody',
      workflowId: 'with-attribute',
      searchAttributes: { CaseloomKind: ['claim'], CaseloomDueAt: [new Date('2026-01-05T00:00:00Z')] },
    });
  } finally {
    await env.teardown();
  }
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { factLookups } from '../../api/fact-lookups.ts';
import { shippedDefinitions } from '../../machines/library/index.ts';
import { startTestApi } from '../support/api.ts';

type Api = Awaited<ReturnType<typeof startTestApi>>;
let api: Api;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const get = (path: string) => api.call('designer', 'GET', path);
const lint = (body: unknown, options = {}) =>
  api.call('designer', 'POST', '/v1/definitions/lint', body, options);

describe('definitions', () => {
  test('200: all, versions, one with its document, and the schema', async () => {
    const all = await get('/v1/definitions');
    expect(all.body.items.map(({ id }: { id: string }) => id)).toEqual([
      'approval',
      'claim',
      'complaint',
      'exposure',
      'team',
    ]);
    const versions = await get('/v1/definitions/complaint/versions');
    expect(versions.body.items).toHaveLength(3);
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) {
      expect(versions.body.items).toContainEqual(
        expect.objectContaining({ version, kind: 'complaint', status: 'published' }),
      );
    }
    const one = await get('/v1/definitions/complaint/versions/1.0.0');
    expect(one.body).toMatchObject({ id: 'complaint', document: { title: { zh: '投诉闭环' } } });
    expect((await get('/v1/schema')).body).toMatchObject({ $id: 'urn:caseloom:case-definition:v1' });
  });

  test('404: an unknown definition and version', async () => {
    expect((await get('/v1/definitions/tea/versions')).status).toBe(404);
    expect((await get('/v1/definitions/complaint/versions/9.9.9')).status).toBe(404);
  });

  test('200: lint says what is wrong and where; nothing is stored', async () => {
    const { body: published } = await get('/v1/definitions/complaint/versions/1.2.0');
    expect((await lint(published.document)).body).toEqual({ ok: true, findings: [] });
    const broken = structuredClone(published.document);
    broken.machine.states.open.states.lifecycle.states.received.on.register.target = 'nowhere';
    const { body } = await lint({ ...broken, version: '2.0.0' });
    expect(body.ok).toBe(false);
    const [finding] = body.findings;
    expect(finding.pointer).toContain('/machine/states/open/states/lifecycle/states/received/on/register');
    expect((await get('/v1/definitions/complaint/versions')).body.items).toHaveLength(3);
    expect((await lint('no definition')).body.ok).toBe(false);
    expect((await lint(undefined, { raw: '{' })).body.code).toBe('BODY_MALFORMED');
  });

  test('every fact that a shipped definition asks for can be told', () => {
    const asked = shippedDefinitions().flatMap(({ facts }) => Object.keys(facts ?? {}));
    expect(asked.length).toBeGreaterThan(0);
    for (const name of asked) {
      expect(Object.keys(factLookups)).toContain(name);
    }
  });
});

import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi } from '../support/api.ts';
import { recordsOf } from '../support/records.ts';

type Api = Awaited<ReturnType<typeof startTestApi>>;
let api: Api;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const pdf = (text: string) => new File([`%PDF-1.7\n${text}`], 'Zhang San report.pdf', { type: 'image/png' });

const upload = async (
  person: string,
  caseId: string,
  fields: Record<string, string | File>,
  key: string = randomUUID(),
) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    form.set(name, value);
  }
  const response = await api.app.request(`/v1/cases/${caseId}/documents`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await api.tokenOf(person)}`, 'idempotency-key': key },
    body: form,
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
};

describe('documents', () => {
  test('200: kept encrypted, its SHA-256 in the trail, its kind told by its bytes; the download is recorded', async () => {
    const { caseId } = await api.openComplaint();
    const file = pdf('the findings');
    const bytes = Buffer.from(await file.arrayBuffer());
    const { status, body } = await upload('handler', caseId, { file, key: 'findings' });
    expect(status).toBe(200);
    const [document] = body.documents;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(document).toMatchObject({
      ...{ key: 'findings', title: { en: 'Findings' }, status: 'received', sha256 },
      ...{ mediaType: 'application/pdf', sizeBytes: bytes.length, name: 'Zhang San report.pdf' },
    });
    const folder = join(api.folder, 'documents');
    for (const name of readdirSync(folder)) {
      expect(readFileSync(join(folder, name)).includes('the findings')).toBe(false);
    }
    const trail = await api.call('auditor', 'GET', `/v1/cases/${caseId}/entries`);
    expect(trail.body.items[1].leaf).toContain(sha256);
    expect(trail.body.items[1].leaf).not.toContain('Zhang');

    const path = `/v1/cases/${caseId}/documents/${document.id}`;
    const response = await api.app.request(path, {
      headers: { authorization: `Bearer ${await api.tokenOf('handler')}` },
    });
    expect(response.headers.get('content-type')).toBe('application/pdf');
    expect(response.headers.get('content-disposition')).toContain('attachment');
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    expect(recordsOf(api.store).at(-1)).toMatchObject({
      ...{ type: 'document.read', actorId: 'handler', subject: { kind: 'case', id: caseId } },
      detail: { documentId: document.id },
    });
    expect((await api.call('auditor', 'GET', path)).status).toBe(404);
    expect((await api.call('handler', 'GET', `/v1/cases/${caseId}/documents/nothing`)).status).toBe(404);
  });

  test('the same key and file are one document; another file under the key is 422', async () => {
    const { caseId } = await api.openComplaint();
    await upload('handler', caseId, { file: pdf('a'), key: 'findings' }, 'doc-key');
    const again = await upload('handler', caseId, { file: pdf('a'), key: 'findings' }, 'doc-key');
    expect(again.body.documents).toHaveLength(1);
    const other = await upload('handler', caseId, { file: pdf('b'), key: 'findings' }, 'doc-key');
    expect([other.status, other.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  test('403, 404, 413, 415, 422', async () => {
    const { caseId } = await api.openComplaint();
    expect((await upload('auditor', caseId, { file: pdf('x') })).body.code).toBe('ROLE_REQUIRED');
    expect((await upload('handler', 'nothing', { file: pdf('x') })).body.code).toBe('CASE_UNKNOWN');
    const html = new File(['<html><script>alert(1)</script>'], 'x.pdf', { type: 'application/pdf' });
    const unsupported = await upload('handler', caseId, { file: html });
    expect([unsupported.status, unsupported.body.code]).toEqual([415, 'MEDIA_TYPE_UNSUPPORTED']);
    expect((await upload('handler', caseId, { file: new File([], 'empty.txt') })).status).toBe(415);
    const unknown = await upload('handler', caseId, { file: pdf('x'), key: 'poem' });
    expect(unknown.body).toMatchObject({
      status: 422,
      code: 'DOCUMENT_UNKNOWN',
      errors: [{ pointer: '/key' }],
    });
    expect((await upload('handler', caseId, { key: 'findings' })).body.errors).toMatchObject([
      { pointer: '/file' },
    ]);
    const unasked = await upload('handler', caseId, { file: pdf('x'), kye: 'findings' });
    expect(unasked.body).toMatchObject({ status: 422, code: 'INPUT_INVALID', errors: [{ pointer: '/kye' }] });
    const large = await upload('handler', caseId, {
      file: new File([Buffer.alloc(21 * 1024 * 1024, 65)], 'a.txt'),
    });
    expect([large.status, large.body.code]).toEqual([413, 'BODY_TOO_LARGE']);
    const { body } = await api.call('handler', 'GET', `/v1/cases/${caseId}`);
    expect([body.seq, body.documents]).toEqual([1, []]);
  });

  test('medical papers of a claim are for who must know them; whoever took them in knows them no more', async () => {
    const { body } = await api.call('agent', 'POST', '/v1/cases', {
      definition: 'claim',
      data: {
        ...{ policyNumber: 'M-1', lossKind: 'motor', lossOn: '2026-03-01', description: 'Hit a car' },
        reporter: { name: 'Li Si', phone: '13500000001' },
      },
    });
    const { caseId } = body;
    const taken = await upload('agent', caseId, { file: pdf('a fracture'), key: 'medical-report' });
    expect([taken.status, taken.body.documents]).toEqual([200, []]);
    const see = async (person: string) => {
      const { documents } = (await api.call(person, 'GET', `/v1/cases/${caseId}`)).body;
      const [id = 'doc-none'] = documents.map(({ id }: { id: string }) => id);
      const { status } = await api.call(person, 'GET', `/v1/cases/${caseId}/documents/${id}`);
      const entries = (await api.call(person, 'GET', `/v1/cases/${caseId}/entries`)).body.items;
      return [person, documents.length, status, entries.at(-1).leaf !== null];
    };
    for (const person of ['medical', 'adjuster', 'lead', 'manager', 'legal', 'complaints-manager']) {
      expect(await see(person)).toEqual([person, 1, 200, true]);
    }
    for (const person of ['agent', 'finance', 'handler', 'siu', 'underwriter']) {
      expect(await see(person)).toEqual([person, 0, 404, false]);
    }
    const [{ id }] = (await api.call('manager', 'GET', `/v1/cases/${caseId}`)).body.documents;
    const path = `/v1/cases/${caseId}/documents/${id}`;
    expect((await api.call('agent', 'GET', path)).body.code).toBe('NOT_FOUND');
  });
});

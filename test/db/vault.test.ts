import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { vaultKeys, vaultValues } from '../../db/schema/index.ts';
import { documentBytesMax, openDocument, sealDocument } from '../../db/vault/documents.ts';
import { eraseSubject } from '../../db/vault/erase-subject.ts';
import { openValues } from '../../db/vault/open-values.ts';
import { fingerprintOf, openVault, type Vault } from '../../db/vault/open-vault.ts';
import { sealValues } from '../../db/vault/seal-values.ts';
import { searchCases } from '../../db/vault/search.ts';
import { project } from '../../db/write/project.ts';
import { syntheticCase, syntheticStep } from '../support/synthetic-case.ts';
import { type TemporaryStore, temporaryStore } from '../support/temporary-store.ts';

let opened: TemporaryStore;
let vault: Vault;
beforeEach(async () => {
  opened = await temporaryStore();
  vault = await openVault(opened.store, { home: opened.folder });
});
afterEach(() => opened.remove());

const tenant = 'acme';
const sealing = { tenant, subject: 'customer-1', caseId: 'case-1' };
const marked = 'MARKED-王小明-440301199001011234';

const sealOne = async (value: string | number | { [key: string]: string }, more: object = {}) => {
  const [sealed] = await sealValues(vault, { ...sealing, ...more }, [
    { field: '/name', value, searchable: true },
  ]);
  if (!sealed) throw new Error('nothing sealed');
  return sealed;
};
const openOne = async (ref: string, of = tenant) => (await openValues(vault, of, [ref])).get(ref);

describe('a sealed value', () => {
  test('opens again, and its salt proves its commitment', async () => {
    const value = { street: '深南大道 1', city: '深圳' };
    const sealed = await sealOne(value);
    const found = await openOne(sealed.ref);
    if (!found || 'erased' in found) throw new Error('not found');
    expect(found.value).toEqual(value);
    const proof = createHash('sha256')
      .update(Buffer.from(found.salt, 'hex'))
      .update('{"city":"深圳","street":"深南大道 1"}')
      .digest('hex');
    expect(proof).toBe(sealed.commitment);
  });

  test('has another commitment each time, but the same for the same command', async () => {
    const first = await sealOne(marked);
    expect((await sealOne(marked)).commitment).not.toBe(first.commitment);
    const ofCommand = await sealOne(marked, { commandId: 'command-1' });
    const rows = opened.store.db.select().from(vaultValues).all().length;
    expect(await sealOne(marked, { commandId: 'command-1' })).toEqual(ofCommand);
    expect(opened.store.db.select().from(vaultValues).all()).toHaveLength(rows);
    // A refused command's key may come again with another body.
    const other = await sealOne('another name', { commandId: 'command-1' });
    expect(other.ref).not.toBe(ofCommand.ref);
    expect(await openOne(ofCommand.ref)).toMatchObject({ value: marked });
  });

  test('is unknown to another tenant', async () => {
    const { ref } = await sealOne(marked);
    expect(await openOne(ref, 'other')).toBeUndefined();
  });

  test.each(['case_id', 'field', 'version', 'tenant'] as const)(
    'does not open with another %s',
    async (column) => {
      const { ref } = await sealOne(marked);
      await sealValues(vault, { ...sealing, tenant: 'other' }, [{ field: '/x', value: 1 }]);
      opened.store.sqlite
        .prepare(`UPDATE vault_values SET ${column} = ? WHERE ref = ?`)
        .run(column === 'version' ? 9 : 'other', ref);
      await expect(openOne(ref, column === 'tenant' ? 'other' : tenant)).rejects.toThrow();
    },
  );

  test('does not open once a bit of it has changed', async () => {
    const { ref } = await sealOne(marked);
    const row = opened.store.db.select().from(vaultValues).get();
    const ciphertext = Buffer.from(row?.ciphertext ?? []);
    ciphertext.writeUInt8(ciphertext.readUInt8(40) ^ 1, 40);
    opened.store.db.update(vaultValues).set({ ciphertext }).run();
    await expect(openOne(ref)).rejects.toThrow();
  });

  test('is found by its exact value, however it is written, and by nothing less', async () => {
    await sealValues(vault, sealing, [
      { field: '/plate', value: '粤B·12345', searchable: true },
      { field: '/phone', value: '139 0000 1111' },
      { field: '/mail', value: 'li@example.com', searchable: true },
      { field: '/other', value: '0086 (139) 0000–2222', searchable: true },
    ]);
    expect(await searchCases(vault, { tenant, text: '13900002222' })).toEqual(['case-1']);
    expect(await searchCases(vault, { tenant, text: '8613900002222' })).toEqual([]);
    expect(await searchCases(vault, { tenant, text: 'liexample.com' })).toEqual([]);
    expect(await searchCases(vault, { tenant, text: '粤b 12345' })).toEqual(['case-1']);
    expect(await searchCases(vault, { tenant, text: '粤Ｂ12345', field: '/plate' })).toEqual(['case-1']);
    expect(await searchCases(vault, { tenant, text: '粤B12345', field: '/phone' })).toEqual([]);
    expect(await searchCases(vault, { tenant, text: '粤B1234' })).toEqual([]);
    expect(await searchCases(vault, { tenant, text: '13900001111' })).toEqual([]);
    expect(await searchCases(vault, { tenant: 'other', text: '粤B12345' })).toEqual([]);
  });
});

test('no personal value stands in the database or a document file, in any encoding the store uses', async () => {
  const [sealed] = await sealValues(vault, { ...sealing, commandId: 'c' }, [
    { field: '/name', value: marked, searchable: true },
    { field: '/nested', value: { deep: [marked] } },
  ]);
  const step = syntheticStep(
    syntheticCase(),
    { data: { name: { ...sealed } } },
    { data: { name: { ...sealed } } },
  );
  await project(opened.store, step);
  await sealDocument(vault, { ...sealing, documentId: 'doc-1' }, Buffer.from(marked.repeat(100)));
  const files = [
    ...readdirSync(opened.folder)
      .filter((name) => name.startsWith('caseloom.db'))
      .map((name) => join(opened.folder, name)),
    ...readdirSync(vault.documentsFolder).map((name) => join(vault.documentsFolder, name)),
  ];
  expect(files.length).toBeGreaterThan(2);
  for (const file of files) {
    const bytes = readFileSync(file);
    for (const text of [
      'MARKED',
      '王小明',
      '440301199001011234',
      Buffer.from(marked).toString('base64').slice(0, 20),
    ]) {
      expect(bytes.includes(text), `${text} in ${file}`).toBe(false);
    }
  }
  // The search itself would find what stands there in the clear.
  expect(files.some((file) => readFileSync(file).includes(sealed?.commitment ?? 'none'))).toBe(true);
});

describe('erasure', () => {
  test('leaves nothing to read, to find or to bring back; the commitment stays', async () => {
    const sealed = await sealOne(marked);
    const other = await sealOne(marked, { subject: 'customer-2', caseId: 'case-2' });
    await sealDocument(vault, { ...sealing, documentId: 'doc-1' }, Buffer.from('%PDF'));
    const wrapped = opened.store.db
      .select()
      .from(vaultKeys)
      .where(eq(vaultKeys.subject, 'customer-1'))
      .get()?.wrapped;

    const held = () =>
      readdirSync(opened.folder)
        .filter((name) => name.startsWith('caseloom.db'))
        .some((name) => readFileSync(join(opened.folder, name)).includes(wrapped ?? 'none'));
    expect(held()).toBe(true);

    expect(await eraseSubject(vault, { tenant, subject: 'customer-1' })).toEqual({ purged: true });

    expect(await openOne(sealed.ref)).toEqual({ erased: true });
    expect(await openOne(other.ref)).toMatchObject({ value: marked });
    expect(await searchCases(vault, { tenant, text: marked })).toEqual(['case-2']);
    expect(await openDocument(vault, { ...sealing, documentId: 'doc-1' })).toEqual({ erased: true });
    expect(readdirSync(vault.documentsFolder)).toEqual([]);
    const refused = { code: 'SUBJECT_ERASED' };
    await expect(sealOne(marked)).rejects.toMatchObject(refused);
    await expect(
      sealDocument(vault, { ...sealing, documentId: 'doc-2' }, Buffer.from('x')),
    ).rejects.toMatchObject(refused);
    const row = opened.store.db.select().from(vaultValues).where(eq(vaultValues.ref, sealed.ref)).get();
    expect(row?.commitment).toBe(sealed.commitment);
    expect(held()).toBe(false);
  });

  test('of a subject never met keeps an older request from making it', async () => {
    await eraseSubject(vault, { tenant, subject: 'customer-9' });
    await expect(sealOne(marked, { subject: 'customer-9' })).rejects.toMatchObject({
      code: 'SUBJECT_ERASED',
    });
  });
});

describe('the key file', () => {
  const file = () => join(opened.folder, 'vault.key');
  const refused = { code: 'VAULT_KEY_UNUSABLE' };
  const reopen = () => openVault(opened.store, { home: opened.folder });

  test('is readable by its owner only, and the same at the next start', async () => {
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    const { ref } = await sealOne(marked);
    vault = await reopen();
    expect(await openOne(ref)).toMatchObject({ value: marked });
  });

  test('is refused when others can read it', async () => {
    chmodSync(file(), 0o640);
    await expect(reopen()).rejects.toMatchObject(refused);
  });

  test('is refused when it is another one, empty or gone: no second key is made', async () => {
    writeFileSync(file(), `${'ab'.repeat(32)}\n`);
    await expect(reopen()).rejects.toMatchObject(refused);
    writeFileSync(file(), '');
    await expect(reopen()).rejects.toMatchObject(refused);
    rmSync(file());
    await expect(reopen()).rejects.toMatchObject(refused);
    expect(readdirSync(opened.folder)).not.toContain('vault.key');
  });
});

describe('a document', () => {
  const document = { ...sealing, documentId: 'doc-1' };
  const bytes = Buffer.from('%PDF-1.7 report');

  test('opens again; the same bytes are taken once, others under its id are refused', async () => {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(await sealDocument(vault, document, bytes)).toEqual({ sha256, sizeBytes: bytes.length });
    expect(await sealDocument(vault, document, bytes)).toEqual({ sha256, sizeBytes: bytes.length });
    expect(readdirSync(vault.documentsFolder)).toHaveLength(1);
    expect(await openDocument(vault, document)).toEqual({ bytes, sha256 });
    await expect(sealDocument(vault, document, Buffer.from('other'))).rejects.toMatchObject({
      code: 'DOCUMENT_EXISTS',
    });
    expect(await openDocument(vault, { ...document, tenant: 'other' })).toBeUndefined();
  });

  test('sent twice at once is kept once', async () => {
    await Promise.all([sealDocument(vault, document, bytes), sealDocument(vault, document, bytes)]);
    expect(readdirSync(vault.documentsFolder)).toHaveLength(1);
  });

  test('does not open when its file was changed, and is refused when too large', async () => {
    await sealDocument(vault, document, bytes);
    const [name = ''] = readdirSync(vault.documentsFolder);
    writeFileSync(join(vault.documentsFolder, name), Buffer.alloc(bytes.length + 16));
    await expect(openDocument(vault, document)).rejects.toThrow();
    const large = Buffer.alloc(documentBytesMax + 1);
    await expect(sealDocument(vault, { ...document, documentId: 'doc-2' }, large)).rejects.toMatchObject({
      code: 'DOCUMENT_TOO_LARGE',
    });
  });
});

test('a fingerprint tells bodies and tenants apart', () => {
  expect(fingerprintOf(vault, tenant, 'a')).toBe(fingerprintOf(vault, tenant, 'a'));
  expect(fingerprintOf(vault, tenant, 'a')).not.toBe(fingerprintOf(vault, tenant, 'b'));
  expect(fingerprintOf(vault, tenant, 'a')).not.toBe(fingerprintOf(vault, 'other', 'a'));
});

import { and, asc, eq } from 'drizzle-orm';
import { vaultSearch } from '../schema/index.ts';
import { deriveKey, hmacHex } from './cipher.ts';
import type { Vault } from './open-vault.ts';

/**
 * Widths, case, spaces, punctuation, invisible characters and China's country code before a mobile number do not matter:
 * 粤B·12345 finds 粤b12345. Amounts are summed by it, so nobody becomes another party by writing their phone otherwise.
 */
const normalise = (text: string): string =>
  text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/(?!@)[\s\p{P}\p{Cf}]/gu, '')
    .replace(/^(?:\+|00)86(?=1\d{10}$)/, '');

export const searchHmac = (vault: Vault, tenant: string, text: string): string =>
  hmacHex(deriveKey(vault.masterKey, ['search', tenant]), normalise(text));

/** Cases that one search may find. */
export const foundMax = 200;

/** The cases in which a searchable field has exactly this value; `field` narrows it to one. */
export const searchCases = (
  vault: Vault,
  { tenant, text, field }: { tenant: string; text: string; field?: string },
): Promise<string[]> =>
  vault.store.read((db) =>
    db
      .selectDistinct({ caseId: vaultSearch.caseId })
      .from(vaultSearch)
      .where(
        and(
          eq(vaultSearch.tenant, tenant),
          eq(vaultSearch.hmac, searchHmac(vault, tenant, text)),
          field === undefined ? undefined : eq(vaultSearch.field, field),
        ),
      )
      .orderBy(asc(vaultSearch.caseId))
      .limit(foundMax)
      .all()
      .map(({ caseId }) => caseId),
  );

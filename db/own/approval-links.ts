import { createHash, randomBytes } from 'node:crypto';
import { and, eq, isNull, lt } from 'drizzle-orm';
import type { Store } from '../open.ts';
import { approvalLinks } from '../schema/index.ts';

export type ApprovalLink = typeof approvalLinks.$inferSelect;

/** Expired ones are kept so long, so that who comes late is told what has become of theirs. */
const keptMs = 30 * 86_400_000;

/** Shape of a token; what has another shape is none. */
export const linkTokenPattern = /^[A-Za-z0-9_-]{43}$/;

export const linkHashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Makes a link and returns its token, once: the store keeps the hash only. */
export const mintApprovalLink = async (
  store: Store,
  link: Pick<ApprovalLink, 'tenant' | 'personId' | 'caseId' | 'taskId' | 'subjectHash' | 'notificationId'>,
  { nowMs, ttlMs }: { nowMs: number; ttlMs: number },
): Promise<string> => {
  const token = randomBytes(32).toString('base64url');
  await store.write((db) => {
    db.delete(approvalLinks)
      .where(and(eq(approvalLinks.tenant, link.tenant), lt(approvalLinks.expiresAtMs, nowMs - keptMs)))
      .run();
    db.insert(approvalLinks)
      .values({
        ...link,
        ...{ hash: linkHashOf(token), createdAtMs: nowMs, expiresAtMs: nowMs + ttlMs, usedAtMs: null },
      })
      .run();
  });
  return token;
};

export const approvalLinkBy = (
  store: Store,
  { tenant, hash }: Pick<ApprovalLink, 'tenant' | 'hash'>,
): Promise<ApprovalLink | undefined> =>
  store.read((db) =>
    db
      .select()
      .from(approvalLinks)
      .where(and(eq(approvalLinks.tenant, tenant), eq(approvalLinks.hash, hash)))
      .get(),
  );

/** Uses a link up; false where somebody has already. */
export const spendApprovalLink = (
  store: Store,
  { tenant, hash }: Pick<ApprovalLink, 'tenant' | 'hash'>,
  nowMs: number,
): Promise<boolean> =>
  store.write(
    (db) =>
      db
        .update(approvalLinks)
        .set({ usedAtMs: nowMs })
        .where(
          and(eq(approvalLinks.tenant, tenant), eq(approvalLinks.hash, hash), isNull(approvalLinks.usedAtMs)),
        )
        .run().changes > 0,
  );

/** Gives a link back whose use came to nothing: what was to be done with it was refused. */
export const restoreApprovalLink = (
  store: Store,
  { tenant, hash }: Pick<ApprovalLink, 'tenant' | 'hash'>,
): Promise<void> =>
  store.write((db) => {
    db.update(approvalLinks)
      .set({ usedAtMs: null })
      .where(and(eq(approvalLinks.tenant, tenant), eq(approvalLinks.hash, hash)))
      .run();
  });

import type { Client } from '@temporalio/client';
import type { SendItem } from '../../activities/bulk.ts';
import { createSendItem } from '../../api/bulk/send-item.ts';
import { createServices } from '../../api/services.ts';
import { temporalCases } from '../../api/temporal-cases.ts';
import type { Store } from '../../db/open.ts';
import type { Vault } from '../../db/vault/open-vault.ts';
import type { ClockProfile } from '../../machines/kernel/clock-profile.ts';

/** What the worker needs to do bulk work. */
export interface BulkSettings {
  vault: Vault;
  /** Tasks under way at once in this process. */
  atOnce: number;
  /** As the API has it. */
  clockProfile?: ClockProfile;
}

/** Sends the items of bulk jobs by the API's own way, from the worker. */
export const bulkSender = (
  store: Store,
  { client, taskQueue }: { client: Client; taskQueue: string },
  { vault, clockProfile }: BulkSettings,
): SendItem =>
  createSendItem(
    createServices({
      ...{ store, vault, cases: temporalCases(client, taskQueue), now: Date.now },
      ...(clockProfile === undefined ? {} : { clockProfile }),
      log: (line) => {
        process.stderr.write(`${JSON.stringify(line)}\n`);
      },
    }),
  );

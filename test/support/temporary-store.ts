import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store, type StoreOptions } from '../../db/open.ts';

export interface TemporaryStore {
  folder: string;
  store: Store;
  remove: () => Promise<void>;
}

/** A store in a folder of its own. */
export const temporaryStore = async (options: Partial<StoreOptions> = {}): Promise<TemporaryStore> => {
  const folder = mkdtempSync(join(tmpdir(), 'caseloom-store-'));
  const store = await openStore({ file: join(folder, 'caseloom.db'), synchronous: 'NORMAL', ...options });
  return {
    folder,
    store,
    remove: async () => {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

import { setTimeout as delay } from 'node:timers/promises';
import type { Store } from '../db/open.ts';
import { logSize } from '../db/read/read-log.ts';

/** The length of tenants' logs, asked for once however many streams want to know. */
export interface LogWatch {
  /** How many leaves the log has; at most `pollMs` old. */
  size: (tenant: string) => Promise<number>;
  /** Waits until it is worth asking again. */
  pause: (signal: AbortSignal) => Promise<void>;
}

export const createLogWatch = (store: Store, pollMs: number): LogWatch => {
  const known = new Map<string, { atMs: number; size: Promise<number> }>();
  return {
    size: (tenant) => {
      const nowMs = performance.now();
      const last = known.get(tenant);
      if (last && nowMs - last.atMs < pollMs) {
        return last.size;
      }
      const size = logSize(store, tenant);
      known.set(tenant, { atMs: nowMs, size });
      return size;
    },
    pause: (signal) => delay(pollMs, undefined, { signal }).catch(() => undefined),
  };
};

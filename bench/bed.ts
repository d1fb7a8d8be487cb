import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProgress } from '../cli/progress.ts';
import { loadSettings, type Settings } from '../cli/settings.ts';
import { startTestServer, type TestServer } from '../test/support/temporal.ts';
import { type Product, type ProductOptions, startProduct } from './product.ts';
import { startWorkerProcess, type WorkerOrder, type WorkerProcess } from './worker-process.ts';

export type Synchronous = 'FULL' | 'NORMAL';

/** Where a run finds servers and folders, and what is ended with it, whatever happens. */
export interface Bed {
  quick: boolean;
  /** A new folder, removed at the end. */
  folder: () => string;
  /** The Temporal server of this run with these pragmas. */
  server: (synchronous: Synchronous) => Promise<TestServer>;
  worker: (
    side: WorkerOrder['side'],
    options: { synchronous: Synchronous; tuned?: boolean },
  ) => Promise<WorkerProcess & { taskQueue: string }>;
  product: (options: Omit<ProductOptions, 'home'> & { home?: string }) => Promise<Product>;
  /** Ends this at the end of the run at the latest. */
  onEnd: (end: () => Promise<void>) => void;
  /** A bar for `total` steps; call what it returns after each. */
  progress: (label: string, total: number) => () => void;
  end: () => Promise<void>;
}

export const createBed = ({ quick }: { quick: boolean }): Bed => {
  const ends: (() => Promise<void>)[] = [];
  const servers = new Map<Synchronous, Promise<TestServer>>();
  let queues = 0;

  const startServer = async (synchronous: Synchronous): Promise<TestServer> => {
    const server = await startTestServer({ pragmas: { synchronous } });
    bed.onEnd(() => server.stop());
    return server;
  };

  const bed: Bed = {
    quick,
    folder: () => {
      const folder = mkdtempSync(join(tmpdir(), 'caseloom-bench-'));
      bed.onEnd(async () => rmSync(folder, { recursive: true, force: true }));
      return folder;
    },
    server: (synchronous) => {
      const server = servers.get(synchronous) ?? startServer(synchronous);
      servers.set(synchronous, server);
      return server;
    },
    worker: async (side, { synchronous, tuned = false }) => {
      const { temporal } = await bed.server(synchronous);
      queues += 1;
      const taskQueue = `bench-${queues}`;
      const settings: WorkerOrder['settings'] = {
        home: bed.folder(),
        temporal,
        taskQueues: { cases: taskQueue },
        worker: workerSizes(),
      };
      const worker = await startWorkerProcess({ side, settings, synchronous }, { tuned });
      bed.onEnd(worker.stop);
      return { ...worker, taskQueue };
    },
    product: async (options) => {
      const product = await startProduct({ home: bed.folder(), ...options });
      bed.onEnd(product.stop);
      return product;
    },
    onEnd: (end) => {
      ends.push(end);
    },
    progress: (label, total) => {
      const bar = startProgress(label, total);
      let done = 0;
      return () => {
        done += 1;
        bar.update(done);
        if (done === total) {
          bar.end();
        }
      };
    },
    end: async () => {
      // What was started last ends first: workers before their server, all before their folders.
      for (let last = ends.pop(); last; last = ends.pop()) {
        await last().catch((error: unknown) => process.stderr.write(`While ending: ${String(error)}\n`));
      }
    },
  };
  return bed;
};

const workerSizes = (): Settings['worker'] => loadSettings({}).worker;

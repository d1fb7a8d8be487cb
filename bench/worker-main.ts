import { join } from 'node:path';
import { NativeConnection, Worker } from '@temporalio/worker';
import { projectFolder } from '../cli/project-folder.ts';
import { reportReady, stopWithSupervisor } from '../cli/supervise/supervised.ts';
import { connectionOptions } from '../cli/temporal/connection.ts';
import { installRuntime, startCaseWorker } from '../cli/worker/case-worker.ts';
import { portsFrom } from '../cli/worker/ports.ts';
import { workflowBundle } from '../cli/worker/workflow-bundle.ts';
import { openStore } from '../db/open.ts';
import { openSameProjection } from './hand-written/same-projection.ts';
import { openSmallStore } from './hand-written/small-store.ts';
import type { WorkerOrder } from './worker-process.ts';

// One worker in a process of its own: `node bench/worker-main.ts ORDER`, until SIGTERM or until its parent is gone.
const bundleFolder = join(projectFolder, '.caseloom/bundles');
const order = JSON.parse(process.argv[2] ?? '') as WorkerOrder;
stopWithSupervisor();
installRuntime();
await (order.side === 'caseloom' ? runCaseloom(order) : runHandWritten(order));

async function runCaseloom({ settings, synchronous }: WorkerOrder): Promise<void> {
  const store = await openStore({ file: join(settings.home, 'caseloom.db'), synchronous });
  const ports = await portsFrom(process.env, { home: settings.home, store });
  const worker = await startCaseWorker({ settings, store, bundleFolder, ...ports });
  untilSignal(() => void worker.stop().catch(fail));
  await worker.ended;
  await store.close();
}

async function runHandWritten({ side, settings, synchronous }: WorkerOrder): Promise<void> {
  const openTheirs = side === 'hand-written' ? openSameProjection : openSmallStore;
  const store = await openTheirs(join(settings.home, 'hand-written.db'), synchronous);
  const { tuned: _, stickyQueueScheduleToStartTimeoutMs, shutdownGraceTimeMs, ...counts } = settings.worker;
  const connection = await NativeConnection.connect(connectionOptions(settings.temporal, process.env));
  const worker = await Worker.create({
    connection,
    namespace: settings.temporal.namespace,
    taskQueue: settings.taskQueues.cases,
    workflowBundle: {
      codePath: await workflowBundle(bundleFolder, join(projectFolder, 'bench/hand-written/workflow.ts'), []),
    },
    activities: { project: store.project },
    ...counts,
    stickyQueueScheduleToStartTimeout: stickyQueueScheduleToStartTimeoutMs,
    shutdownGraceTime: shutdownGraceTimeMs,
  });
  untilSignal(() => worker.shutdown());
  await worker.run();
  await connection.close();
  await store.close();
}

function untilSignal(stop: () => void): void {
  process.once('SIGTERM', stop);
  process.on('SIGINT', () => undefined); // The parent gets it too, and says when to stop.
  process.on('message', (message) => {
    if (message === 'cpu') {
      const { user, system } = process.cpuUsage();
      process.send?.({ cpuMs: (user + system) / 1000 });
    }
  });
  reportReady();
}

function fail(error: unknown): never {
  throw error;
}

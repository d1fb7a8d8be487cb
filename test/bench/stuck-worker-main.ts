import { join } from 'node:path';
import { NativeConnection, Worker } from '@temporalio/worker';
import { projectFolder } from '../../cli/project-folder.ts';
import { installRuntime } from '../../cli/worker/case-worker.ts';

// A worker of the stuck workflows: `node stuck-worker-main.ts ADDRESS TASK_QUEUE`, until SIGTERM.
const [address = '', taskQueue = ''] = process.argv.slice(2);
installRuntime();
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection,
  taskQueue,
  workflowsPath: join(projectFolder, 'test/bench/stuck-workflows.ts'),
  workflowThreadPoolSize: 1,
});
process.once('SIGTERM', () => worker.shutdown());
process.send?.('ready');
await worker.run();
await connection.close();

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { projectFolder } from '../../cli/project-folder.ts';

/** One run of a case as a server recorded it. */
export interface RecordedRun {
  /** `<version>/<what the run shows>-<n>`. */
  name: string;
  workflowId: string;
  history: Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
}

const folder = join(projectFolder, 'test/histories');

/** Which release the histories recorded now belong to. */
export const productVersion = (
  JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as { version: string }
).version;

/** All runs of all releases. */
export const readHistories = (): RecordedRun[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: version }) =>
      readdirSync(join(folder, version))
        .sort()
        .map((file) => {
          const text = readFileSync(join(folder, version, file), 'utf8');
          const { workflowId, events } = JSON.parse(text, revived) as {
            workflowId: string;
            events: NonNullable<RecordedRun['history']['events']>;
          };
          return { name: `${version}/${file.replace(/\.json$/, '')}`, workflowId, history: { events } };
        }),
    );

/** Makes room for this release's histories. */
export const clearHistories = (): void => {
  rmSync(join(folder, productVersion), { recursive: true, force: true });
  mkdirSync(join(folder, productVersion), { recursive: true });
};

/** Keeps the runs of a workflow, oldest first, one event a line. */
export const writeHistories = async (client: Client, name: string, workflowId: string): Promise<void> => {
  for (const [index, runId] of (await runsOf(client, workflowId)).entries()) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const lines = (history.events ?? []).map((event) => JSON.stringify(plain(event)));
    const text = `{"workflowId":${JSON.stringify(workflowId)},"events":[\n${lines.join(',\n')}\n]}\n`;
    writeFileSync(join(folder, productVersion, `${name}-${index + 1}.json`), text);
  }
};

/**
 * Temporal's messages as JSON that can be read: payloads as the text that they are, numbers as numbers. The SDK's own
 * writer of histories needs one copy of protobufjs for all its packages, which not every installation has.
 */
const plain = (value: unknown, key = ''): unknown => {
  if (value instanceof Uint8Array) {
    const bytes = Buffer.from(value);
    const utf8 = bytes.toString('utf8');
    return Buffer.from(utf8, 'utf8').equals(bytes) ? { utf8 } : { base64: bytes.toString('base64') };
  }
  if (Array.isArray(value)) {
    return value.map((item) => plain(item));
  }
  if (typeof value === 'object' && value !== null) {
    return 'unsigned' in value && 'low' in value
      ? Number(value)
      : Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item, name)]));
  }
  return ofThisMachine(key, value) ? 'recorded' : value;
};

/** Names of processes, machines and folders, which no replay looks at. */
const ofThisMachine = (key: string, value: unknown): boolean =>
  key === 'identity' ||
  key === 'stackTrace' ||
  (typeof value === 'string' && value.includes(`@${hostname()}`));

const revived = (_key: string, value: unknown): unknown => {
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 1) {
    if ('utf8' in value) {
      return Buffer.from(String(value.utf8), 'utf8');
    }
    if ('base64' in value) {
      return Buffer.from(String(value.base64), 'base64');
    }
  }
  return value;
};

const runsOf = async (client: Client, workflowId: string): Promise<string[]> => {
  const runs: { runId: string; startedAtMs: number }[] = [];
  for await (const { runId, startTime } of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    runs.push({ runId, startedAtMs: startTime.getTime() });
  }
  return runs.sort((left, right) => left.startedAtMs - right.startedAtMs).map(({ runId }) => runId);
};

import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { projectFolder } from '../project-folder.ts';
import { fasterCode, withBuiltinsAtHand } from './faster-code.ts';
import { sdkLogger } from './sdk-logger.ts';

/** What the bundle is made from: beside these only packages, which the lock file names. */
const sources = ['workflows', 'machines/kernel'];

/** Bundles of earlier code that are kept, so that going back is fast too. */
const keptMax = 5;

const defaultEntry = join(projectFolder, 'workflows/case-workflows.ts');

/**
 * The workflows' code in one file. Making it takes seconds, so it is kept in `folder` under the hash of what it is
 * made from.
 *
 * @returns the file's path
 */
export const workflowBundle = async (
  folder: string,
  workflowsPath = defaultEntry,
  preloadModules = kernelModules,
): Promise<string> => {
  const path = join(folder, `${contentHash(workflowsPath, preloadModules)}.js`);
  if (existsSync(path)) {
    return path;
  }
  mkdirSync(folder, { recursive: true });
  const { code } = await bundleWorkflowCode({
    ...{ workflowsPath, preloadModules, webpackConfigHook: fasterCode },
    logger: sdkLogger('WARN'),
  });
  // Several workers may make it at once; each puts a whole file there.
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, withBuiltinsAtHand(code));
  renameSync(draft, path);
  dropOldest(folder);
  return path;
};

/**
 * The kernel, with the packages below it, is loaded once per thread and shared by its workflows: it is pure and holds
 * nothing of a case. Loaded by each workflow anew, as is the SDK's default, it is never warm and takes a megabyte each.
 */
const kernelModules = ['advance', 'compile', 'due', 'duration', 'open', 'recover', 'refusal', 'step'].map(
  (name) => join(projectFolder, `machines/kernel/${name}.ts`),
);

const contentHash = (workflowsPath: string, preloadModules: readonly string[]): string => {
  const hash = createHash('sha256')
    .update(process.version)
    .update(preloadModules.map((path) => path.slice(projectFolder.length)).join())
    .update(workflowsPath.slice(projectFolder.length));
  // What lies beside the entry may be a part of it.
  const folders = [dirname(workflowsPath), ...sources.map((source) => join(projectFolder, source))];
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const settings = ['package-lock.json', 'cli/worker/workflow-bundle.ts', 'cli/worker/faster-code.ts'].map(
    (path) => join(projectFolder, path),
  );
  for (const file of [...new Set(files)].sort().concat(settings)) {
    hash.update(`\0${file.slice(projectFolder.length)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 32);
};

const dropOldest = (folder: string): void => {
  const bundles = readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(folder, name))
    .map((path) => ({ path, madeAtMs: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((left, right) => right.madeAtMs - left.madeAtMs);
  for (const { path } of bundles.slice(keptMax)) {
    rmSync(path, { force: true });
  }
};

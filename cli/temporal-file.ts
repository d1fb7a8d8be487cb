import { isMap, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { CommandError } from './command-error.ts';
import { type TemporalFile, temporalFileSchema } from './settings-schema.ts';

/** The settings cannot be used; `message` says where and why, one problem a line. */
export class SettingsError extends CommandError {
  override name = 'SettingsError';
}

/**
 * Reads the text of temporal.yaml.
 *
 * @param name how messages call the file, as in `temporal.yaml:12: …`
 * @throws SettingsError naming every wrong line
 */
export function parseTemporalFile(text: string, name: string): TemporalFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number): number => lines.linePos(offset).line;

  if (document.errors.length > 0) {
    throw new SettingsError(
      document.errors.map((error) => `${name}:${lineAt(error.pos[0])}: ${error.message}`).join('\n'),
    );
  }

  /** Line of the node at `path`, or of the nearest parent when the node itself is missing. */
  const lineOf = (path: readonly PropertyKey[], key?: string): number => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      const range = rangeOf(node, length === path.length ? key : undefined);
      if (range !== undefined) {
        return lineAt(range);
      }
    }
    return 1;
  };

  const parsed = temporalFileSchema.safeParse(document.toJS());
  if (!parsed.success) {
    const isMissing = (path: readonly PropertyKey[]): boolean => path.length > 0 && !document.hasIn(path);
    const problems = parsed.error.issues.flatMap((issue) => describe(issue, lineOf, isMissing));
    throw new SettingsError(
      problems
        .sort((a, b) => a.line - b.line)
        .map((problem) => `${name}:${problem.line}: ${problem.text}`)
        .join('\n'),
    );
  }
  return parsed.data;
}

function rangeOf(node: unknown, key: string | undefined): number | undefined {
  if (key !== undefined && isMap(node)) {
    const pair = node.items.find((item) => String(item.key) === key);
    return offsetOf(pair?.key);
  }
  return offsetOf(node);
}

function offsetOf(node: unknown): number | undefined {
  if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) {
    return Number(node.range[0]);
  }
  return undefined;
}

type Problem = { line: number; text: string };

function describe(
  issue: z.core.$ZodIssue,
  lineOf: (path: readonly PropertyKey[], key?: string) => number,
  isMissing: (path: readonly PropertyKey[]) => boolean,
): Problem[] {
  const where = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      line: lineOf(issue.path, key),
      text: `unknown key "${where === '' ? key : `${where}.${key}`}"`,
    }));
  }
  if (isMissing(issue.path)) {
    return [{ line: lineOf(issue.path), text: `missing key "${where}"` }];
  }
  return [{ line: lineOf(issue.path), text: where === '' ? issue.message : `${where}: ${issue.message}` }];
}

import { readFileSync, statSync } from 'node:fs';
import { isMap, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type HttpMapping, httpMappingSchema, type PortSpec } from './http-mapping.ts';

const fileBytesMax = 256_000;

/** A mapping file cannot be used; `message` names file and line, one problem a line, and no secret. */
export class MappingError extends Error {
  override readonly name = 'MappingError';
}

/** A mapping with the secret that its environment variable holds. */
export interface ReadyMapping {
  mapping: HttpMapping;
  authorization?: { header: string; value: string };
}

/**
 * Reads a port's mapping file, YAML or JSON.
 * @throws MappingError
 */
export const readMappingFile = (path: string, spec: PortSpec, env: NodeJS.ProcessEnv): ReadyMapping => {
  let text: string;
  try {
    if (statSync(path).size > fileBytesMax) throw new Error(`larger than ${fileBytesMax} bytes`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new MappingError(`${path}: cannot be read (${error instanceof Error ? error.message : 'unknown'})`);
  }
  return parseMapping(text, path, spec, env);
};

/**
 * Reads the text of a mapping file; `name` is what messages call it, as in `policy.yaml:12: …`.
 * @throws MappingError
 */
export const parseMapping = (
  text: string,
  name: string,
  spec: PortSpec,
  env: NodeJS.ProcessEnv,
): ReadyMapping => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  if (document.errors.length > 0) {
    throw new MappingError(
      document.errors.map((error) => `${name}:${lineAt(error.pos[0])}: ${error.message}`).join('\n'),
    );
  }
  /** Line of the key or value at a path; of the nearest one above it where that is missing. */
  const lineOf = (path: readonly PropertyKey[]): number => {
    for (let length = path.length; length > 0; length -= 1) {
      const offset = offsetOf(document.contents, path.slice(0, length));
      if (offset !== undefined) return lineAt(offset);
    }
    return 1;
  };

  const parsed = httpMappingSchema(spec).safeParse(document.toJS());
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap(leaves).map(({ path, message }) => ({
      line: lineOf(path),
      text: path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`,
    }));
    throw new MappingError(
      problems
        .sort((a, b) => a.line - b.line)
        .map(({ line, text: problem }) => `${name}:${line}: ${problem}`)
        .join('\n'),
    );
  }
  const { auth } = parsed.data;
  if (!auth) return { mapping: parsed.data };
  const secret = env[auth.env];
  if (secret === undefined || !/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(secret)) {
    const problem = secret === undefined || secret === '' ? 'is not set' : 'is not usable as a header';
    throw new MappingError(
      `${name}:${lineOf(['auth', 'env'])}: auth.env: the environment variable ${auth.env} ${problem}`,
    );
  }
  return { mapping: parsed.data, authorization: { header: auth.header, value: auth.prefix + secret } };
};

/** Where a key stands; keys are compared as text, since `200:` is a number in YAML. */
const offsetOf = (root: unknown, path: readonly PropertyKey[]): number | undefined => {
  let node = root;
  let offset: number | undefined;
  for (const step of path) {
    const pair = isMap(node) ? node.items.find(({ key }) => String(key) === String(step)) : undefined;
    if (!pair) return undefined;
    offset = startOf(pair.key);
    node = pair.value;
  }
  return offset;
};

const startOf = (node: unknown): number | undefined =>
  typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
    ? Number(node.range[0])
    : undefined;

interface Leaf {
  path: PropertyKey[];
  message: string;
}

const leaves = (issue: z.core.$ZodIssue): Leaf[] => {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: 'unknown key' }));
  }
  if (issue.code === 'invalid_key') {
    return [{ path: issue.path, message: issue.issues.map(({ message }) => message).join('; ') }];
  }
  if (issue.code === 'invalid_union') {
    // Of the alternatives, the one that was followed furthest is the one that was meant.
    const depth = (branch: z.core.$ZodIssue[]): number =>
      Math.max(...branch.map(({ path, code }) => path.length + (code === 'unrecognized_keys' ? 1 : 0)));
    const [meant] = [...issue.errors].sort((a, b) => depth(b) - depth(a));
    return (meant ?? []).flatMap(leaves).map(({ path, message }) => ({
      path: [...issue.path, ...path],
      message,
    }));
  }
  const missing = issue.code === 'invalid_type' && issue.input === undefined;
  return [{ path: [...issue.path], message: missing ? `missing (${issue.message})` : issue.message }];
};

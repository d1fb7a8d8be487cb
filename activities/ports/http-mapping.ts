import { z } from 'zod';
import type { Json } from '../../machines/kernel/json.ts';
import { type FieldMap, fieldMapSchema } from './http-field.ts';
import { mapProblems } from './http-map-problems.ts';
import { placeholdersOf } from './http-template.ts';

/** One question of a port: what a request may be filled with, and what comes back. */
export interface OperationSpec {
  placeholders: readonly string[];
  /** Of each group, a request must use at least one: an answer for no matter which policy is of no use. */
  uses: readonly (readonly string[])[];
  answer: z.ZodType;
}

/** What a mapping file is about. */
export interface PortSpec {
  port: string;
  operations: { readonly [name: string]: OperationSpec };
}

/**
 * What an HTTP status means where it is not mapped to an answer: `none`: there is no such thing; `retry`: not just
 * now; `refuse`: never. Statuses that a mapping leaves out: 408, 425, 429 and 5xx are `retry`, all others `refuse`.
 */
export type StatusWord = 'none' | 'retry' | 'refuse';

export interface OperationMapping {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  query?: { [name: string]: string } | undefined;
  headers?: { [name: string]: string } | undefined;
  body?: Json | undefined;
  answers: { [status: string]: FieldMap | StatusWord };
}

export interface HttpMapping {
  port: string;
  baseUrl: string;
  auth?: { header: string; prefix: string; env: string } | undefined;
  /** For the whole answer, body included. */
  timeoutMs: number;
  answerBytesMax: number;
  operations: { [name: string]: OperationMapping };
}

const headerName = z.string().regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'a header name');
/** Headers that belong to the connection or are set here. */
const ownHeaders = new Set(['host', 'connection', 'content-length', 'content-type', 'transfer-encoding']);

const operationMapping = (name: string, spec: OperationSpec): z.ZodType<OperationMapping> =>
  z
    .strictObject({
      method: z.enum(['GET', 'POST', 'PUT']),
      path: z
        .string()
        .regex(
          /^\/(?!\/)(?:[A-Za-z0-9\-._~/]|\{[A-Za-z]+\})*$/,
          'a path such as /policies/{number}; "query" is apart',
        )
        .refine((path) => !/(^|\/)\.{1,2}(\/|$)/.test(path), 'a path without . and ..'),
      query: z.record(z.string(), z.string()).optional(),
      headers: z
        .record(headerName, z.string().regex(/^[\x20-\x7e]*$/, 'printable ASCII'))
        .refine((headers) => Object.keys(headers).every((key) => !ownHeaders.has(key.toLowerCase())), {
          message: 'headers of the connection are not set here',
        })
        .optional(),
      body: z.json().optional(),
      answers: z
        .record(
          z.string().regex(/^[245]\d\d$/, 'an HTTP status (2xx, 4xx or 5xx)'),
          z.union([z.enum(['none', 'retry', 'refuse']), fieldMapSchema]),
        )
        .refine((answers) => Object.values(answers).some((answer) => typeof answer === 'object'), {
          message: 'at least one status carries an answer',
        }),
    })
    .check(({ value, issues }) => {
      const complain = (path: PropertyKey[], message: string): void => {
        issues.push({ code: 'custom', input: value, path, message });
      };
      if (value.method === 'GET' && value.body !== undefined) {
        complain(['body'], 'a GET has no body');
      }
      const parts = { path: value.path, query: value.query, headers: value.headers, body: value.body };
      for (const [key, part] of Object.entries(parts)) {
        for (const used of new Set(placeholdersOf(part ?? null))) {
          if (!spec.placeholders.includes(used)) {
            complain(
              [key],
              `unknown placeholder {${used}}; ${name} has ${spec.placeholders.map((known) => `{${known}}`).join(', ')}`,
            );
          }
        }
      }
      const used = placeholdersOf(Object.values(parts).filter((part) => part !== undefined) as Json[]);
      for (const group of spec.uses) {
        if (!group.some((known) => used.includes(known))) {
          complain([], `the request must say ${group.map((known) => `{${known}}`).join(' or ')}`);
        }
      }
      for (const [status, answer] of Object.entries(value.answers)) {
        if (typeof answer === 'object') {
          for (const { path, message } of mapProblems(answer, spec.answer)) {
            complain(['answers', status, ...path], message);
          }
        }
      }
    });

const isLoopback = (host: string): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(host);

const baseUrl = z.string().superRefine((text, { addIssue }) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url === undefined ||
    url.search !== '' ||
    url.hash !== '' ||
    !['https:', 'http:'].includes(url.protocol)
  ) {
    addIssue({
      code: 'custom',
      message: 'an https address without query, such as https://policies.example/api',
    });
  } else if (url.username !== '' || url.password !== '') {
    addIssue({ code: 'custom', message: 'no name or password in an address; use "auth"' });
  } else if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    addIssue({ code: 'custom', message: 'https, since personal values travel (http only to this computer)' });
  }
});

/** Zod schema of a port's mapping file; unknown keys are refused everywhere. */
export const httpMappingSchema = ({ port, operations }: PortSpec): z.ZodType<HttpMapping> =>
  z.strictObject({
    port: z.literal(port),
    baseUrl,
    auth: z
      .strictObject({
        header: headerName,
        prefix: z
          .string()
          .regex(/^[\x20-\x7e]*$/)
          .default(''),
        env: z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'the name of an environment variable, not a value'),
      })
      .optional(),
    timeoutMs: z.int().min(50).max(60_000).default(5_000),
    answerBytesMax: z.int().min(1_000).max(10_000_000).default(1_000_000),
    operations: z.strictObject(
      Object.fromEntries(
        Object.entries(operations).map(([name, spec]) => [name, operationMapping(name, spec)]),
      ),
    ),
  });

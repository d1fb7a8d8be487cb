import type { Context } from 'hono';
import { appendRecord } from '../../db/own/append-record.ts';
import type { AppEnv } from '../env.ts';
import { routePattern } from '../idempotency.ts';
import { Refused } from '../problem.ts';
import type { Services } from '../services.ts';

/** Groups of routes that a service key may reach, each by the first step of its path after `/v1/`. */
export const scopeGroups: { readonly [group: string]: readonly string[] } = {
  cases: ['cases'],
  tasks: ['tasks', 'bulk', 'approvals'],
  definitions: ['definitions', 'schema'],
  people: ['people', 'departments', 'authority', 'absences', 'delegations', 'roles'],
  audit: ['audit'],
  reports: ['reports', 'stream'],
  webhooks: ['webhooks'],
};

/** All scopes there are; who may write in a group also reads there. */
export const allScopes: readonly string[] = Object.keys(scopeGroups).flatMap((group) => [
  `${group}:read`,
  `${group}:write`,
]);

/** Whether these scopes reach a call. A path of no group is reached by none. */
export const reaches = (scopes: readonly string[], method: string, path: string): boolean => {
  const [, , step = '', , rest] = path.split('/');
  // Who signs in as whom is for people to say.
  if (rest === 'logins') return false;
  const group = Object.keys(scopeGroups).find((each) => scopeGroups[each]?.includes(step));
  if (group === undefined) return false;
  const reads = method === 'GET' || method === 'HEAD';
  return scopes.includes(`${group}:write`) || (reads && scopes.includes(`${group}:read`));
};

/** @throws Refused, recorded, where the request came with a service key that does not reach it */
export const requireScope = async ({ store, now }: Services, c: Context<AppEnv>): Promise<void> => {
  const credential = c.get('credential');
  if (credential.kind !== 'service-key' || reaches(credential.scopes, c.req.method, c.req.path)) return;
  const { tenant, id } = c.get('person');
  const code = 'SCOPE_REQUIRED';
  await appendRecord(store, tenant, {
    at: new Date(now()).toISOString(),
    ...{ actorId: id, type: 'command.refused', subject: { kind: 'service-key', id: credential.keyId } },
    detail: { code, route: `${c.req.method} ${routePattern(c)}`, requestId: c.get('requestId') },
  });
  throw new Refused(code, 'No scope of this service key reaches this call.');
};

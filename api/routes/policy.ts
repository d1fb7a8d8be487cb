import { createRoute, z } from '@hono/zod-openapi';
import { definitionsInUse } from '../../db/own/definitions.ts';
import { ownPolicyIn, publishPolicy } from '../../db/own/policies.ts';
import { listRoles } from '../../db/own/roles.ts';
import { currentPolicy, type Policy } from '../../machines/kernel/policy/table.ts';
import { policyFindings } from '../../machines/policy/policy-findings.ts';
import { policyProblems } from '../../machines/policy/policy-problems.ts';
import { changePeople, type RequestedBy } from '../change-people.ts';
import { requirePolicyReader, requirePublisher } from '../policy-rights.ts';
import { Refused } from '../problem.ts';
import { newRouter, on, type Router } from '../router.ts';
import { commandHeaders, commandProblems, readProblems } from '../schemas/common.ts';
import { Finding } from '../schemas/finding.ts';
import { PolicyDocument, PolicyTable, policyTable } from '../schemas/policy.ts';
import type { Services } from '../services.ts';

const tags = ['Policy'];
const Answer = z
  .object({
    own: z.boolean(),
    inForce: PolicyTable,
    shipped: PolicyTable,
    warnings: z
      .array(Finding)
      .describe(
        'Where the table in force and the definitions in use do not fit, with pointers into the table',
      ),
  })
  .openapi('PolicyTables');
const answer = (description: string) => ({
  description,
  content: { 'application/json': { schema: Answer } },
});
const body = { required: true, content: { 'application/json': { schema: PolicyDocument } } };

const show = createRoute({
  method: 'get',
  path: '/v1/policy',
  summary:
    'Who may do what: the table in force and the shipped one, each with the SHA-256 of its canonical JSON',
  tags,
  responses: { 200: answer('Both'), ...readProblems },
});
const put = createRoute({
  method: 'put',
  path: '/v1/policy',
  summary: 'Publish a table of your own, as a new version (administrators, compliance)',
  tags,
  request: { headers: commandHeaders, body },
  responses: {
    200: answer('It holds from the next request on, and in cases opened from now on'),
    ...commandProblems,
  },
});
const drop = createRoute({
  method: 'delete',
  path: '/v1/policy',
  summary: 'Go back to the shipped table (administrators, compliance)',
  tags,
  request: { headers: commandHeaders },
  responses: { 200: answer('The shipped one holds'), ...commandProblems },
});

/** A company's own table of who may do what. */
export const policyRoutes = (services: Services): Router => {
  const { store } = services;
  const router = newRouter();

  const tablesOf = async (tenant: string) => {
    const own = await store.read((db) => ownPolicyIn(db, tenant));
    const policy = own?.policy ?? currentPolicy;
    const inUse = await definitionsInUse(store, tenant);
    const definitions = inUse.map(({ id, version, runtime }) => ({ ...runtime, id, version }));
    return {
      own: own !== undefined,
      inForce: policyTable(policy),
      shipped: policyTable(currentPolicy),
      warnings: policyFindings(policy, definitions).map((finding) => ({ ...finding })),
    };
  };
  const publish = async (tenant: string, policy: Policy | null, by: RequestedBy) => {
    if ((await publishPolicy(store, tenant, policy, by)) === 'VERSION_TAKEN') {
      throw new Refused('ALREADY_EXISTS', 'Another content has this version: a version never changes.', {
        errors: [{ pointer: '/version', message: 'is taken' }],
      });
    }
    return { saved: null };
  };
  const subject = { kind: 'setting', id: 'policy' } as const;

  on(router, show, async (c) => c.json(await tablesOf(requirePolicyReader(c.get('person')).tenant)));

  on(router, put, (c) => {
    const person = requirePolicyReader(c.get('person'));
    const table = c.req.valid('json');
    return changePeople(services, c, {
      subject,
      status: 200,
      authorize: async () => {
        requirePublisher(person);
        const roles = await listRoles(store, person.tenant);
        const problems = policyProblems(
          table,
          roles.map(({ id }) => id),
        );
        if (problems.length > 0) {
          throw new Refused('DATA_INVALID', 'The table cannot be used; `errors` says where.', {
            errors: problems,
          });
        }
      },
      work: (by) => publish(person.tenant, table as unknown as Policy, by),
      answer: () => tablesOf(person.tenant),
    });
  });

  on(router, drop, (c) => {
    const person = requirePolicyReader(c.get('person'));
    return changePeople(services, c, {
      subject,
      status: 200,
      authorize: () => requirePublisher(person),
      work: (by) => publish(person.tenant, null, by),
      answer: () => tablesOf(person.tenant),
    });
  });
  return router;
};

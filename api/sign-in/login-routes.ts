import { createRoute, z } from '@hono/zod-openapi';
import { invite } from '../../db/own/invitations.ts';
import { addLogin, type Login, loginsOf, removeLogins } from '../../db/own/logins.ts';
import { giveAnswer } from '../answer.ts';
import { once } from '../idempotency.ts';
import { requireAdmin, requireSomebodyElse, requireStaff } from '../people-rights.ts';
import { Condition, Refused } from '../problem.ts';
import { newRouter, on, type Router } from '../router.ts';
import { commandHeaders, commandProblems, readProblems } from '../schemas/common.ts';
import { jsonAnswer, jsonBody } from '../schemas/json-content.ts';
import type { Services } from '../services.ts';

const tags = ['People'];
/** An invitation is good for a day. */
export const invitationTtlMs = 86_400_000;

const params = z.object({ personId: z.string().min(1).max(200) });

const NewLogin = z
  .union([
    z.strictObject({ issuer: z.url().max(500), subject: z.string().min(1).max(255) }),
    z.strictObject({ email: z.email().max(254) }),
  ])
  .openapi('NewLogin');

const LoginView = z
  .object({ issuer: z.string(), subject: z.string(), createdAt: z.string() })
  .openapi('Login');

const Invitation = z
  .object({
    invitation: z
      .string()
      .nullable()
      .describe('Address where the person chooses a password; shown this once'),
  })
  .openapi('LoginInvitation');

const list = createRoute({
  method: 'get',
  path: '/v1/people/{personId}/logins',
  summary: 'What a person signs in with (administrators)',
  tags,
  request: { params },
  responses: {
    200: jsonAnswer('All of it', z.object({ items: z.array(LoginView), next: z.null() })),
    ...readProblems,
  },
});

const add = createRoute({
  method: 'post',
  path: '/v1/people/{personId}/logins',
  summary:
    'Tie an identity provider’s subject to a person, or invite them to choose a password (administrators)',
  tags,
  request: {
    params,
    headers: commandHeaders,
    body: jsonBody(NewLogin),
  },
  responses: { 201: jsonAnswer('The login', z.union([LoginView, Invitation])), ...commandProblems },
});

const remove = createRoute({
  method: 'delete',
  path: '/v1/people/{personId}/logins',
  summary: 'Take all of a person’s logins of an issuer away, and end their sessions (administrators)',
  tags,
  request: { params, headers: commandHeaders, query: z.strictObject({ issuer: z.string().min(1).max(500) }) },
  responses: { 200: jsonAnswer('How many there were', z.object({ removed: z.int() })), ...commandProblems },
});

/** Who signs in as whom. Nobody gives a login to themselves: it would be a second way in, past the first. */
export const loginRoutes = (services: Services): Router => {
  const { store, now, signIn } = services;
  const router = newRouter();

  on(router, list, async (c) => {
    const person = requireStaff(c.get('person'));
    requireAdmin(person);
    const logins = await loginsOf(store, person.tenant, c.req.valid('param').personId);
    return c.json({ items: logins.map(viewOf), next: null });
  });

  on(router, add, async (c) => {
    const { personId } = c.req.valid('param');
    const wanted = c.req.valid('json');
    const person = requireStaff(c.get('person'));
    let invitation: string | undefined;
    const kept = await once(
      services,
      c,
      c.get('body') ?? null,
      () => personOf(personId),
      async (request) => {
        requireAdmin(person);
        await requireSomebodyElse(store, person, personId);
        const by = { actorId: person.id, atMs: now(), commandId: request.id };
        await request.claim();
        if ('email' in wanted) {
          requireOwnAccounts(services);
          const given = { personId, email: wanted.email, ttlMs: invitationTtlMs };
          const code = await invite(store, person.tenant, given, by);
          if (code === undefined) throw noSuchPerson();
          invitation = invitationAddress(signIn.origin, code);
          return { status: 201, body: { invitation: null } };
        }
        const outcome = await addLogin(store, person.tenant, { ...wanted, personId }, by);
        if ('saved' in outcome) return { status: 201, body: viewOf(outcome.saved) };
        if (outcome.refused === 'missing') throw noSuchPerson();
        throw new Refused('ALREADY_EXISTS', 'This subject is somebody already.', {
          errors: [{ pointer: '/subject', message: 'is taken' }],
        });
      },
    );
    return invitation === undefined ? giveAnswer(services, c, kept) : c.json({ invitation }, 201);
  });

  on(router, remove, async (c) => {
    const { personId } = c.req.valid('param');
    const { issuer } = c.req.valid('query');
    const person = requireStaff(c.get('person'));
    const kept = await once(
      services,
      c,
      { issuer },
      () => personOf(personId),
      async (request) => {
        requireAdmin(person);
        await request.claim();
        const by = { actorId: person.id, atMs: now(), commandId: request.id };
        return {
          status: 200,
          body: { removed: await removeLogins(store, person.tenant, { personId, issuer }, by) },
        };
      },
    );
    return giveAnswer(services, c, kept);
  });
  return router;
};

/** Where a code is used up. */
export const invitationAddress = (origin: string, code: string): string =>
  `${origin}/sign-in/invitation?code=${encodeURIComponent(code)}`;

const personOf = (id: string) => ({ kind: 'person', id }) as const;

const noSuchPerson = (): Condition => new Condition('NOT_FOUND', 'There is no such person who is active.');

const requireOwnAccounts = ({ signIn }: Services): void => {
  if (signIn.mode === 'oidc') {
    throw new Condition(
      'INPUT_INVALID',
      'People sign in at the identity provider; there are no passwords here.',
      {
        errors: [{ pointer: '/email', message: 'is not asked for: send issuer and subject' }],
      },
    );
  }
};

const viewOf = ({ issuer, subject, createdAtMs }: Login) => ({
  ...{ issuer, subject },
  createdAt: new Date(createdAtMs).toISOString(),
});

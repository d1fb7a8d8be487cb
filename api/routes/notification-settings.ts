import { createRoute, z } from '@hono/zod-openapi';
import {
  type NotificationSetting,
  templateIn,
  writeNotificationSetting,
} from '../../db/own/notification-settings.ts';
import { listRoles } from '../../db/own/roles.ts';
import { readSetting } from '../../db/own/tenant-settings.ts';
import type { Json } from '../../machines/kernel/json.ts';
import { findTemplate, shippedLadder } from '../../machines/library/notification/index.ts';
import { type Ladder, ladderProblems } from '../../machines/notification/ladder.ts';
import { type Template, templateProblems } from '../../machines/notification/template.ts';
import { changePeople, type RequestedBy } from '../change-people.ts';
import { requireAdmin, requireStaff } from '../people-rights.ts';
import { Condition } from '../problem.ts';
import { type DocumentProblem, refuseInvalid, versionTaken } from '../refuse-invalid.ts';
import { newRouter, on, type Router } from '../router.ts';
import { commandHeaders, commandProblems, readProblems } from '../schemas/common.ts';
import type { Services } from '../services.ts';

const tags = ['Notifications'];
const json = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { 'application/json': { schema } },
});
const Document = z.record(z.string(), z.unknown());
const LadderAnswer = z.object({ own: z.boolean(), ladder: Document }).openapi('NotificationLadder');
const TemplateAnswer = z.object({ own: z.boolean(), template: Document }).openapi('NotificationTemplate');
const body = { required: true, content: { 'application/json': { schema: Document } } };
const templateParams = z.object({ templateId: z.string().min(1).max(60) });

const showLadder = createRoute({
  method: 'get',
  path: '/v1/notifications/ladder',
  summary: 'Whom warnings and breaches tell: the company’s own ladder, else the shipped one',
  tags,
  responses: { 200: json('It', LadderAnswer), ...readProblems },
});
const putLadder = createRoute({
  method: 'put',
  path: '/v1/notifications/ladder',
  summary: 'Publish a ladder of your own, as a new version (administrators)',
  tags,
  request: { headers: commandHeaders, body },
  responses: { 200: json('It holds from now on', LadderAnswer), ...commandProblems },
});
const dropLadder = createRoute({
  method: 'delete',
  path: '/v1/notifications/ladder',
  summary: 'Go back to the shipped ladder (administrators)',
  tags,
  request: { headers: commandHeaders },
  responses: { 200: json('The shipped one', LadderAnswer), ...commandProblems },
});
const putTemplate = createRoute({
  method: 'put',
  path: '/v1/notifications/templates/{templateId}',
  summary: 'Publish a template of your own in the place of a shipped one, as a new version (administrators)',
  tags,
  request: { params: templateParams, headers: commandHeaders, body },
  responses: { 200: json('It holds from now on', TemplateAnswer), ...commandProblems },
});
const dropTemplate = createRoute({
  method: 'delete',
  path: '/v1/notifications/templates/{templateId}',
  summary: 'Go back to the shipped template (administrators)',
  tags,
  request: { params: templateParams, headers: commandHeaders },
  responses: { 200: json('The shipped one', TemplateAnswer), ...commandProblems },
});

/** How a company tells its people, where it wants that otherwise than it is shipped. */
export const notificationSettingRoutes = (services: Services): Router => {
  const { store } = services;
  const router = newRouter();

  // Without what surge mode changes: what is read here may be published again.
  const ladderOf = async (tenant: string) => {
    const own = await readSetting(store, tenant, 'ladder');
    return { own: own !== undefined, ladder: (own ?? shippedLadder) as unknown as { [key: string]: Json } };
  };
  const templateOf = async (tenant: string, id: string) => ({
    own: (await readSetting(store, tenant, 'templates'))?.[id] !== undefined,
    template: (await store.read((db) => templateIn(db, tenant, id))) as unknown as { [key: string]: Json },
  });
  const write = async (tenant: string, setting: NotificationSetting, by: RequestedBy) => {
    if ((await writeNotificationSetting(store, tenant, setting, by)) === 'VERSION_TAKEN') {
      throw versionTaken();
    }
    return { saved: null };
  };

  on(router, showLadder, async (c) => {
    const { tenant } = requireStaff(c.get('person'));
    return c.json(await ladderOf(tenant));
  });

  on(router, putLadder, (c) => {
    const person = requireStaff(c.get('person'));
    const ladder = c.req.valid('json');
    return changePeople(services, c, {
      subject: { kind: 'setting', id: 'ladder' },
      status: 200,
      authorize: async () => {
        requireAdmin(person);
        refuseInvalid(ladderProblems(ladder));
        const known = new Set((await listRoles(store, person.tenant)).map(({ id }) => id));
        refuseInvalid(unknownIn(ladder as unknown as Ladder, known));
      },
      work: (by) => write(person.tenant, { kind: 'ladder', ladder: ladder as unknown as Ladder }, by),
      answer: () => ladderOf(person.tenant),
    });
  });

  on(router, dropLadder, (c) => {
    const person = requireStaff(c.get('person'));
    return changePeople(services, c, {
      subject: { kind: 'setting', id: 'ladder' },
      status: 200,
      authorize: () => requireAdmin(person),
      work: (by) => write(person.tenant, { kind: 'ladder', ladder: null }, by),
      answer: () => ladderOf(person.tenant),
    });
  });

  on(router, putTemplate, (c) => {
    const person = requireStaff(c.get('person'));
    const { templateId: id } = c.req.valid('param');
    const template = c.req.valid('json');
    return changePeople(services, c, {
      subject: { kind: 'setting', id: 'templates' },
      status: 200,
      authorize: () => {
        requireAdmin(person);
        requireShipped(id);
        refuseInvalid([
          ...templateProblems(template),
          ...(template.id === id ? [] : [{ pointer: '/id', message: `must be ${id}` }]),
          ...strangersIn(template as unknown as Template, id),
        ]);
      },
      work: (by) =>
        write(person.tenant, { kind: 'template', id, template: template as unknown as Template }, by),
      answer: () => templateOf(person.tenant, id),
    });
  });

  on(router, dropTemplate, (c) => {
    const person = requireStaff(c.get('person'));
    const { templateId: id } = c.req.valid('param');
    return changePeople(services, c, {
      subject: { kind: 'setting', id: 'templates' },
      status: 200,
      authorize: () => {
        requireAdmin(person);
        requireShipped(id);
      },
      work: (by) => write(person.tenant, { kind: 'template', id, template: null }, by),
      answer: () => templateOf(person.tenant, id),
    });
  });
  return router;
};

/** @throws Condition */
const requireShipped = (id: string): void => {
  if (!findTemplate(id)) {
    throw new Condition('NOT_FOUND', 'There is no such template.');
  }
};

const places = ['owner', 'assignee', 'superior', 'department-head'];

/** Roles and templates that a ladder names and there are none of. */
const unknownIn = ({ rungs, line, lastResort }: Ladder, roles: ReadonlySet<string>): DocumentProblem[] => {
  const named = (
    names: readonly string[],
    pointer: string,
    also: readonly string[] = [],
  ): DocumentProblem[] =>
    names.flatMap((name, index) =>
      roles.has(name) || also.includes(name)
        ? []
        : [{ pointer: `${pointer}/${index}`, message: `there is no role ${name}` }],
    );
  return [
    ...rungs.flatMap(({ tell, mustAct = [], template }, index) => [
      ...named(tell, `/rungs/${index}/tell`, places),
      ...named(mustAct, `/rungs/${index}/mustAct`, places),
      ...(findTemplate(template)
        ? []
        : [{ pointer: `/rungs/${index}/template`, message: `there is no template ${template}` }]),
    ]),
    ...named(line, '/line'),
    ...named(lastResort, '/lastResort'),
  ];
};

/** Fields that messages of this kind have no value for: such a message could not be sent. */
const strangersIn = (template: Template, id: string): DocumentProblem[] => {
  const known = findTemplate(id)?.fields ?? [];
  return (Array.isArray(template.fields) ? template.fields : []).flatMap((field, index) =>
    known.includes(field)
      ? []
      : [
          {
            pointer: `/fields/${index}`,
            message: `is no field that ${id} has a value for: ${known.join(', ')}`,
          },
        ],
  );
};

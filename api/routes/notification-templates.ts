import { createRoute, z } from '@hono/zod-openapi';
import { templateIn } from '../../db/own/notification-settings.ts';
import { readSetting } from '../../db/own/tenant-settings.ts';
import { shippedTemplates } from '../../machines/library/notification/index.ts';
import {
  exampleValues,
  render,
  type Template,
  templateFields,
  templateProblems,
} from '../../machines/notification/template.ts';
import { requireStaff } from '../people-rights.ts';
import { Condition } from '../problem.ts';
import { newRouter, on, type Router } from '../router.ts';
import { page } from '../schemas/case.ts';
import { readProblems } from '../schemas/common.ts';
import type { Services } from '../services.ts';

const tags = ['Notifications'];
const json = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { 'application/json': { schema } },
});
const Lang = z.enum(['zh', 'en']);
const Preview = z
  .object({ subject: z.string(), body: z.string(), short: z.string() })
  .openapi('TemplatePreview');

const list = createRoute({
  method: 'get',
  path: '/v1/notifications/templates',
  summary: 'The templates of messages, and the fields that they may use',
  tags,
  responses: { 200: json('All of them', page(z.looseObject({ id: z.string() }))), ...readProblems },
});

const preview = createRoute({
  method: 'get',
  path: '/v1/notifications/templates/{templateId}/preview',
  summary: 'A template filled with examples',
  tags,
  request: {
    params: z.object({ templateId: z.string().min(1).max(60) }),
    query: z.strictObject({ lang: Lang.optional().describe('Default zh') }),
  },
  responses: { 200: json('The text', Preview), ...readProblems },
});

const tryOut = createRoute({
  method: 'post',
  path: '/v1/notifications/templates/preview',
  summary: 'Check a template of your own and fill it with examples; nothing is stored',
  tags,
  request: {
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z
            .strictObject({ template: z.record(z.string(), z.unknown()), lang: Lang.optional() })
            .openapi('TemplateTrial'),
        },
      },
    },
  },
  responses: { 200: json('The text', Preview), ...readProblems },
});

export const notificationTemplateRoutes = ({ store }: Services): Router => {
  const router = newRouter();

  on(router, list, async (c) => {
    const { tenant } = requireStaff(c.get('person'));
    const own = (await readSetting(store, tenant, 'templates')) ?? {};
    const items = shippedTemplates.map((each) => own[each.id] ?? each);
    return c.json({ items, fields: templateFields, next: null });
  });

  on(router, preview, async (c) => {
    const { tenant } = requireStaff(c.get('person'));
    const { templateId } = c.req.valid('param');
    const template = await store.read((db) => templateIn(db, tenant, templateId));
    if (!template) {
      throw new Condition('NOT_FOUND', 'There is no such template.');
    }
    const { lang = 'zh' } = c.req.valid('query');
    return c.json(render(template, lang, exampleValues(lang)));
  });

  on(router, tryOut, (c) => {
    requireStaff(c.get('person'));
    const { template, lang = 'zh' } = c.req.valid('json');
    const problems = templateProblems(template);
    if (problems.length > 0) {
      throw new Condition('INPUT_INVALID', 'The template cannot be used; `errors` says where.', {
        errors: problems.map(({ pointer, message }) => ({ pointer: `/template${pointer}`, message })),
      });
    }
    return c.json(render(template as unknown as Template, lang, exampleValues(lang)));
  });
  return router;
};

import { newRouter, type Router } from '../router.ts';
import type { Services } from '../services.ts';
import { notificationReportRoutes } from './notification-report.ts';
import { notificationSettingRoutes } from './notification-settings.ts';
import { notificationTemplateRoutes } from './notification-templates.ts';
import { notificationRoutes } from './notifications.ts';
import { streamRoutes } from './stream.ts';
import { webhookRoutes } from './webhooks.ts';

/** What people and other systems are told: messages, their templates and report, webhooks, and the stream. */
export const messageRoutes = (services: Services): Router => {
  const router = newRouter();
  for (const routes of [
    notificationTemplateRoutes(services),
    notificationSettingRoutes(services),
    notificationRoutes(services),
    notificationReportRoutes(services),
    webhookRoutes(services),
    streamRoutes(services),
  ]) {
    router.route('/', routes);
  }
  return router;
};

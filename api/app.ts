import { approvalApiRoutes } from './approvals/api-routes.ts';
import { approvalCardRoutes } from './approvals/routes.ts';
import { authenticate } from './auth.ts';
import type { ApiDeps } from './deps.ts';
import { failureResponse } from './failure-response.ts';
import { limitBody, readJson } from './json-body.ts';
import { openApiDocument } from './openapi.ts';
import { problemResponse } from './problem.ts';
import { requestContext } from './request-context.ts';
import { newRouter, type Router } from './router.ts';
import { absenceRoutes } from './routes/absences.ts';
import { adHocRoutes } from './routes/ad-hoc.ts';
import { authorityRoutes } from './routes/authority.ts';
import { bulkRoutes } from './routes/bulk.ts';
import { casePolicyRoutes } from './routes/case-policy.ts';
import { caseRoutes } from './routes/cases.ts';
import { deadlineRoutes } from './routes/deadlines.ts';
import { definitionRoutes } from './routes/definitions.ts';
import { delegationRoutes } from './routes/delegations.ts';
import { departmentReportRoutes } from './routes/department-report.ts';
import { departmentRoutes } from './routes/departments.ts';
import { docsRoutes } from './routes/docs.ts';
import { documentRoutes } from './routes/documents.ts';
import { draftRoutes } from './routes/drafts.ts';
import { entryRoutes } from './routes/entries.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { incidentRoutes } from './routes/incidents.ts';
import { messageRoutes } from './routes/message-routes.ts';
import { ownerRoutes } from './routes/owner.ts';
import { peopleRoutes } from './routes/people.ts';
import { peopleImportRoutes } from './routes/people-import.ts';
import { policyRoutes } from './routes/policy.ts';
import { policyVersionRoutes } from './routes/policy-versions.ts';
import { promiseReportRoutes } from './routes/promise-report.ts';
import { recusalRoutes } from './routes/recusals.ts';
import { roleRoutes } from './routes/roles.ts';
import { surgeRoutes } from './routes/surge.ts';
import { surgePlanRoutes } from './routes/surge-plans.ts';
import { taskPeopleRoutes } from './routes/task-people.ts';
import { taskVerbRoutes } from './routes/task-verbs.ts';
import { taskListRoutes } from './routes/tasks.ts';
import { transferReportRoutes } from './routes/transfer-report.ts';
import { createServices } from './services.ts';
import { loginRoutes } from './sign-in/login-routes.ts';
import { signInRoutes } from './sign-in/routes.ts';
import { serviceKeyRoutes } from './sign-in/service-key-routes.ts';

/** The whole HTTP API over its dependencies; it opens and listens to nothing itself. */
export const createApp = (deps: ApiDeps): Router => {
  const services = createServices(deps);
  const app = newRouter();
  app.use('*', requestContext(services));
  app.onError(failureResponse(services));
  app.notFound((c) => problemResponse(c, 'NOT_FOUND', 'There is nothing at this address.'));

  app.route('/', healthRoutes(services));
  app.route('/', docsRoutes());
  app.route('/', signInRoutes(services));
  app.route(
    '/',
    approvalCardRoutes(services, (request, given) => app.fetch(request, given)),
  );

  app.use('/v1/*', authenticate(services), limitBody, readJson);
  app.route(
    '/',
    approvalApiRoutes(services, (request, given) => app.fetch(request, given)),
  );
  for (const routes of [
    caseRoutes,
    eventRoutes,
    entryRoutes,
    deadlineRoutes,
    documentRoutes,
    incidentRoutes,
    recusalRoutes,
    adHocRoutes,
    ownerRoutes,
    transferReportRoutes,
    promiseReportRoutes,
    departmentReportRoutes,
    taskListRoutes,
    taskVerbRoutes,
    taskPeopleRoutes,
    draftRoutes,
    bulkRoutes,
    definitionRoutes,
    // Before the people by id, of whom none is called `import` or `export`.
    peopleImportRoutes,
    peopleRoutes,
    roleRoutes,
    departmentRoutes,
    authorityRoutes,
    absenceRoutes,
    delegationRoutes,
    messageRoutes,
    surgeRoutes,
    surgePlanRoutes,
    policyRoutes,
    policyVersionRoutes,
    casePolicyRoutes,
    loginRoutes,
    serviceKeyRoutes,
  ]) {
    app.route('/', routes(services));
  }

  const document = openApiDocument(app);
  app.get('/openapi.json', (c) => c.json(document));
  return app;
};

import type { Router } from './router.ts';

/** The OpenAPI 3.1 document of all routes of a router. */
export const openApiDocument = (router: Router): object => {
  router.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  return router.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Caseloom',
      version: '1',
      description:
        'Cases of insurance claims and complaints. Every command takes an `Idempotency-Key`; errors are problems ' +
        '(RFC 9457) with stable codes, each explained at `/problems/CODE`.',
    },
    security: [{ bearer: [] }],
  });
};

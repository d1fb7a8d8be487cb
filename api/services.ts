import { createDefinitions, type Definitions } from './definitions.ts';
import type { ApiDeps } from './deps.ts';
import { createMetrics, type Metrics } from './metrics.ts';

/** What the routes work with: the dependencies, and what is built from them once. */
export interface Services extends ApiDeps {
  definitions: Definitions;
  metrics: Metrics;
}

export const createServices = (deps: ApiDeps): Services => ({
  ...deps,
  definitions: createDefinitions(deps.store, deps.clockProfile),
  metrics: createMetrics(),
});

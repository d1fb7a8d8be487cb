import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { StoreUnavailable } from '../db/failure.ts';
import type { Store } from '../db/open.ts';
import type { CaseActivities } from '../workflows/activity-contract.ts';
import { createAssignTask } from './assign-task.ts';
import { createCallService, createServices } from './call-service.ts';
import { createDeliver } from './deliver.ts';
import type { TellPeople } from './deliver-to-people.ts';
import type { FailPoint } from './fail-point.ts';
import type { Letters } from './ports/letters.ts';
import type { Payments } from './ports/payment.ts';
import type { PolicyPort } from './ports/policy.ts';
import { createProject } from './project.ts';
import { createSignedLetters } from './signed-letters.ts';
import { createStartCase } from './start-case.ts';
import { createTellCase } from './tell-case.ts';

export interface ActivityParts {
  store: Store;
  client: Client;
  taskQueue: string;
  payments: Payments;
  letters: Letters;
  /** Turns messages to roles into messages to persons; absent: they go where letters go. */
  tellPeople?: TellPeople;
  /** Absent where there is no policy system: claims then find no policy. */
  policies?: PolicyPort;
  /** Called after a flush that put messages into the outbox. */
  onDeliveries: () => void;
  failPoint: (point: FailPoint) => void;
}

/** All activities of a worker. */
export const createActivities = ({
  store,
  client,
  taskQueue,
  payments,
  letters,
  policies,
  tellPeople,
  onDeliveries,
  failPoint,
}: ActivityParts): CaseActivities & { deliver: ReturnType<typeof createDeliver> } => {
  const project = createProject(store);
  const callService = createCallService(
    createServices({
      ...{ payments, letters: createSignedLetters(store, letters) },
      ...(policies ? { policies } : {}),
    }),
  );
  return {
    project: async (batch) => {
      failPoint('before-project');
      const projected = await project(batch).catch((error: unknown) => {
        throw asFailure(error);
      });
      failPoint('after-project');
      if (batch.effects.some(({ type }) => type === 'deliver')) {
        onDeliveries();
      }
      return projected;
    },
    callService: async (call) => {
      failPoint('before-effect');
      const output = await callService(call);
      failPoint('after-effect');
      return output;
    },
    assignTask: createAssignTask(store),
    startCase: createStartCase(store, client, taskQueue),
    tellCase: createTellCase(store, client),
    endTask: async () => undefined,
    deliver: createDeliver(store, letters, { tellPeople }),
  };
};

// A database error quotes the values it failed on; only its code goes into history.
const asFailure = (error: unknown): ApplicationFailure =>
  error instanceof ApplicationFailure
    ? error
    : ApplicationFailure.retryable(
        'The store has not taken the entries.',
        error instanceof StoreUnavailable ? error.code : 'PROJECTION_FAILED',
      );

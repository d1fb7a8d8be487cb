import {
  isGrpcServiceError,
  ServiceError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import {
  ApplicationFailure,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/common';
import type { Refusal } from '../../machines/kernel/refusal.ts';
import { type Answer, failureTypes } from '../messages.ts';

/** What became of a command. A condition is no judgement: the same command may be sent again, with the same id. */
export type Outcome =
  | { type: 'answered'; answer: Answer }
  | { type: 'refused'; refusal: Refusal }
  | { type: 'condition'; code: ConditionCode };

export type ConditionCode =
  /** Earlier entries of the case are not in the store yet; nothing was done. */
  | 'PROJECTION_BEHIND'
  /** The store holds another history of the case; nothing is done until an operator has looked. */
  | 'TRAIL_DIVERGED'
  /** No run of the case is there: it is closed, was never opened, or was lost with its Temporal database. */
  | 'CASE_NOT_RUNNING'
  /** Too many commands to this case are under way; nothing was done. */
  | 'CASE_BUSY'
  /** No answer from server or worker in time: whether it was done will be known when it is sent again. */
  | 'ENGINE_UNAVAILABLE';

/** RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED, UNAVAILABLE … of gRPC, by number: its package is not ours to import. */
const grpc = {
  cancelled: 1,
  deadlineExceeded: 4,
  notFound: 5,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  unavailable: 14,
};

/** Whether the update may be let in a moment later: as many as Temporal allows are in flight, or a new run begins. */
export const isPassing = (error: unknown): boolean =>
  grpcCode(error) === grpc.resourceExhausted ||
  (error instanceof WorkflowUpdateFailedError &&
    error.cause instanceof ApplicationFailure &&
    error.cause.type === failureTypes.ending);

/**
 * Whether the update was lost with its workflow task: the run was about to end when a timer of it fired. It is
 * safe to send again: what was stored of it is answered and not applied twice.
 */
export const isLostWithTask = (error: unknown): boolean => grpcCode(error) === grpc.failedPrecondition;

/**
 * The outcome that a failed update stands for.
 * @throws the error itself where it is none that is expected
 */
export const outcomeOfFailure = (error: unknown): Outcome => {
  if (error instanceof WorkflowUpdateFailedError) {
    return ofUpdateFailure(error);
  }
  if (error instanceof WorkflowNotFoundError || error instanceof WorkflowExecutionAlreadyStartedError) {
    return { type: 'condition', code: 'CASE_NOT_RUNNING' };
  }
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
    return { type: 'condition', code: 'ENGINE_UNAVAILABLE' };
  }
  switch (grpcCode(error)) {
    case grpc.resourceExhausted:
      return { type: 'condition', code: 'CASE_BUSY' };
    case grpc.notFound:
      return { type: 'condition', code: 'CASE_NOT_RUNNING' };
    case grpc.cancelled:
    case grpc.failedPrecondition:
    case grpc.deadlineExceeded:
    case grpc.aborted:
    case grpc.unavailable:
      return { type: 'condition', code: 'ENGINE_UNAVAILABLE' };
    default:
      throw error;
  }
};

const ofUpdateFailure = (error: WorkflowUpdateFailedError): Outcome => {
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure)) {
    throw error;
  }
  const [refusal] = (cause.details ?? []) as (Refusal | undefined)[];
  switch (cause.type) {
    case failureTypes.refused:
      if (refusal === undefined) {
        throw error;
      }
      return { type: 'refused', refusal };
    case failureTypes.behind:
      return { type: 'condition', code: 'PROJECTION_BEHIND' };
    case failureTypes.diverged:
      return { type: 'condition', code: 'TRAIL_DIVERGED' };
    case failureTypes.ending:
      return { type: 'condition', code: 'CASE_BUSY' };
    // The update was accepted by a run that ended or was reset before it could answer.
    case 'AcceptedUpdateCompletedWorkflow':
      return { type: 'condition', code: 'ENGINE_UNAVAILABLE' };
    default:
      throw error;
  }
};

const grpcCode = (error: unknown): number | undefined => {
  if (isGrpcServiceError(error)) {
    return error.code;
  }
  return error instanceof ServiceError && isGrpcServiceError(error.cause) ? error.cause.code : undefined;
};

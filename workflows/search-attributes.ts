import {
  defineSearchAttributeKey,
  type SearchAttributeUpdatePair,
  type TypedSearchAttributes,
} from '@temporalio/common';
import { tightestDueAt } from '../machines/kernel/due.ts';
import type { CaseState } from '../machines/kernel/state.ts';

const keys = {
  kind: defineSearchAttributeKey('CaseloomKind', 'KEYWORD'),
  state: defineSearchAttributeKey('CaseloomState', 'KEYWORD'),
  tenant: defineSearchAttributeKey('CaseloomTenant', 'KEYWORD'),
  definition: defineSearchAttributeKey('CaseloomDefinition', 'KEYWORD'),
  dueAt: defineSearchAttributeKey('CaseloomDueAt', 'DATETIME'),
  deadlineStatus: defineSearchAttributeKey('CaseloomDeadlineStatus', 'KEYWORD'),
};

/** Characters that a server on SQL keeps of a keyword. */
const keywordCharsMax = 255;

/** What `CaseloomState` says of a case that its own store contradicts. */
export const divergedState = 'TRAIL_DIVERGED';

/**
 * What operators find a case by in Temporal's own pages: ids and states of its definition, never its data.
 * `CaseloomDefinition` is the definition's hash, `CaseloomState` the active states in document order.
 */
export const searchAttributesOf = (state: CaseState, diverged = false): SearchAttributeUpdatePair[] => {
  const dueAt = tightestDueAt(state);
  const states = diverged ? divergedState : state.machine.states.join(' ').slice(0, keywordCharsMax);
  return [
    { key: keys.kind, value: state.kind },
    { key: keys.state, value: states },
    { key: keys.tenant, value: state.tenant },
    { key: keys.definition, value: state.definition.hash },
    { key: keys.dueAt, value: dueAt === null ? null : new Date(dueAt) },
    { key: keys.deadlineStatus, value: deadlineStatusOf(state) },
  ];
};

/** Those of `wanted` that the run does not show yet. */
export const changedSearchAttributes = (
  wanted: SearchAttributeUpdatePair[],
  shown: TypedSearchAttributes,
): SearchAttributeUpdatePair[] =>
  wanted.filter(({ key, value }) => JSON.stringify(shown.get(key) ?? null) !== JSON.stringify(value));

/** The gravest status among the case's deadlines. */
const deadlineStatusOf = (state: CaseState): 'breached' | 'warned' | 'running' | 'paused' | 'none' => {
  const live = Object.values(state.deadlines).filter(({ stoppedAt }) => stoppedAt === undefined);
  if (live.some(({ status }) => status === 'breached')) {
    return 'breached';
  }
  const running = live.filter(({ status }) => status === 'running');
  if (running.some(({ warnings }) => warnings.some(({ done }) => done))) {
    return 'warned';
  }
  if (running.length > 0) {
    return 'running';
  }
  return live.some(({ status }) => status === 'paused') ? 'paused' : 'none';
};

import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Store } from '../db/open.ts';
import { findDefinition, latestCalendar } from '../db/own/definitions.ts';
import { nextNumber } from '../db/own/next-number.ts';
import { ownPolicyIn } from '../db/own/policies.ts';
import { getCase } from '../db/read/get-case.ts';
import { readSurgeFacts } from '../db/read/surge-facts.ts';
import { childCaseId } from '../machines/kernel/ask-approval.ts';
import type { Calendar } from '../machines/kernel/calendar.ts';
import type { Opening } from '../machines/kernel/command.ts';
import { type CompileInput, calendarIds, compile } from '../machines/kernel/compile.ts';
import { KernelError } from '../machines/kernel/kernel-error.ts';
import { open } from '../machines/kernel/open.ts';
import { isRefusal } from '../machines/kernel/refusal.ts';
import type { Step } from '../machines/kernel/step.ts';
import type { CaseActivities, ChildRequest } from '../workflows/activity-contract.ts';
import { startCase } from '../workflows/client/start-case.ts';

/** How long one try waits for the child's first answer. */
const answerMsMax = 20_000;

/**
 * Opens a child case, linked to its parent by the same relation that the parent is linked to it. Safe to retry: the
 * effect's id makes the child's.
 * @throws not retryable: what the child's own kernel refuses, as the refusal's code
 */
export const createStartCase =
  (store: Store, client: Client, taskQueue: string): CaseActivities['startCase'] =>
  async (request) => {
    const { tenant, effectId } = request;
    const caseId = childCaseId(tenant, effectId);
    if (await getCase(store, { tenant, caseId })) {
      return { caseId };
    }
    const compileInput = await inputOf(store, request);
    // Who answers for the whole answers for its part, until it is handed over.
    const parent = await getCase(store, { tenant, caseId: request.caseId });
    const { kind } = compileInput.definition;
    const surge = await readSurgeFacts(store, { tenant, kind }, Date.now());
    const opening: Opening = {
      ...{
        commandId: `${caseId}.opened`,
        tenant,
        caseId,
        data: request.data,
        receivedAt: request.receivedAt,
      },
      number: await nextNumber(store, tenant, kind, yearOf(request.receivedAt)),
      facts: { ...surge, actor: { id: request.caseId, roles: ['case'] } },
      links: [{ rel: request.rel, caseId: request.caseId }],
      ...(parent?.owner ? { owner: parent.owner } : {}),
      ...(request.mode === undefined ? {} : { mode: request.mode }),
      ...(compileInput.profile === undefined ? {} : { profile: compileInput.profile }),
    };
    const judged = judge(compileInput, opening);
    const outcome = await startCase(
      client,
      { compile: compileInput, start: { type: 'open', opening } },
      judged.state,
      { taskQueue, deadlineMs: Date.now() + answerMsMax },
    );
    if (outcome.type === 'refused') {
      throw refused(outcome.refusal.code);
    }
    // A child that has run to its end already was opened by an earlier try.
    if (outcome.type === 'condition' && outcome.code !== 'CASE_NOT_RUNNING') {
      throw ApplicationFailure.retryable('The child case has not answered.', outcome.code);
    }
    return { caseId };
  };

const inputOf = async (store: Store, request: ChildRequest): Promise<CompileInput> => {
  const { tenant, clockProfile } = request;
  const row = await findDefinition(store, tenant, request.definition);
  if (!row) {
    throw refused('DEFINITION_UNKNOWN');
  }
  const { runtime: definition, id, version, hash } = row;
  const knows = request.profile !== undefined && definition.profiles?.[request.profile] !== undefined;
  const scaled = clockProfile !== undefined && clockProfile.id === request.profile;
  const profile = knows || scaled ? request.profile : undefined;
  const calendars: { [id: string]: Calendar } = {};
  for (const calendar of calendarIds(definition, profile, clockProfile)) {
    const latest = await latestCalendar(store, tenant, calendar);
    if (!latest) {
      throw refused('CALENDAR_MISSING');
    }
    calendars[calendar] = latest.calendar as unknown as Calendar;
  }
  const own = await store.read((db) => ownPolicyIn(db, tenant));
  return {
    ...{ definition, ref: { id, version, hash }, calendars, profile, clockProfile },
    ...(own === undefined ? {} : { policy: own.policy }),
  };
};

const judge = (input: CompileInput, opening: Opening): Step => {
  // The parent's clock is the server's, which may be a little ahead of this machine's.
  const now = new Date(Math.max(Date.now(), Date.parse(opening.receivedAt))).toISOString();
  try {
    const judged = open(compile(input), opening, now);
    if (isRefusal(judged)) {
      throw refused(judged.code);
    }
    return judged;
  } catch (error) {
    throw error instanceof KernelError ? refused(error.code) : error;
  }
};

const refused = (code: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable('The child case cannot be opened.', code);

const yearOf = (at: string): number => Number(at.slice(0, 4));

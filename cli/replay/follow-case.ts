import { setTimeout as sleep } from 'node:timers/promises';
import { type SendRequest, sendUntilAnswered } from './case-api.ts';

/** The parts of a case's answer that a run looks at. */
export type CaseAnswer = {
  readonly caseId: string;
  readonly number: string;
  readonly status: string;
  readonly states: readonly string[];
  readonly links: readonly { readonly rel: string; readonly caseId: string }[];
  readonly deadlines: readonly {
    readonly name: string;
    readonly status: string;
    readonly breachedAt?: string;
  }[];
};

export const isCaseAnswer = (value: unknown): value is CaseAnswer =>
  typeof value === 'object' && value !== null && 'deadlines' in value && Array.isArray(value.deadlines);

/** Whoever sees every case and moves none. */
const reader = 'admin';
const patienceMs = 30_000;
const pollMinMs = 20;
const pollMaxMs = 400;

/**
 * Reads a case until it is as wanted: services and other cases move it in their own time. Undefined where it is not
 * so within 30 s.
 */
export const followCase = async (
  send: SendRequest,
  caseId: string,
  wanted: (read: CaseAnswer) => boolean,
  signal?: AbortSignal,
): Promise<CaseAnswer | undefined> => {
  const givesUpAtMs = performance.now() + patienceMs;
  for (let pauseMs = pollMinMs; performance.now() < givesUpAtMs; pauseMs = Math.min(pauseMs * 2, pollMaxMs)) {
    const request = { person: reader, method: 'GET', path: `/v1/cases/${caseId}` } as const;
    const { body } = await sendUntilAnswered(send, request, signal);
    if (isCaseAnswer(body) && wanted(body)) {
      return body;
    }
    await sleep(pauseMs);
  }
  return undefined;
};

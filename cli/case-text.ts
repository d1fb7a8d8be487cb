/** A case as the API answers it; what this prints of it. */
export interface CaseAnswer {
  caseId: string;
  number: string;
  kind: string;
  status: string;
  states: string[];
  seq: number;
  receivedAt: string;
  dueAt?: string | null;
  tasks?: {
    taskId: string;
    state: string;
    status: string;
    role: string;
    assignee: string | null;
    dueAt: string | null;
  }[];
  deadlines?: { name: string; status: string; dueAt: string | null }[];
  allowed?: { type: string; title: { en: string } }[];
  allowedForCustomer?: { type: string; title: { en: string } }[];
}

export interface EntryAnswer {
  seq: number;
  at: string;
  type: string;
  actor: { id: string };
  onBehalfOf?: { customer?: true; id?: string };
  hash: string;
  data?: { deadline?: string; fraction?: number } | null;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

export const caseLines = (answer: CaseAnswer): string[] => {
  if (answer.states === undefined) {
    return [`Accepted as entry ${answer.seq} of case ${answer.caseId}; it will be readable soon.`];
  }
  const { tasks = [], deadlines = [], allowed = [], allowedForCustomer = [] } = answer;
  return [
    `${answer.number}  ${answer.kind}  ${answer.status}  ${answer.states.join(', ')}`,
    `  id        ${answer.caseId}`,
    `  received  ${answer.receivedAt}`,
    ...deadlines.map(
      ({ name, status, dueAt }) => `  deadline  ${name}: ${status}${dueAt ? `, due ${dueAt}` : ''}`,
    ),
    ...tasks
      .filter(({ status }) => status === 'open')
      .map(({ state, role, assignee }) => `  task      ${state}: ${assignee ?? `any ${role}`}`),
    ...allowed.map(({ type, title }) => `  possible  ${type} (${title.en})`),
    ...allowedForCustomer.map(({ type, title }) => `  possible  ${type} --for-customer (${title.en})`),
  ];
};

export const entryLines = ({ items }: Page<EntryAnswer>): string[] =>
  items.map(({ seq, at, type, actor, onBehalfOf, hash, data }) => {
    const who = onBehalfOf
      ? `${actor.id} for ${onBehalfOf.customer ? 'the customer' : onBehalfOf.id}`
      : actor.id;
    const fraction = data?.fraction === undefined ? '' : ` at ${Math.round(data.fraction * 100)} %`;
    const about = data?.deadline === undefined ? '' : `  ${data.deadline}${fraction}`;
    return `${String(seq).padStart(4)}  ${at}  ${type.padEnd(24)} ${who.padEnd(28)} ${hash.slice(0, 16)}${about}`;
  });

export const listLines = ({ items }: Page<CaseAnswer>): string[] =>
  items.length === 0
    ? ['No case.']
    : items.map(
        ({ number, kind, status, states, dueAt }) =>
          `${number}  ${kind.padEnd(10)} ${status.padEnd(7)} ${(dueAt ?? '-').padEnd(24)} ${states.join(', ')}`,
      );

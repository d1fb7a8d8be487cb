import { z } from '@hono/zod-openapi';
import { instantAt, instantMs } from '../../machines/kernel/instant.ts';
import {
  type Absence,
  type AuthorityLimit,
  absenceReasons,
  type Delegation,
  type Department,
  type Membership,
  type PersonRecord,
} from '../../machines/people/organisation.ts';
import { Money } from './case.ts';
import { Instant } from './common.ts';

/** An id of a person, department, role or kind of case. */
export const Id = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,79}$/, 'must be 1 to 80 letters, digits or . _ @ -');

const text = (charsMax: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(charsMax)
    .regex(/^[^\p{C}]*$/u, 'must hold no control characters')
    // What a spreadsheet would take for a formula is in nobody's name.
    .regex(/^(?![=+\-@])/, 'must not begin with = + - or @');

export const PersonName = text(120);

/** What names a skill, licence or region: also what stands in a cell of a CSV file beside others. */
export const SkillName = text(80).regex(/^[^;|@]*$/, 'must hold no ; | or @');

export const DepartmentTitle = z.strictObject({ zh: text(80), en: text(80) });
export const PersonStatus = z.enum(['active', 'disabled']);
export const DepartmentStatus = z.enum(['active', 'closed']);
export const AbsenceReason = z.enum(absenceReasons);
export const AbsenceStatus = z.enum(['active', 'cancelled']);
export const DelegationKind = z.enum(['delegation', 'substitution']);
export const DelegationStatus = z.enum(['active', 'revoked']);
/** The roles, or kinds of case, that a delegation is about. */
export const DelegatedNames = z.array(Id).min(1).max(20);
export const delegatedLimitsMax = 20;
/** Minor units of a limit. */
export const LimitAmount = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
export const Currency = z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters');

const held = (name: z.ZodType<string>) =>
  z
    .array(
      z.union([
        name,
        z.strictObject({ name, from: Instant.nullable().optional(), until: Instant.nullable().optional() }),
      ]),
    )
    .max(50);

const personFields = {
  name: PersonName,
  status: PersonStatus.optional(),
  roles: held(Id).optional(),
  departments: held(Id).optional(),
  skills: held(SkillName).optional(),
  licences: held(SkillName)
    .optional()
    .describe('Skills that somebody outside grants, with the day they expire'),
  regions: held(SkillName).optional(),
  superior: Id.nullable().optional().describe('Whom the person reports to'),
  samePersonAs: Id.nullable().optional().describe('The main account of the human being who has several'),
  calendar: Id.nullable().optional().describe('Working hours: a published calendar'),
};

/** Ids that mean something else, in an address or as the actor of a record. */
const reservedIds = ['me', 'import', 'export', 'operator', 'system', 'customer', 'case'];

export const NewPerson = z
  .strictObject({
    personId: Id.refine((id) => !reservedIds.includes(id), { error: 'is reserved' }),
    ...personFields,
  })
  .openapi('NewPerson');
export const PersonChange = z
  .strictObject({ ...personFields, name: PersonName.optional() })
  .openapi('PersonChange');
export type PersonChange = z.infer<typeof PersonChange>;

const kindsOf = {
  roles: 'role',
  departments: 'department',
  skills: 'skill',
  licences: 'licence',
  regions: 'region',
} as const;

const msOf = (at: string | null | undefined): number | null =>
  at === null || at === undefined ? null : instantMs(at);

/** The person as they are after a change: what it does not name stays. */
export const changedPerson = (person: PersonRecord, change: PersonChange): PersonRecord => ({
  ...person,
  ...(change.name === undefined ? {} : { name: change.name }),
  ...(change.status === undefined ? {} : { status: change.status }),
  ...(change.superior === undefined ? {} : { superior: change.superior }),
  ...(change.samePersonAs === undefined ? {} : { humanId: change.samePersonAs }),
  ...(change.calendar === undefined ? {} : { calendar: change.calendar }),
  memberships: Object.entries(kindsOf).flatMap(([field, kind]) => {
    const named = change[field as keyof typeof kindsOf];
    return named === undefined
      ? person.memberships.filter((membership) => membership.kind === kind)
      : named.map((each): Membership => {
          const { name, from, until } = typeof each === 'string' ? { name: each } : { ...each };
          return { kind, name, fromMs: msOf(from), untilMs: msOf(until) };
        });
  }),
});

export const emptyPerson = (id: string): PersonRecord => ({
  ...{ id, name: '', status: 'active', humanId: null, superior: null, calendar: null },
  memberships: [],
});

const at = (ms: number | null): string | null => (ms === null ? null : instantAt(ms));

export const membershipsView = ({ memberships }: PersonRecord) =>
  memberships.map(({ kind, name, fromMs, untilMs }) => ({
    kind,
    name,
    from: at(fromMs),
    until: at(untilMs),
  }));

export const MembershipView = z
  .object({
    kind: z.enum(['role', 'department', 'skill', 'licence', 'region']),
    name: z.string(),
    from: z.string().nullable(),
    until: z.string().nullable(),
  })
  .openapi('Membership');

export const PersonView = z
  .object({
    personId: z.string(),
    name: z.string(),
    status: PersonStatus,
    roles: z.array(z.string()).describe('As of now, like all lists below'),
    departments: z.array(z.string()),
    skills: z.array(z.string()),
    licences: z.array(z.string()),
    regions: z.array(z.string()),
    superior: z.string().nullable(),
    samePersonAs: z.string().nullable(),
    calendar: z.string().nullable(),
    authority: z.array(Money).describe('For kinds of case that have no limit of their own'),
    memberships: z.array(MembershipView).optional().describe('All that holds at some time'),
  })
  .openapi('Person');

export const DepartmentView = z
  .object({
    id: z.string(),
    title: z.object({ zh: z.string(), en: z.string() }),
    parent: z.string().nullable(),
    head: z.string().nullable(),
    status: DepartmentStatus,
  })
  .openapi('Department');

export const departmentView = ({ id, title, parent, head, status }: Department) => ({
  ...{ id, title: { zh: title.zh, en: title.en }, parent, head, status },
});

export const LimitView = z
  .object({
    holder: z.object({ kind: z.enum(['role', 'person']), id: z.string() }),
    caseKind: z.string().nullable(),
    currency: z.string(),
    amount: z.int().describe('Minor units'),
    from: z.string().nullable(),
    until: z.string().nullable(),
  })
  .openapi('AuthorityLimit');

export const limitView = ({ holder, caseKind, currency, amount, fromMs, untilMs }: AuthorityLimit) => ({
  holder: { kind: holder.kind, id: holder.id },
  ...{ caseKind, currency, amount, from: at(fromMs), until: at(untilMs) },
});

export const AbsenceView = z
  .object({
    absenceId: z.string(),
    personId: z.string(),
    reason: AbsenceReason.nullable().describe('Null for who neither is nor leads the person'),
    from: z.string(),
    until: z.string(),
    status: AbsenceStatus,
  })
  .openapi('Absence');

export const absenceView = (absence: Absence, seesReason: boolean) => ({
  absenceId: absence.id,
  personId: absence.personId,
  reason: seesReason ? absence.reason : null,
  from: instantAt(absence.fromMs),
  until: instantAt(absence.untilMs),
  status: absence.status,
});

export const DelegationView = z
  .object({
    delegationId: z.string(),
    kind: DelegationKind,
    personId: z.string().describe('Whose work it is'),
    delegateId: z.string().describe('Who does it'),
    from: z.string(),
    until: z.string().nullable(),
    roles: z.array(z.string()).nullable().describe('Null: every role that the person holds'),
    caseKinds: z.array(z.string()).nullable().describe('Null: every kind of case'),
    limits: z.array(Money).nullable().describe('Null: as far as the person’s own limits go'),
    status: DelegationStatus,
  })
  .openapi('Delegation');

export const delegationView = (delegation: Delegation) => ({
  delegationId: delegation.id,
  kind: delegation.kind,
  personId: delegation.personId,
  delegateId: delegation.delegateId,
  from: instantAt(delegation.fromMs),
  until: at(delegation.untilMs),
  roles: delegation.roles,
  caseKinds: delegation.caseKinds,
  limits: delegation.limits?.map(({ amount, currency }) => ({ amount, currency })) ?? null,
  status: delegation.status,
});

/**
 * Acts that a company's own table may have beside those of the shipped one. A definition grants them by roles of its
 * own, and alone decides where the table has no such row; where it has one, both must allow.
 */
export const optionalActs = ['case.reopen', 'deadline.extend', 'deadline.pause'] as const;

export type OptionalAct = (typeof optionalActs)[number];

export const isOptionalAct = (name: string): name is OptionalAct =>
  (optionalActs as readonly string[]).includes(name);

/** Verbs of which a case remembers who did them, and under what: others may be kept apart from them. */
export const rememberedVerbs = { 'case.reopen': 'case.reopened' } as const;

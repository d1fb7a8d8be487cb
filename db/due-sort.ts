/** Sorts after every real date: what lists sort by where nothing is due. */
export const noDueDate = '9999-12-31T23:59:59.999Z';

export const dueSort = (dueAt: string | null): string => dueAt ?? noDueDate;

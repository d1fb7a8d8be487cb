// Not the interface of definitions: this one is plain JSON.
type Title = { zh: string; en: string };

const titles: { readonly [state: string]: Title } = {
  '@task': { zh: '协办事项', en: 'Asked by a colleague' },
  '@diary': { zh: '日程提醒', en: 'Diary date' },
  '@handover': { zh: '接收案件', en: 'Take over the case, or decline' },
  '@owner': { zh: '指定责任人', en: 'Name the owner of the case' },
  '@evidence': { zh: '补交凭证', en: 'Hand in the promised document' },
};

/** The title of work that no definition has, by the state that its task stands under. */
export const adHocTitle = (state: string): Title | undefined =>
  Object.hasOwn(titles, state) ? titles[state] : undefined;

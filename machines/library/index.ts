import { DefinitionDocument } from '../definition/schema.ts';
import type { Calendar } from '../kernel/calendar.ts';
import type { ClockProfile } from '../kernel/clock-profile.ts';
import approval from './approval/1.0.0.json' with { type: 'json' };
import approval110 from './approval/1.1.0.json' with { type: 'json' };
import approval120 from './approval/1.2.0.json' with { type: 'json' };
import approval130 from './approval/1.3.0.json' with { type: 'json' };
import always from './calendars/always.json' with { type: 'json' };
import cn from './calendars/cn.json' with { type: 'json' };
import englandWales from './calendars/england-wales.json' with { type: 'json' };
import usFederal from './calendars/us-federal.json' with { type: 'json' };
import claim from './claim/1.0.0.json' with { type: 'json' };
import claim110 from './claim/1.1.0.json' with { type: 'json' };
import claim120 from './claim/1.2.0.json' with { type: 'json' };
import claim130 from './claim/1.3.0.json' with { type: 'json' };
import complaint from './complaint/1.0.0.json' with { type: 'json' };
import complaint110 from './complaint/1.1.0.json' with { type: 'json' };
import complaint120 from './complaint/1.2.0.json' with { type: 'json' };
import exposure from './exposure/1.0.0.json' with { type: 'json' };
import exposure110 from './exposure/1.1.0.json' with { type: 'json' };
import exposure120 from './exposure/1.2.0.json' with { type: 'json' };
import exposure130 from './exposure/1.3.0.json' with { type: 'json' };
import exposure140 from './exposure/1.4.0.json' with { type: 'json' };
import demo from './profiles/demo.json' with { type: 'json' };
import team from './team/1.0.0.json' with { type: 'json' };
import team110 from './team/1.1.0.json' with { type: 'json' };
import team120 from './team/1.2.0.json' with { type: 'json' };
import team130 from './team/1.3.0.json' with { type: 'json' };

/** Every version of every definition that is shipped, checked against the schema. A version never changes. */
export const shippedDefinitions = (): DefinitionDocument[] =>
  [
    claim,
    claim110,
    claim120,
    claim130,
    exposure,
    exposure110,
    exposure120,
    exposure130,
    exposure140,
    complaint,
    complaint110,
    complaint120,
    approval,
    approval110,
    approval120,
    approval130,
    team,
    team110,
    team120,
    team130,
  ].map((document) => DefinitionDocument.parse(document));

/** The shipped calendars by id. */
export const shippedCalendars: { readonly [id: string]: Calendar } = Object.fromEntries(
  ([always, cn, englandWales, usFederal] as Calendar[]).map((calendar) => [calendar.id, calendar]),
);

/** The clock on which a day lasts twenty seconds; for demonstrations only. */
export const demoProfile: ClockProfile = demo;

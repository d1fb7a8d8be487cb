import type { Calendar } from '../machines/kernel/calendar.ts';

export function makeCalendars(): Calendar[];
export function calendarFile(calendar: Calendar): string;

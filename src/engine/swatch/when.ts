import type { LocalTime } from '../sec/contract.ts';
import type { SwatchWhen } from './program.ts';

/** Whether an action is done at this time. */
export const isWithin = ({ days, hours }: SwatchWhen, { weekday, hour }: LocalTime): boolean =>
  days.includes(weekday) && hours.includes(hour);

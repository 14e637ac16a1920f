import type { DueState } from '../../archive/documents/case-due.ts';
import { counted } from '../../core/words/quantity.ts';

/** Describes a deadline; empty if there is none. */
export function dueText({ due, daysLeft, metAt }: DueState): string {
  if (due === null || daysLeft === null) return '';
  if (metAt !== null) {
    const late = metAt.slice(0, 10) > due ? ', LATE' : '';
    return `due ${due}, handed over ${metAt.slice(0, 10)}${late}`;
  }
  if (daysLeft < 0) return `due ${due}, OVERDUE by ${counted(-daysLeft, 'day')}`;
  return daysLeft === 0 ? `due ${due}, today` : `due ${due}, ${counted(daysLeft, 'day')} left`;
}

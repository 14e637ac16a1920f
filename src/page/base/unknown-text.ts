import type { UnknownDetails } from '../../core/page/data.ts';
import type { Wording } from './wording.ts';

/** Says why a text or an author is not shown: erased, with the entry of the log; missing; not readable without a key; never recorded. */
export function unknownText(unknown: UnknownDetails | null, { text, number }: Wording): string {
  if (unknown?.why === 'erased') return unknown.erasedBy === null ? text('noteErased') : text('noteErasedBy', { entry: number(unknown.erasedBy) });
  return text(unknown?.why === 'lost' ? 'noteLost' : unknown?.why === 'closed' ? 'noteClosed' : 'noteNone');
}

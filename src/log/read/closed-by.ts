import { logFolder } from '../entries/log-entry.ts';
import type { LogInspection } from './inspect-log.ts';
import { endLostNext } from './repair-log.ts';

/** Returns why a lost, cut or replaced log takes no entries about reading: they would not match a log that is restored later. Null: it takes them. */
export function closedBy({ findings, obstacle }: Pick<LogInspection, 'findings' | 'obstacle'>): string | null {
  if (obstacle !== null) return obstacle.message;
  const why = findings.find(({ code, place }) => code === 'A110' || (code === 'A116' && place === logFolder));
  if (why === undefined) return null;
  return why.code === 'A116'
    ? `${why.message}; ${endLostNext}`
    : `${why.message}; restore log/ from a copy first. If there is none, the next import begins a new log`;
}

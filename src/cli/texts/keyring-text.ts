import { agree } from '../../core/base/agree.ts';
import { count, counted } from '../../core/words/quantity.ts';
import type { DrilledCopy } from '../../sealing/keyring/drill.ts';
import type { KeyringStatus } from '../../sealing/keyring/status.ts';
import type { CopyOutcome } from '../../sealing/keyring/sync.ts';
import { table } from '../report/units.ts';

/** Words the state of a keyring. */
export function statusText(status: KeyringStatus): string {
  const { id, copies, pages, erasures, recovery } = status;
  const rows = copies.map(({ copy, path, facts, contact, drill }) => [
    copy,
    facts === null ? 'away' : 'here',
    facts === null ? '' : `${facts.kind} ${facts.root}`,
    facts === null ? '' : count(facts.pages),
    facts === null ? '' : count(facts.lacking),
    facts === null ? '' : count(facts.owed),
    day(contact),
    day(drill),
    path,
  ]);
  const shares =
    recovery === null
      ? 'no recovery'
      : `recovery: epoch ${recovery.epoch} of ${day(recovery.madeAt)}, ${recovery.needed} of ${counted(recovery.shares, 'share')}`;
  return [
    `Keyring ${id}: ${counted(pages, 'page')}, ${counted(erasures, 'erasure')}, ${shares}.`,
    table([['copy', 'state', 'root', 'pages', 'lacking', 'owed', 'contact', 'drill', 'folder'], ...rows]),
  ].join('\n');
}

function day(time: string | null): string {
  return time === null ? 'never' : time.slice(0, 10);
}

/** Words what was done in each copy. */
export function outcomesText(copies: readonly CopyOutcome[]): string {
  return copies
    .map(({ copy, state, why, doubt, pagesAdded, pagesLost, pagesErased, rotated, recoveryMade }) => {
      if (state === 'owed') return `${copy}: owed: ${why?.message ?? 'not reached'}${why === null ? '' : `\n  next: ${why.hint}`}`;
      const done = [
        ...(rotated ? ['new root, the old one is destroyed'] : []),
        ...(recoveryMade ? ['its file for the recovery is made'] : []),
        ...(pagesErased > 0 ? [agree`${pagesErased} page[s] without what was erased`] : []),
        ...(pagesAdded > 0 ? [agree`${pagesAdded} page[s] added or repaired`] : []),
        ...(pagesLost > 0 ? [agree`${pagesLost} page[s] lost: no copy has [it|them]`] : []),
      ];
      const doubts = doubt === null ? '' : `; not certain: ${doubt}`;
      return `${copy}: ${done.length === 0 ? 'nothing to do' : done.join(', ')}${doubts}`;
    })
    .join('\n');
}

/** Words the result of a drill. */
export function drilledText(copies: readonly DrilledCopy[]): string {
  return copies
    .map(({ copy, opened, failed, why }) => {
      if (why !== null) return `${copy}: not tried: ${why.message}`;
      const faults = failed.map(({ page, cell, why: fault }) => `\n  page ${page}${cell === null ? '' : `, cell ${cell}`}: ${fault}`);
      return `${copy}: ${counted(opened, 'cell')} opened by its own root, ${count(failed.length)} failed${faults.join('')}`;
    })
    .join('\n');
}

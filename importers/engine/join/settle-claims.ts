import { agree } from '../../../src/core/base/agree.ts';
import { limits } from '../../../src/core/base/limits.ts';
import { byCodePoint } from '../../../src/core/base/order.ts';
import { createTurns } from '../../../src/core/base/turns.ts';
import type { Stage } from '../../../src/tables/text/types.ts';
import type { ClaimedFile } from '../records/call.ts';
import { type KeyedFile, type OrphanReason, type StagedClaim, strengths } from '../records/claimed-file.ts';
import { openUnions, type Unions } from '../records/unions.ts';

/** Reason for leaving a file unclaimed: its numbers and time match a call that also matches other files. */
const fitsOthers = 'a call matches it and other files equally well';

/**
 * Decides for every file which call gets it. Puts the file into `owned` under its call, or passes it to `orphan`, with the reason if calls might have claimed
 * it. Unites calls that share a file.
 * @param isTop returns true if a file lies directly in the common folder of all files of the source: such a file belongs to no call by its place
 */
export async function settleClaims(
  claimed: Stage,
  owned: Stage,
  orphan: (file: KeyedFile, why: OrphanReason) => void,
  isTop: (path: string) => boolean,
  signal: AbortSignal,
): Promise<Unions> {
  const union = openUnions();
  const turns = createTurns();
  for (const { group: path, values } of claimed.groups()) {
    if (turns.isDue()) await turns.take(signal);
    let keyed: KeyedFile | undefined;
    const claims: StagedClaim[] = [];
    for (const value of values as readonly (StagedClaim | KeyedFile)[]) {
      // Only `claimFiles` and the reader of the source write to this stage.
      if ('size' in value) keyed = value;
      else claims.push(value);
    }
    if (keyed === undefined) throw new Error('a claim to a file that is not staged');
    const { groups, best, why } = winners(claims);
    const [first] = groups;
    if (first === undefined) {
      const by = wordsOf(claims);
      orphan(keyed, why.doubt === null ? why : { ...why, by });
      const claimants = new Set(claims.map((claim) => claim.group));
      const tooMany = claimants.size > limits.rowsPerRecording ? { claimants: claimants.size } : {};
      if (why.doubt !== null) for (const group of claimants) owned.put(group, path, { doubted: path, by, ...tooMany });
      continue;
    }
    // Another call has a stronger claim to the file. Files claimed by name may still belong to this call; files claimed by numbers and time only may not.
    const doubting = claims.filter(
      ({ group, strength, isWindow }) => strength === strengths.doubtful && isWindow !== true && !groups.includes(group),
    );
    const doubted = { doubted: path, by: wordsOf(doubting) };
    for (const group of new Set(doubting.map((claim) => claim.group))) owned.put(group, path, doubted);
    const file: ClaimedFile = {
      path,
      ...(keyed.stored === undefined ? {} : { stored: keyed.stored }),
      kind: keyed.kind,
      size: keyed.size,
      side: best.find((claim) => claim.side !== null)?.side ?? 'unknown',
      by: wordsOf(best),
      window: best.every(({ strength }) => strength === strengths.window || (strength === strengths.place && isTop(path))),
      sharers: groups.length,
    };
    owned.put(first, path, file);
    for (const other of groups.slice(1)) union.join(first, other);
  }
  return union.settled();
}

function wordsOf(claims: readonly StagedClaim[]): readonly string[] {
  return [...new Set(claims.map((claim) => claim.by))].sort(byCodePoint);
}

function winners(claims: readonly StagedClaim[]): { groups: string[]; best: StagedClaim[]; why: OrphanReason } {
  const surest = claims.reduce((least, { strength }) => Math.min(least, strength), Number.POSITIVE_INFINITY);
  const sure = claims.filter(({ strength }) => strength === surest);
  const weightOf = ({ weight = Number.POSITIVE_INFINITY }: StagedClaim): number => weight;
  const weightiest = sure.reduce((most, claim) => Math.max(most, weightOf(claim)), 0);
  const best = sure.filter((claim) => weightOf(claim) === weightiest);
  const groups = [...new Set(best.map(({ group }) => group))].sort(byCodePoint);
  const none = (doubt: string | null, copyOf: string | null = null) => ({ groups: [], best: [], why: { doubt, copyOf } });
  if (groups.length > limits.rowsPerRecording) return none(agree`${groups.length} call[s] [claims|claim] it`);
  if (best.some(({ tooMany }) => tooMany === true)) return none(`more than ${limits.rowsPerRecording} calls claim it and other files`);
  // The numbers and time also match the calls that were left in doubt.
  const fitting = new Set(claims.filter(({ strength, isWindow }) => strength === strengths.window || isWindow === true).map(({ group }) => group));
  if ((surest === strengths.window || best.some(({ isWindow }) => isWindow === true)) && fitting.size > 1)
    return none(agree`${fitting.size} call[s] [matches|match] it equally well`);
  if (surest === strengths.doubtful) return none(best.some(({ isWindow }) => isWindow === true) ? fitsOthers : 'a record may mean it or other files');
  if (surest === strengths.copy) return none(null, best[0]?.of ?? null);
  if (surest === strengths.present) return none(null);
  if (surest === strengths.place && claims.some(({ group }) => group !== best[0]?.group)) return none(null);
  return { groups, best, why: { doubt: null, copyOf: null } };
}

import { agree } from '../../../src/core/base/agree.ts';
import { limits } from '../../../src/core/base/limits.ts';
import { byCodePoint } from '../../../src/core/base/order.ts';
import { createTurns } from '../../../src/core/base/turns.ts';
import type { KeyedStage } from '../../../src/tables/keyed-stage.ts';
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
  { files, claimed }: { readonly files: Pick<KeyedStage<KeyedFile>, 'all'>; readonly claimed: Stage },
  owned: Stage,
  orphan: (file: KeyedFile, why: OrphanReason) => void,
  isTop: (path: string) => boolean,
  signal: AbortSignal,
): Promise<Unions> {
  const union = openUnions();
  const turns = createTurns();
  const walk = inOrder(claimed);
  for (const keyed of files.all()) {
    if (turns.isDue()) await turns.take(signal);
    if (keyed.isDocument === true) continue;
    const { path } = keyed;
    const claims = walk.claimsTo(path);
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
  walk.end();
  return union.settled();
}

/** Returns a reader of the claims to files that are requested in the order of their paths; call `end` after the last. It throws if a claim is to none of them. */
function inOrder(claimed: Stage): { claimsTo(path: string): readonly StagedClaim[]; end(): void } {
  const walk = claimed.groups()[Symbol.iterator]();
  let at = walk.next();
  const refuse = (): never => {
    walk.return?.();
    throw new Error('a claim to a file that is not staged');
  };
  return {
    claimsTo: (path) => {
      if (at.done === true) return [];
      const order = byCodePoint(at.value.group, path.toWellFormed());
      if (order !== 0) return order < 0 ? refuse() : [];
      const claims = at.value.values as readonly StagedClaim[]; // Put by `claimFiles`.
      at = walk.next();
      return claims;
    },
    end: () => {
      if (at.done !== true) refuse();
    },
  };
}

function wordsOf(claims: readonly StagedClaim[]): readonly string[] {
  return [...new Set(claims.map((claim) => claim.by))].sort(byCodePoint);
}

function winners(claims: readonly StagedClaim[]): { groups: string[]; best: StagedClaim[]; why: OrphanReason } {
  const [only] = claims;
  // Nearly all files are claimed once, by a name or an id.
  if (only !== undefined && claims.length === 1 && only.strength < strengths.window && only.tooMany !== true)
    return { groups: [only.group], best: [only], why: { doubt: null, copyOf: null } };
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

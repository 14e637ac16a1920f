import { byCodePoint } from '../../core/base/order.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { mayHoldAudio } from '../../core/model/pieces.ts';
import { isDescription, type ReconciliationStatus, type Recording } from '../../core/model/recording.ts';
import type { HasSound } from '../../core/model/sound.ts';
import type { AudioAccount, SourceAccount } from '../../core/model/source-account.ts';
import { count, counted } from '../../core/words/quantity.ts';
import type { Ledger } from '../../store/jobs/ledger.ts';

/** Statuses of calls that have no audio according to the recorder: `--expect-audio` does not count them. */
const withoutByDesign = ['deleted-at-source', 'not-recorded-by-design'];

/** Decides whether a call has audio, from the sizes of its files. */
export function soundBySize({ media }: Recording, ledger: Ledger): HasSound {
  return media.some((medium) => mayHoldAudio(medium) && (ledger.sizeOf(medium.path) ?? 0) > 0) ? 'unknown' : 'no';
}

/**
 * Returns true for a call that a row, a sidecar or a document describes, and that should therefore have audio. A second row of the same call is not a
 * second call.
 */
export function isDescribed({ provenance, reconciliation }: Recording): boolean {
  return provenance.some(isDescription) && reconciliation.status !== 'duplicate-row';
}

/** Creates a counter of described calls with and without audio. */
export function createAudioCount(): { add(status: string, hasAudio: boolean): void; account(): AudioAccount } {
  let [calls, withAudio] = [0, 0];
  const without = new Map<string, number>();
  return {
    add: (status, hasAudio) => {
      calls++;
      if (hasAudio) withAudio++;
      else without.set(status, (without.get(status) ?? 0) + 1);
    },
    account: () => ({ calls, withAudio, without: Object.fromEntries(without) }),
  };
}

/**
 * Returns the account with the result of examining the audio of one call: its status, and whether it counts as a call with audio, before and after.
 */
export function afterLook(
  account: AudioAccount,
  before: { readonly status: string; readonly hasAudio: boolean },
  after: { readonly status: string; readonly hasAudio: boolean },
  times: number,
): AudioAccount {
  const without = new Map(Object.entries(account.without));
  const add = ({ status, hasAudio }: typeof before, sign: 1 | -1): void => {
    if (!hasAudio) without.set(status, (without.get(status) ?? 0) + sign * times);
  };
  add(before, -1);
  add(after, 1);
  const gained = (Number(after.hasAudio) - Number(before.hasAudio)) * times;
  return { ...account, withAudio: account.withAudio + gained, without: Object.fromEntries([...without].filter(([, number]) => number !== 0)) };
}

/**
 * Returns the alarm about a source whose calls lack audio: P251 if none of the described calls has audio, P252 if fewer have than required.
 * @param expected percentage of calls that must have audio, not counting those for which the recorder says that there is none; null: at least one
 * call must
 */
export function audioAlarms({ audio }: Pick<SourceAccount, 'audio'>, expected: number | null): Finding[] {
  if (audio === undefined || audio.calls === 0 || expected === 0) return [];
  const { calls, withAudio, without } = audio;
  const reasons = withoutText(audio);
  if (withAudio === 0)
    return [
      finding('P251', audioPlace, `0 of ${counted(calls, 'call')} that rows describe ${calls === 1 ? 'has' : 'have'} audio: ${reasons}`, calls),
    ];
  const due = calls - withoutByDesign.reduce((sum, status) => sum + (without[status] ?? 0), 0);
  if (expected === null || withAudio * 100 >= expected * due) return [];
  const left = due === calls ? '' : ` that should have audio (${calls - due} more were not recorded, or were deleted by the recorder)`;
  // Rounded down, so that 94.96 % does not become 95 %.
  const share = Math.floor((withAudio / due) * 10_000) / 100;
  return [
    finding(
      'P252',
      audioPlace,
      `${count(withAudio)} of ${counted(due, 'call')} that rows describe${left} have audio: ${share} %, and ${expected} % are expected; without: ${reasons}`,
      due - withAudio,
    ),
  ];
}

/** Place of an alarm about the source as a whole. */
const audioPlace = 'source';

/** Formats the statuses of calls without audio, most frequent first. Calls whose files decoded to silence keep their match status. */
export function withoutText({ without }: AudioAccount): string {
  const entries = Object.entries(without).sort(([a, x], [b, y]) => y - x || byCodePoint(a, b));
  return entries.map(([status, number]) => `${number} ${withFiles.has(status) ? `${status}, but silent` : status}`).join(', ');
}

/** Statuses of calls with files: if such a call has no audio, it is silent. */
const withFiles: ReadonlySet<string> = new Set([
  'matched',
  'matched-by-window',
  'shared-audio',
  'split-audio',
  'duplicate-audio',
  'audio-without-row',
  'audio-length-differs',
] satisfies ReconciliationStatus[]);

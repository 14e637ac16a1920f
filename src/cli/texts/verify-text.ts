import { count, counted, periodText } from '../../core/words/quantity.ts';
import { isMute, type VerifyOutcome } from '../../verify/bags/verify-counts.ts';
import type { SampleOutcome } from '../../verify/draw-sample.ts';
import type { DueState } from '../../verify/schedule/due-state.ts';
import type { ScheduledOutcome } from '../../verify/verify-events.ts';
import { exitCodes } from '../report/exit-code.ts';
import type { Ending } from '../report/run-command.ts';
import { bytes, duration, shellWord } from '../report/units.ts';
import type { OwnSteps } from './own-steps.ts';

/** How a verification was requested. */
export interface VerifyWords {
  readonly play: boolean;
  /** True if no bag was to be read. */
  readonly status: boolean;
  /** Path of the archive as the user gave it. */
  readonly archive: string;
  /** A bag outside an archive, and whether it is the hand-over of a case; null: an archive. */
  readonly bag: 'any' | 'hand-over' | null;
  /** The faults that have a step of their own. */
  readonly steps: OwnSteps;
}

/** Formats the result of a finished verification, with its exit code. */
export function verified(outcome: ScheduledOutcome, how: VerifyWords): Ending {
  const { due, named, replicas, sample, erasures, ...counts } = outcome;
  const unopened = outcome.unopened - outcome.secretsLost;
  const looked = how.status ? statusText(counts) : [countsText(outcome, how, due !== null)];
  const text = [
    ...looked,
    ...(how.bag === null ? [] : [aloneText(how)]),
    ...(outcome.erased > 0 ? [erasedText(outcome.erased, outcome.returned)] : []),
    ...(outcome.erasedFiles > 0 ? [erasedFilesText(outcome.erasedFiles, outcome.erasures === undefined && how.bag === null)] : []),
    ...openedText(outcome),
    ...lostText(outcome),
    ...(unopened > 0 ? [unopenedText(unopened, outcome.described, how.play)] : []),
    ...(how.play && unopened + outcome.closed > 0 ? [closedStepText] : []),
    ...uncomparedText(outcome),
    ...(sample === undefined ? [] : [sampleText(sample)]),
    ...(due === null ? [] : [dueText(due)]),
  ];
  const left = [
    ...(how.bag === null ? [] : ['completeness']),
    ...(outcome.unopened > 0 ? ['sealed contents'] : []),
    ...(uncomparedText(outcome).length > 0 ? ['erasures in the keyring'] : []),
  ];
  const notChecked = left.length === 0 ? {} : { notChecked: left.join(', ') };
  return {
    exitCode: exitCodeFor(outcome, how.play),
    facts: {
      ...counts,
      play: how.play,
      due,
      named,
      replicas,
      ...(sample === undefined ? {} : { sample }),
      ...(erasures === undefined ? {} : { erasures }),
      ...notChecked,
    },
    text: text.join('\n'),
  };
}

/** States what was opened of a sealed archive besides recordings, and what could not be. */
function openedText({ openedTables, openedReports, openedDetails, openedCases, closed }: VerifyOutcome): string[] {
  const kinds = [
    [openedTables, 'kept table'],
    [openedReports, 'report'],
    [openedDetails, 'private detail'],
    [openedCases, 'case'],
  ] as const;
  const opened = kinds.flatMap(([number, what]) => (number === 0 ? [] : [counted(number, what)]));
  const parts = opened.length < 2 ? opened : [opened.slice(0, -1).join(', '), opened.at(-1) ?? ''];
  return [
    ...(opened.length === 0 ? [] : [`Also opened: ${parts.join(' and ')}.`]),
    ...(closed === 0
      ? []
      : [
          `${counted(closed, 'other sealed item')} could NOT be opened: the keyring has no secrets of ${closed === 1 ? 'it' : 'them'}; see the warnings.`,
        ]),
  ];
}

/**
 * States what a check of sealed recordings without keys, or with a keyring that lacks their secrets, cannot show.
 * @param described number of documents that were opened
 */
function unopenedText(recordings: number, described: number, play: boolean): string {
  const what = `NOT checked: the content of ${counted(recordings, 'sealed recording', 'sealed recordings')}. The stored bytes were compared with manifests and log`;
  if (play) return `${what}. The documents and the copies were not read, because the keyring does not open ${recordings === 1 ? 'it' : 'them'}.`;
  return described === 0
    ? `${what}. The documents and the structure of copies were not read, because that needs the keyring: longplay verify ARCHIVE --play`
    : `${what}, and ${counted(described, 'document')} with the catalog. The copies were not opened: longplay verify ARCHIVE --play`;
}

/** States how secrets that the keyring lacks come back, and what to do if they do not. */
const closedStepText =
  'To restore damaged and missing pages of the keyring from another copy: longplay keyring sync --deep. It names the pages that no copy has (K131). If they are lost for good, two persons acknowledge it: longplay keyring report-loss ARCHIVE --reason TEXT';

/** States what is lost for good, as two persons acknowledged. */
function lostText({ secretsLost, itemsLost }: VerifyOutcome): string[] {
  const parts = [
    ...(secretsLost === 0 ? [] : [counted(secretsLost, 'sealed recording')]),
    ...(itemsLost === 0 ? [] : [counted(itemsLost, 'other sealed item')]),
  ];
  if (parts.length === 0) return [];
  const whose = secretsLost + itemsLost === 1 ? 'Its secrets are' : 'Their secrets are';
  return [`LOST: ${parts.join(' and ')}. ${whose} in no copy of the keyring, as two persons acknowledged: longplay keyring losses ARCHIVE`];
}

/** States which part of the comparison of erasures with the keyring a check without keys cannot make. */
function uncomparedText({ erasures, erased, erasedFiles }: ScheduledOutcome): string[] {
  if (erasures === 'unchecked')
    return [
      'NOT checked: whether secrets were destroyed without an entry of the log, and whether the keyring opens what was erased. This needs the folder of the keyring (not its roots) and, on this machine, the secret of the erasure ledger: LONGPLAY_KEYRING=FOLDER longplay verify ARCHIVE',
    ];
  if (erasures !== 'listed' || erased + erasedFiles === 0) return [];
  return [
    'NOT checked: that the keyring opens nothing that was erased. Its lists of erased secrets were compared with the log, but not its pages. To compare these: longplay verify ARCHIVE --play',
  ];
}

/** States how many files were erased while their recordings stayed, which is no fault. @param isOpen true for an open archive */
function erasedFilesText(files: number, isOpen: boolean): string {
  const how = isOpen
    ? 'each bag was rewritten without them, and all its other files match the log'
    : 'the stored bytes are unchanged, and according to the log their secrets were destroyed';
  return `${counted(files, 'file')} ${files === 1 ? 'was' : 'were'} erased alone, e.g. originals whose copies remain: ${how}.`;
}

/** States how many recordings were erased, which is no fault. @param returned number of faults about erased data that exists again */
function erasedText(recordings: number, returned: number): string {
  const how = returned > 0 ? 'what came back of them is listed above' : 'according to the log their secrets were destroyed';
  return `${counted(recordings, 'recording')} ${recordings === 1 ? 'was' : 'were'} erased: the stored files are as they landed; ${how}.`;
}

/** States what the verification of a single bag cannot show. */
function aloneText({ bag, archive }: VerifyWords): string {
  const what = "NOT checked: completeness. Files were compared with the bag's own manifests, and whoever can write the bag can rewrite these.";
  return bag === 'hand-over' ? `${what}\nCompare it with the log of its archive: longplay case check ${shellWord(archive)} --key KEY` : what;
}

/** States how many calls have faults, and in which files. */
function callsText({ calls, callsDescribed }: VerifyOutcome): string {
  if (calls === 0) return '';
  const words = `${counted(calls, 'call')} damaged or lost`;
  if (callsDescribed === 0) return `${words}; `;
  return callsDescribed === calls
    ? `${words} in the description alone, no audio; `
    : `${words}, ${callsDescribed} of them in the description alone; `;
}

/** Describes a check of the log and the folders in which no bag was read. */
function statusText({ errors, warnings }: VerifyOutcome): string[] {
  const found = [...(errors > 0 ? [counted(errors, 'fault')] : []), ...(warnings > 0 ? [counted(warnings, 'warning')] : [])];
  return found.length === 0 ? [] : [`Without reading a bag: ${found.join(' and ')}, listed above.`];
}

function countsText(outcome: ScheduledOutcome, { play, archive, steps }: VerifyWords, scheduled: boolean): string {
  const { bags, bagsWell, errors, unreachable, derived, returned, logEndLost, warnings, untried, calls, named, replicas } = outcome;
  if (errors === 0 && bags === 0)
    return scheduled ? 'Nothing was due; the log was checked.' : 'The archive is whole and holds no bags yet: nothing was checked but its log.';
  const sound = !play
    ? ''
    : outcome.media === 0
      ? untried > 0
        ? '; no audio was played'
        : '; no audio to play'
      : `; ${duration(outcome.audioMs)} of audio decoded`;
  const looked = `${counted(outcome.files, 'file')} in ${counted(bags, 'bag')}, ${bytes(outcome.bytes)}${sound}`;
  const warned = warnings > 0 ? ` ${counted(warnings, 'warning')}, listed above.` : '';
  const unplayed = untried > 0 ? ` ${counted(untried, 'recording')} could NOT be tried: nothing is known about how they play; see the warnings.` : '';
  if (play && isMute(outcome))
    return `${looked}: no fault, and NO SOUND: ${counted(outcome.media, 'audio file')} in ${counted(outcome.recordings, 'recording')}, and none gave any (V212).${warned}`;
  if (errors === 0) return `${looked}: ${untried + outcome.secretsLost + outcome.itemsLost > 0 ? 'no fault' : 'OK'}.${warned}${unplayed}`;
  const lines = [
    `${looked}: ${callsText(outcome)}${counted(errors, 'fault')}, listed above${bags > bagsWell ? `; ${counted(bags - bagsWell, 'bag')} with faults` : ''}.${warned}${unplayed}`,
  ];
  if (unreachable > 0)
    lines.push(`${counted(unreachable, 'of them', 'of them')} could not be read and may be intact: fix the cause and verify again.`);
  if (derived > 0) lines.push(`Rebuild the catalog: longplay catalog rebuild ${shellWord(archive)}`);
  if (named.length > 0) {
    lines.push(...named.map((id) => `  longplay show ${shellWord(archive)} ${id}`));
    if (calls > named.length) lines.push(`  and ${counted(calls - named.length, 'more call', 'more calls')}, which the log names.`);
  }
  // What came back counts as damage of its bag, too, which no repair fixes.
  if (logEndLost > 0)
    lines.push(
      `Bring the newer log back first: longplay replica repair ${shellWord(archive)}. If no copy has it: longplay log remember ${shellWord(archive)} --lost`,
    );
  if (returned > 0) lines.push(`Erase again what came back: longplay erase run ${shellWord(archive)}; then verify again`);
  else if (logEndLost === 0 && errors > unreachable + derived + steps.count()) {
    lines.push(
      replicas.length === 0
        ? 'Restore the named files from another copy of the archive.'
        : `Repair them from ${replicas.join(', ')}: longplay replica repair ${shellWord(archive)}`,
    );
  }
  lines.push(...steps.lines(archive));
  return lines.join('\n');
}

function sampleText({ population, drawn, played, failed, untried, seed }: SampleOutcome): string {
  const others = [...(failed > 0 ? [`${failed} do NOT play`] : []), ...(untried > 0 ? [`${untried} could not be tried`] : [])];
  return `${counted(drawn, 'recording')} of ${count(population)} drawn at random and decoded, seed ${seed.slice(0, 16)}…: ${[`${played} as recorded`, ...others].join(', ')}.`;
}

function dueText({ bags, inTime, overdue, playOverdue, damaged, unread, nextDueMs, oldestMs }: DueState): string {
  const parts = [`${inTime} of ${counted(bags, 'bag')} read within the period`];
  if (bags > unread) parts.push(`the longest time since one was read${unread > 0 ? ', or since it came,' : ''} is ${periodText(oldestMs)}`);
  if (unread > 0) parts.push(`${unread} not read since they were written${bags > unread ? '' : `, the first ${periodText(oldestMs)} ago`}`);
  if (overdue.bags > 0) parts.push(`${overdue.bags} OVERDUE since ${dayOf(overdue.sinceMs)}`);
  if (playOverdue.bags > 0) parts.push(`${playOverdue.bags} OVERDUE for decoding since ${dayOf(playOverdue.sinceMs)}`);
  if (damaged > 0) parts.push(`${damaged} found DAMAGED and not found intact since`);
  if (overdue.bags === 0 && nextDueMs !== null) parts.push(`the next period ends on ${dayOf(nextDueMs)}`);
  return `${parts.join('; ')}.`;
}

function dayOf(ms: number | null): string {
  return ms === null ? 'the beginning' : new Date(ms).toISOString().slice(0, 10);
}

/**
 * Returns the exit code. Unreadable files may be intact, and so may recordings that could not be played: their state is unknown until the next run.
 */
function exitCodeFor(outcome: ScheduledOutcome, play: boolean): number {
  const { errors, unreachable, due, sample } = outcome;
  const untried = outcome.untried + (sample?.lacking ?? 0);
  if (errors > unreachable || (due?.damaged ?? 0) > 0) return exitCodes.integrity;
  if (play && isMute(outcome)) return exitCodes.partly;
  return unreachable + untried + outcome.closed > 0 || (due?.overdue.bags ?? 0) + (due?.playOverdue.bags ?? 0) > 0
    ? exitCodes.incomplete
    : exitCodes.well;
}

import { agree } from '../../core/base/agree.ts';
import { count, counted, periodText } from '../../core/words/quantity.ts';
import { isMuteRun, type PlayedSound } from '../../log/history/run-register.ts';
import { type KeyringFacts, keyringTroubles } from './keyring.ts';
import type {
  BadBound,
  CodecRisk,
  LastPlayed,
  LastRun,
  LastSuccess,
  LeftOver,
  LogAccount,
  LogFacts,
  PlaceReading,
  PlayableShare,
  SampledShare,
  Statement,
} from './statement.ts';

// Texts of the statement, shared by the page, the text and the JSON.

/** Describes the last success of the primary archive: the first line of every form of the statement. */
export function headlineOf(success: LastSuccess | null, account: LogAccount): string {
  if (success === null) {
    const ran = account.places[0]?.lastRun ?? null;
    return ran === null
      ? 'Last success: NEVER. The log has no finished verification of this archive.'
      : `Last success: NEVER. The last finished verification, on ${dayOf(ran.time)}, ${shortcoming(ran)}.`;
  }
  const scope = success.scope === 'due' ? ', of those that were due' : '';
  return `Last success: ${success.time ?? 'at an unknown time'}, ${periodText(success.ageMs)} ago: ${counted(success.bags, 'bag')} with ${counted(success.recordings, 'recording')} read${scope}, no faults${heardText(success.sound)}.`;
}

/** Describes the decoded audio of a success; empty if nothing was decoded. */
function heardText(sound: PlayedSound | null): string {
  if (sound === null) return '';
  return sound.media === 0
    ? '; there was no audio to play'
    : `; ${sound.soundMs < 60_000 ? `${(sound.soundMs / 1_000).toFixed(1)} s` : periodText(sound.soundMs)} of audio decoded`;
}

/** Describes problems since the last success: failed runs and damage. Empty: there are none. */
export function troubleText({ account, log, lastSuccess, keyring }: Pick<Statement, 'account' | 'log' | 'lastSuccess' | 'keyring'>): string[] {
  const out: string[] = [];
  for (const { replica, lastRun, lastKept, left, unfinished } of account.places) {
    const place = replica === null ? 'the primary archive' : `replica ${replica}`;
    // If the primary archive never had a success, the headline says the same.
    if (lastRun !== null && lastRun.run !== lastKept?.run && (replica !== null || lastSuccess !== null))
      out.push(`The last verification of ${place}, on ${dayOf(lastRun.time)}, ${shortcoming(lastRun)}.`);
    if (left !== undefined) out.push(`In ${place}, ${leftText(left)}.`);
    if (unfinished > 0) out.push(`${counted(unfinished, 'verification')} of ${place} started since then and did not finish.`);
  }
  if (account.faults.length > 0) out.push(`${counted(account.faults.length, 'bag')} with unrepaired damage.`);
  out.push(...log.findings.map(({ code, message }) => `The log: ${code} ${message}.`));
  if (keyring !== undefined) out.push(...keyringTroubles(keyring).trouble);
  return out;
}

/** Describes what verifications that decode could not try, and the next step; without a full stop. */
export function leftText({ time, recordings, unopened, items, bag }: LeftOver): string {
  const parts = [...(recordings > 0 ? [counted(recordings, 'recording')] : []), ...(items > 0 ? [counted(items, 'other sealed item')] : [])];
  const where = bag === null ? '' : `, e.g. in ${bag}`;
  const why =
    unopened + items > 0
      ? 'the keyring did not open them; run longplay keyring sync --deep to see what its copies have, then longplay verify ARCHIVE --play'
      : 'longplay verify ARCHIVE --play names what is missing';
  return `the last verification that could not play everything, on ${dayOf(time)}, left ${parts.join(' and ')} untried${where}, and no later one has tried them: ${why}`;
}

function shortcoming(run: LastRun): string {
  const { complete, bags, errors, unreachable, untried, closed } = run;
  if (errors > unreachable) return `found ${counted(errors, 'fault')}`;
  if (unreachable > 0) return `could not read ${counted(unreachable, 'file')}`;
  if (!complete) return 'was stopped before it had read everything';
  if (untried > 0) return `could not try ${counted(untried, 'recording')}`;
  if (closed > 0) return `could not open ${counted(closed, 'sealed item')}`;
  if (isMuteRun(run)) return 'played the audio files and found no sound';
  return bags === 0 ? 'read nothing' : 'was no success';
}

/** Describes overdue work. Empty: there is none according to the log and the folder of jobs. */
export function overdueText({ account, catalog, writtenAt, keyring }: Pick<Statement, 'account' | 'catalog' | 'writtenAt' | 'keyring'>): string[] {
  const out: string[] = [];
  for (const { replica, overdue, playOverdue, playEveryMs, periodMs, oldestBag, oldestAgeMs } of account.places) {
    const place = placeName(replica);
    if (overdue > 0)
      out.push(
        `${place}: ${counted(overdue, 'bag')} not read for more than ${periodText(periodMs)}; the longest, ${oldestBag ?? ''}, for ${periodText(oldestAgeMs ?? 0)}.`,
      );
    if (playOverdue > 0) out.push(`${place}: ${counted(playOverdue, 'bag')} not decoded for more than ${periodText(playEveryMs ?? 0)}.`);
  }
  const { last } = account.stamps;
  if (last !== null && Date.parse(last.certificateEnds) < Date.parse(writtenAt))
    out.push(`The certificate of the last time stamp expired on ${dayOf(last.certificateEnds)}, and the stamp was not renewed.`);
  if (catalog.unfinished.length > 0) out.push(`Unfinished imports: ${catalog.unfinished.join(', ')}.`);
  if (keyring !== undefined) out.push(...keyringTroubles(keyring).overdue);
  return out;
}

/** Describes the playable share. */
export function shareLines({ playable, account }: Pick<Statement, 'playable' | 'account'>): string[] {
  const { recordings, withoutSound, played, failed, otherwise, notShown, sample } = playable;
  const { spoiled, oldestAgeMs } = account.playability;
  const silent = withoutSound === 0 ? '' : ` Besides these ${counted(withoutSound, 'recording')} without sound: no file, or an empty one.`;
  const drawn = sample === null ? [] : sampleLines(sample, recordings);
  if (played + failed + spoiled === 0) {
    const nothing =
      sample === null
        ? `The log has no verification that decoded anything: it is unknown whether ${counted(recordings, 'recording')} play.`
        : `No bag was decoded completely; the archive has ${counted(recordings, 'recording')} with sound.`;
    return [...drawn, `${nothing}${silent}`];
  }
  const shares = `${count(played)} as recorded (${shareText(played, recordings)}), ${count(failed)} NOT; ${count(notShown)} not shown to play`;
  return [
    ...drawn,
    `Of ${counted(recordings, 'recording')} with sound, at the last complete decoding: ${shares}.${silent}`,
    ...(otherwise > 0 ? [`${count(otherwise)} of those that play decode to slightly different samples than at import.`] : []),
    ...(spoiled > 0
      ? [`The decoding of ${counted(spoiled, 'bag')} does not count: they have since been found damaged or lost, or the keyring did not open them.`]
      : []),
    ...playable.bounds.map((bound) => `${boundLine(bound, recordings)}${playable.caveat === null ? '' : `, ${playable.caveat}`}.`),
    ...(oldestAgeMs === null ? [] : [`The oldest decoding that counts was ${periodText(oldestAgeMs)} ago.`]),
  ];
}

function boundLine({ confidence, bad, badShare }: BadBound, recordings: number): string {
  return `With ${confidence * 100} % confidence at most ${count(bad ?? 0)} of all ${count(recordings)} (${boundText(badShare)}) do not play`;
}

function sampleLines(
  { draws, drawn, failed, untried, population, outside, unended, oldestAgeMs, bounds }: SampledShare,
  recordings: number,
): string[] {
  const bad = [
    ...(failed > 0 ? [`${count(failed)} do NOT play`] : []),
    ...(untried > 0 ? [`${count(untried)} could not be tested and count as bad`] : []),
  ];
  const beside = outside === 0 ? '' : ` ${counted(outside, 'recording')} came later, or were damaged since, and count as bad.`;
  const stopped = unended === 0 ? '' : ` ${counted(unended, 'draw')} MORE began and did not finish: whoever stops runs can choose what counts.`;
  return [
    `Random sample, by seeds in the log: ${count(drawn)} of ${counted(population, 'recording')} with sound, in ${counted(draws, 'draw')}, the oldest ${periodText(oldestAgeMs)} ago; ${bad.length === 0 ? 'all play' : bad.join(', ')}.${beside}${stopped}`,
    ...bounds.map((bound) => `${boundLine(bound, recordings)}, for any distribution of faults (random sample, exact).`),
  ];
}

/** A word for each risk, which the reason beside it explains. */
export const riskWords: Readonly<Record<CodecRisk, string>> = {
  published: 'low',
  'ffmpeg-only': 'medium',
  proprietary: 'high',
  nobody: 'NO DECODER here',
};

/** Describes when a codec was last decoded, and with which decoder. */
export function lastPlayedText(last: LastPlayed | null): string {
  return last === null ? 'never' : `${dayOf(last.time)} by ${last.decoders === '' ? 'decoders that the log does not name' : last.decoders}`;
}

/** Returns the day of a time. */
export function dayOf(time: string | null): string {
  return time === null ? 'an unknown day' : time.slice(0, 10);
}

/** Returns `primary`, or the replica's name. */
export function placeName(replica: string | null): string {
  return replica ?? 'primary';
}

/** Formats a share; never rounds it up to all or down to nothing. */
export function shareText(part: number, whole: number): string {
  if (whole === 0) return 'none of none';
  const percent = (part * 100) / whole;
  if (part === whole) return '100 %';
  if (percent > 99.9) return 'under 100 %';
  return part > 0 && percent < 0.1 ? 'under 0.1 %' : `${percent.toFixed(1)} %`;
}

/** Formats a bound, rounded up. */
export function boundText(share: number): string {
  if (share === 0) return '0 %';
  const percent = share * 100;
  const digits = percent >= 10 ? 1 : percent >= 1 ? 2 : percent >= 0.01 ? 3 : 5;
  return `${(Math.ceil(percent * 10 ** digits) / 10 ** digits).toFixed(digits)} %`;
}

/** Describes how a place was read, in sentences. */
export function readingText(place: PlaceReading): string[] {
  const { bags, well, damaged, late, unread, overdue, oldestAgeMs, periodMs, periodFrom, owesErasureSince, owesSealingSince, lockedUntil } = place;
  const from = { replica: 'its own', log: 'that of the last scheduled verification', assumed: 'ASSUMED: no verification had one' }[periodFrom];
  if (bags === 0) return ['The archive has no bags: there is nothing to read.'];
  const lines = [
    `Period: ${periodText(periodMs)} (${from}).`,
    `${count(well)} of ${counted(bags, 'bag')} (${shareText(well, bags)}) were read completely within the period and have no known faults.`,
  ];
  if (damaged > 0) lines.push(`${counted(damaged, 'bag')} found damaged, and not found repaired since.`);
  if (late > 0)
    lines.push(`${counted(late, 'bag')} NOT verified within the period; ${count(unread)} of all bags were never read since they were last written.`);
  if (overdue > 0) lines.push(`${counted(overdue, 'bag')} overdue.`);
  if (lockedUntil !== undefined) lines.push(`Nothing can be deleted from its medium before ${lockedUntil} is over.`);
  if (owesErasureSince !== undefined)
    lines.push(
      `It owes the erasure of recordings or messages since ${owesErasureSince.slice(0, 10)}: it may still hold what was erased from the archive.`,
    );
  if (owesSealingSince !== undefined)
    lines.push(
      `It owes the sealing of the archive since ${owesSealingSince.slice(0, 10)}: it holds calls in clear, and whoever has it can read and play them.`,
    );
  if (oldestAgeMs !== null) lines.push(`The longest time since a bag was read, or since its ingest, is ${periodText(oldestAgeMs)}.`);
  return lines;
}

/** Describes which damage the schedule detects, with which probability, and by when. */
export function detectionText({ bags, late, periodMs, oldestAgeMs }: PlaceReading, writtenAt: string): string {
  if (bags === 0) return 'There are no bags in which damage could be detected.';
  const by = new Date(Date.parse(writtenAt) + periodMs).toISOString().slice(0, 10);
  const kept = late === 0 && oldestAgeMs !== null && oldestAgeMs <= periodMs;
  const condition = kept ? '' : ' The log shows that the period was not kept for all bags; for those this is only an intention.';
  return `A byte that changes today is detected by ${by} with probability 1, provided that the verification runs and keeps its period of ${periodText(periodMs)}; after ${periodText(periodMs / 2)} on average.${condition}`;
}

/** Lists the assumptions behind the numbers. */
export function assumptionsOf(account: LogAccount, { strata, sample }: PlayableShare): string[] {
  const { clock, places } = account;
  const out = [
    'The log is complete and signed by the key that it names; its faults, if any, are listed above. Whoever has the key and all copies of the log could have rewritten it, unless a witness, a time stamp or a replica proves otherwise.',
    'The time of an entry is the minimum of its own and those of all later entries; an entry that would be later than now is ignored. Ages are upper limits that the log allows.',
    'The verifications in the log did what the version of longplay that each names does.',
    'A bag that was verified and not written since is unchanged; nothing is known between two readings.',
  ];
  if (clock.behind > 0 || clock.future > 0)
    out.push(
      agree`The clock was not steady: ${clock.behind} of ${clock.entries} entr[y|ies] [has|have] a time before that of an earlier one, by at most ${periodText(clock.mostBehindMs)}, and ${clock.future} at the end [has|have] a time later than now.`,
    );
  if (places.some(({ periodFrom }) => periodFrom === 'assumed')) out.push('If no period was given, 365 d are assumed.');
  if (strata.some(({ played, failed, recordings }) => played + failed > 0 && recordings !== played + failed))
    out.push(
      'The bounds by bags are valid if, within a codec of a recorder and a year, the condition of bags did not affect which of them were decoded. If bags of one disk, one day or one import are bad together, and none of these was decoded, the bounds are too small; a random sample (longplay verify --sample) does not depend on this.',
    );
  if (sample !== null)
    out.push(
      'The seed of a random sample is the state of the log after the entry that began the run. Whoever has the key and an altered longplay could try entries until a sample suits them; draws that began and did not finish are counted.',
    );
  return out;
}

/** Describes the result of a restore drill. */
export function drillResult({ failed, unopened = 0 }: NonNullable<LogAccount['drill']>): string {
  return unopened === 0 ? `${failed} failed` : `${failed} failed, ${unopened} sealed and NOT opened`;
}

/** Lists what the statement does not cover. */
export function notCoveredOf(account: LogAccount, log: LogFacts, { notShown }: PlayableShare, keyring: KeyringFacts | undefined): string[] {
  const [primary, ...replicas] = account.places;
  const out = ['Whether the recorder captured all calls, and whether what was captured is what was said: proof begins with the import.'];
  if (primary !== undefined && primary.late > 0)
    out.push(
      `${counted(primary.late, 'bag')} of the primary archive: not read completely within the period, so nothing is known about ${primary.late === 1 ? 'it' : 'them'}.`,
    );
  if (notShown > 0)
    out.push(
      `${counted(notShown, 'recording')} with sound not shown to play: never decoded, with a codec without decoder here, or in a bag that has since been found damaged or lost, or could not be opened. Unaltered files do not prove that they play.`,
    );
  if (replicas.length === 0)
    out.push('There is no replica: damage is detected but cannot be repaired, and the loss of the medium is the loss of everything.');
  if (account.stamps.entries === 0) out.push('No time stamp of an authority: the age of entries depends on the clock of the machine.');
  if (account.drill === null) out.push('The log has no restore drill.');
  if (keyring !== undefined)
    out.push(
      `The archive is sealed: a reading without the keyring compares stored bytes. What the files hold is covered only where recordings were decoded. ${
        keyring.keyring === null
          ? 'Whether the secrets still exist is not covered.'
          : 'The keyring was searched for the page of every bag; whether its roots open them is shown only by the drills that this statement names.'
      }`,
    );
  if (log.behind !== undefined)
    out.push(
      `Entries ${count(log.size + 1)} to ${count(log.behind.entries)} of the log of the archive: this statement is from its replica ${log.behind.name}, which was not synchronised since.`,
    );
  if (log.findings.length > 0) out.push('The content of the damaged or unsigned parts of the log.');
  out.push('Damage to all copies between two readings, memory faults while a file is read, and a manipulated longplay.');
  return out;
}

import type { FindingCode } from '../../core/findings/finding-table.ts';
import type { Verdict, VerdictKind } from '../../core/model/verdict.ts';
import type { StratumCounts } from '../../log/history/strata.ts';
import type { PlayedFile, PlayedRecording } from './play-recording.ts';

/** A note that is reported once per bag with the number of files: after a change of decoders it may apply to millions. */
export interface PlayNote {
  readonly code: 'V202' | 'V203' | 'V205' | 'V206' | 'K203' | 'K132';
  /** Text that is the same for all affected files, e.g. the decoders or what is missing; for `K203` and `K132`, the kind of counted items, e.g. "recording". */
  readonly what: string;
  readonly files: number;
  /** The first of the files, as named in verdicts. */
  readonly first: string;
}

/** Result of decoding a recording. */
export interface PlayedVerdicts {
  readonly verdicts: readonly Verdict[];
  readonly notes: readonly PlayNote[];
  /** Counts of the recording; all 0 if there was nothing to decode, or some of its files could not be tried. */
  readonly counts: StratumCounts;
  /** 1 if a file should have been decoded and could not be tried. */
  readonly untried: number;
  readonly audioMs: number;
}

/** Converts decoding results of a recording to verdicts and counts. @param folder name of its folder in verdicts */
export function playedVerdicts({ files, complete }: PlayedRecording, folder: string): PlayedVerdicts {
  const verdicts: Verdict[] = [];
  const notes: PlayNote[] = [];
  for (const file of files) {
    const path = `${folder}/${file.name}`;
    const say = (verdict: VerdictKind, code: FindingCode, message: string): void => {
      verdicts.push({ kind: 'verdict', verdict, code, path, message, severity: 'error' });
    };
    const note = (code: PlayNote['code'], what: string): void => {
      notes.push({ code, what: what.slice(0, 200), files: 1, first: path });
    };
    const told = file.reasons.join('; ');
    const isCopy = file.of === 'copy';
    if (file.outcome === 'broken' && isCopy) for (const reason of file.reasons) say('unplayable', 'V121', reason);
    else if (file.outcome === 'broken') say('unplayable', 'V200', told);
    else if (file.outcome === 'different') say('unplayable', isCopy ? 'V204' : 'V201', told);
    else if (file.outcome === 'unreadable') say('unreachable', 'V207', `could not be read for decoding: ${told}`);
    else if (file.outcome === 'decoder failed') say('unreachable', 'V214', `could not be decoded: ${told}`);
    else if (file.outcome === 'near') note(isCopy ? 'V203' : 'V202', file.reasons[0] ?? '');
    else if (file.outcome === 'no FFmpeg') note('V205', file.codec ?? unknownCoding);
    else if (file.outcome === 'encrypted') note('V206', file.codec ?? unknownCoding);
  }
  const failed = files.some(({ outcome }) => outcome === 'broken' || outcome === 'different');
  const tried = files.filter(({ outcome }) => !untriedOutcomes.has(outcome));
  const all = complete && tried.length === files.length;
  const played = !failed && all && tried.length > 0;
  const otherwise = played && tried.some(({ outcome }) => outcome === 'near');
  return {
    verdicts,
    notes,
    counts: { played: played ? 1 : 0, failed: failed ? 1 : 0, otherwise: otherwise ? 1 : 0 },
    untried: all || failed ? 0 : 1,
    audioMs: tried.reduce((sum, { audioMs }) => sum + audioMs, 0),
  };
}

/** Outcomes that say nothing about a file. */
export const untriedOutcomes: ReadonlySet<PlayedFile['outcome']> = new Set(['no FFmpeg', 'encrypted', 'unreadable', 'decoder failed']);

const unknownCoding = 'an unknown coding';

/** Largest number of different notes. Bags made by longplay have fewer kinds. */
const mostNotes = 100;

/** Creates a collection that adds up notes with the same text. */
export function createNotes(): { add(notes: Iterable<PlayNote>): void; verdicts(place: string): Verdict[] } {
  const byWords = new Map<string, PlayNote>();
  return {
    add(notes) {
      for (const note of notes) {
        const asked = `${note.code} ${note.what}`;
        const key = byWords.has(asked) || byWords.size < mostNotes ? asked : note.code;
        const sum = byWords.get(key);
        byWords.set(key, sum === undefined ? (key === asked ? note : { ...note, what: 'and others' }) : { ...sum, files: sum.files + note.files });
      }
    },
    verdicts: (place) =>
      [...byWords.values()].map((note) => ({ kind: 'verdict', path: place, severity: 'warning', code: note.code, ...saying(note) })),
  };
}

function saying({ code, what, files, first }: PlayNote): Pick<Verdict, 'verdict' | 'message'> {
  const originals = `${files} ${files === 1 ? 'original' : 'originals'}`;
  const copies = `${files} ${files === 1 ? 'copy' : 'copies'}`;
  const from = `the first is ${first}`;
  switch (code) {
    case 'V202':
      return { verdict: 'ok', message: `${originals} with other samples than at import, within tolerance: ${what}; ${from}` };
    case 'V203':
      return { verdict: 'ok', message: `${copies} with other samples than at import, within tolerance: ${what}; ${from}` };
    case 'V205':
      return { verdict: 'unverifiable', message: `${originals} not decoded: only FFmpeg decodes ${what}, and it is not installed; ${from}` };
    case 'V206':
      return {
        verdict: 'unverifiable',
        message: `${originals} not decoded: encrypted (${what}), and none of the given passwords opens them; ${from}`,
      };
    case 'K132':
      return {
        verdict: 'unverifiable',
        message: `${files} sealed ${files === 1 ? what : `${what}s`} LOST: no copy of the keyring has the secrets, as two persons acknowledged; ${from}`,
      };
    case 'K203':
      return {
        verdict: 'unverifiable',
        message: `${files} sealed ${files === 1 ? what : `${what}s`} not opened: the keyring has no secrets of ${files === 1 ? 'it' : 'them'}; ${from}`,
      };
  }
}

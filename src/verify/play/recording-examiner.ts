import { mayHoldAudio } from '../../core/model/pieces.ts';
import { isAmendment, type RecordingDocument, type StoredFile, sealedEnding, storedFilesOf } from '../../core/model/recording-document.ts';
import type { Verdict } from '../../core/model/verdict.ts';
import { createStrataTally, type PlayedStratum, stratumOf } from '../../log/history/strata.ts';
import { type ByTurns, createByTurns } from '../../media/decode/by-turns.ts';
import type { MediaTools } from '../../media/tools/types.ts';
import type { EntryDigest } from '../../store/catalog/catalog-entry.ts';
import { checkPublic } from './check-public.ts';
import type { CheckedRecording, RecordingPlace, SeenFile } from './check-recording.ts';
import type { PlayNote } from './played-verdicts.ts';
import type { Stated } from './stated.ts';

/** Results of examining recordings. */
export interface ExaminedRecordings {
  /** Verdicts on recordings and copies, besides those on digests. */
  readonly verdicts: readonly Verdict[];
  readonly audioMs: number;
  /** Number of recordings, also of those that are erased or were not opened. Amendments count in none of the numbers of recordings. */
  readonly recordings: number;
  /**
   * `media`: audio files from the source that were not erased; `sounding`: recordings that had audio when imported; `soundMs`: duration of the audio in those recordings that
   * decoded as recorded.
   */
  readonly media: number;
  readonly sounding: number;
  readonly soundMs: number;
  /** Expected catalog entries. */
  readonly entries: readonly EntryDigest[];
  /** Decoding results by stratum. */
  readonly strata: readonly PlayedStratum[];
  /** Recordings that should have been decoded and could not be tried. */
  readonly untried: number;
  /** Sealed recordings of which only the stored bytes were checked, without a key. */
  readonly unopened: number;
  /** Sealed amendments of which only the stored bytes were checked. They are neither in `unopened` nor in `untried`. */
  readonly amendmentsUnopened: number;
  /** Sealed recordings and amendments, among the unopened ones, of which the document was opened for its catalog entry, and nothing else. */
  readonly described: number;
  /** Sealed recordings that were erased: only their stored bytes were checked, because no secret opens them. */
  readonly erased: number;
  /** Files that were erased alone: sealed ones, of which only the stored bytes were checked, and open ones, which do not exist. */
  readonly erasedFiles: number;
  /** True if results depend on more than the bytes of the bag: on the manifests of another bag, or on marks of erased files. */
  readonly isBound: boolean;
  readonly notes: readonly PlayNote[];
}

/** Examines the recordings of a task. Results are in input order, whichever recording is finished first. */
export interface RecordingExaminer extends AsyncDisposable {
  say(verdict: Verdict): void;
  /** Adds a recording. */
  take(stated: Stated, folder: SeenFolder): Promise<void>;
  finish(): Promise<ExaminedRecordings>;
}

/** Folder of a recording that was read. */
export interface SeenFolder {
  readonly seen: readonly SeenFile[];
  /** Names of existing files that could not be read. */
  readonly unread: readonly string[];
  /** Document of a sealed recording that was opened beside its public document; null: it was not. */
  readonly described: RecordingDocument | null;
}

/** What is kept of a recording until its turn in the results. */
interface SeenRecording {
  readonly checked: CheckedRecording;
  readonly digest: EntryDigest;
  readonly media: number;
  readonly isSounding: boolean;
  /** True: it describes a recording of another bag again; the recording is counted there. */
  readonly isAmendment: boolean;
  readonly stratum: ReturnType<typeof stratumOf> | null;
}

/** Sealed descriptions that were not opened, each kind with the place of its first one. */
type Unopened = Readonly<Record<'recording' | 'amendment', { count: number; first: string | null }>>;

async function loadReaders() {
  const [{ catalogEntry, entryDigest }, { checkRecording }] = await Promise.all([
    import('../../store/catalog/catalog-entry.ts'),
    import('./check-recording.ts'),
  ]);
  return { catalogEntry, entryDigest, checkRecording };
}

/** Loaded for the first recording: bags of other programs do not need them. */
let readers: Awaited<ReturnType<typeof loadReaders>> | null = null;

/**
 * Creates an examiner. One function: its steps add to the same sums.
 * @param where location and extent, with the ids of erased recordings and the files that were erased alone, each as `recordingId/original-1.wav`
 * @param importYear year of the bag's import, for recordings of unknown year
 * @param tools called only for decoding
 */
export function createRecordingExaminer(
  where: RecordingPlace & { readonly erased?: ReadonlySet<string>; readonly erasedFiles?: ReadonlySet<string> },
  importYear: string | null,
  tools: () => Promise<MediaTools>,
  signal: AbortSignal,
): RecordingExaminer {
  const found: (Verdict | EntryDigest | { seen: SeenRecording | null })[] = [];
  let byTurns: ByTurns | null = null;
  const unopened: Unopened = { recording: { count: 0, first: null }, amendment: { count: 0, first: null } };
  let erased = 0;
  let erasedFiles = 0;
  let opened = 0;

  const isErased = ({ recordingId }: { readonly recordingId: string }, { path, erased: mark }: StoredFile): boolean =>
    mark !== undefined || where.erasedFiles?.has(`${recordingId}/${path}`) === true;

  return {
    say: (verdict) => void found.push(verdict),
    async take(stated, { seen, unread, described }) {
      if (where.erasedFiles !== undefined && where.erasedFiles.size > 0)
        erasedFiles += seen.filter(({ name }) =>
          where.erasedFiles?.has(`${stated.document.recordingId}/${name.slice(0, -sealedEnding.length)}`),
        ).length;
      if (stated.of === 'public') {
        const { recordingId } = stated.document;
        const isAgain = isAmendment(stated.document);
        if (where.erased?.has(recordingId) !== true) {
          const kind = unopened[isAgain ? 'amendment' : 'recording'];
          kind.count++;
          kind.first ??= `${where.place}/data/${recordingId}`;
        } else if (!isAgain) erased++;
        const files = { seen, unread: new Set(unread) };
        const verdicts = checkPublic(stated.document, files, where);
        found.push(...verdicts);
        if (described === null || verdicts.length > 0) return;
        readers ??= await loadReaders();
        const { catalogEntry, checkRecording, entryDigest } = readers;
        // Both documents name the same files: what one of them shows is not said again.
        found.push(...(await checkRecording(described, files, { ...where, play: 'none' }, tools, signal)).verdicts);
        found.push(entryDigest(catalogEntry(described, (file) => isErased(described, file))));
        opened++;
        return;
      }
      const { document } = stated;
      erasedFiles += storedFilesOf(document).filter(({ bag, erased: mark }) => bag === undefined && mark !== undefined).length;
      readers ??= await loadReaders();
      const { catalogEntry, checkRecording, entryDigest } = readers;
      const slot: { seen: SeenRecording | null } = { seen: null };
      found.push(slot);
      const look = async (own: () => Promise<MediaTools>): Promise<void> => {
        const checked = await checkRecording(document, { seen, unread: new Set(unread) }, where, own, signal);
        const entry = catalogEntry(document, (file) => isErased(document, file));
        // The document itself is not kept: it may be large.
        slot.seen = {
          checked,
          digest: entryDigest(entry),
          // A recording whose copy was erased gives no audio, which is no fault.
          media: document.media.filter((one) => mayHoldAudio(one) && !isErased(document, one.access ?? one.original)).length,
          isSounding: entry.sound === 'yes' && !document.media.some(({ access, original }) => isErased(document, access ?? original)),
          isAmendment: isAmendment(document),
          stratum: checked.played === null ? null : stratumOf(entry, () => importYear),
        };
      };
      if (where.play === 'none') return await look(tools);
      byTurns ??= createByTurns(await tools(), signal);
      await byTurns.begin((own) => look(() => Promise.resolve(own)));
    },
    async finish() {
      await byTurns?.end();
      const verdicts: Verdict[] = [];
      const entries: EntryDigest[] = [];
      const strata = createStrataTally();
      const notes: PlayNote[] = [];
      // With a keyring these should have been opened.
      if (where.play !== 'none')
        for (const what of ['recording', 'amendment'] as const) {
          const { count, first } = unopened[what];
          if (count > 0) notes.push({ code: 'K203', what, files: count, first: first ?? where.place });
        }
      const lacking = where.play === 'none' ? 0 : unopened.recording.count;
      let [recordings, audioMs, untried, media, sounding, soundMs] = [unopened.recording.count + erased, 0, lacking, 0, 0, 0];
      let isBound = unopened.amendment.count > 0;
      for (const one of found) {
        if ('verdict' in one) {
          verdicts.push(one);
          continue;
        }
        if ('sha256' in one) {
          entries.push(one);
          continue;
        }
        if (one.seen === null) throw new Error('a recording was begun and not looked into');
        const { checked, digest, stratum, isSounding } = one.seen;
        for (const verdict of checked.verdicts) verdicts.push(verdict);
        audioMs += checked.audioMs;
        entries.push(digest);
        isBound ||= one.seen.isAmendment;
        if (!one.seen.isAmendment) {
          recordings++;
          media += one.seen.media;
          if (isSounding) sounding++;
        }
        if (checked.played === null || stratum === null) continue;
        const { played, failed, otherwise } = checked.played.counts;
        if (!one.seen.isAmendment || played + failed + otherwise > 0) strata.add(stratum, checked.played.counts);
        untried += checked.played.untried;
        if (isSounding && !one.seen.isAmendment && checked.played.counts.played > 0) soundMs += checked.audioMs;
        for (const note of checked.played.notes) notes.push(note);
      }
      return {
        verdicts,
        audioMs,
        recordings,
        entries,
        strata: strata.list(),
        untried,
        unopened: unopened.recording.count,
        amendmentsUnopened: unopened.amendment.count,
        described: opened,
        erased,
        erasedFiles,
        // In a sealed bag, each run counts the files that were erased alone again.
        isBound: isBound || (unopened.recording.count === 0 && erasedFiles > 0),
        media,
        sounding,
        soundMs,
        notes,
      };
    },
    [Symbol.asyncDispose]: async () => await byTurns?.[Symbol.asyncDispose](),
  };
}

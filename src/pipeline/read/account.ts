import { agree } from '../../core/base/agree.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { baseName } from '../../core/base/safe-path.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { ImportItem, TableRead } from '../../core/model/importer.ts';
import { emptyRecording, isDescription, type Recording } from '../../core/model/recording.ts';
import { countsAsAudio, type HasSound } from '../../core/model/sound.ts';
import type { ErasedLookup } from '../../log/erasure/erased-recordings.ts';
import type { ArchiveRelation } from '../../report/calls/call-line.ts';
import { isLoose } from '../../store/catalog/kept-media.ts';
import type { Newest } from '../../store/catalog/lookup.ts';
import type { HeldRecording, Ledger } from '../../store/jobs/ledger.ts';
import type { PlannedRecording } from '../../store/jobs/plan.ts';
import type { Reconciliation } from '../events/events.ts';
import type { Amendments, Difference } from './amend-archived.ts';
import type { FileComparison } from './compare-archived.ts';
import { type ComparedPlace, comparePlaces } from './compare-places.ts';
import { createAudioCount, isDescribed, soundBySize } from './expected-audio.ts';
import type { OtherwiseFinder, OtherwiseFound } from './identified-otherwise.ts';
import { matchedRows } from './matched-rows.ts';
import { createOtherwiseCount } from './otherwise-count.ts';
import { type Patience, withoutLosses } from './patience.ts';
import { type Known, openPlaces, type Places, type PlaceTools } from './place-recording.ts';
import { dayOf, orderOf } from './recording-order.ts';
import type { Counted } from './status-moves.ts';
import { type Withdrawn, withdrawnExamples, withdrawnFindings, withdrawnMark } from './withdrawn-rows.ts';

/** A recording as added to the account. */
export interface AccountedRecording {
  readonly recordingId: string;
  /** Match status; for an archived recording, its final status. */
  readonly status: string;
  readonly standing: ArchiveRelation;
  /** State of the recording in the archive; null if the archive does not have exactly this recording. */
  readonly archived: Newest | null;
  /** True if the recording is imported only if the source is complete now. */
  readonly mends: boolean;
  /** Whether the recording has audio: for an archived one according to decoding, otherwise according to file sizes. */
  readonly sound: HasSound;
  /** Files that are counted with the recording. */
  readonly counted: Counted;
  /** How the import's description of an archived recording differs; null: it does not. */
  readonly difference: Difference | null;
}

/** Accounts for every row and file as the items of an importer come one by one. */
export interface Account {
  /**
   * Adds an item and returns its findings. Items are added one after the other. A recording that the archive may have under another identity is held
   * until all others are known; `taken` then returns null.
   */
  take(item: ImportItem): Promise<Finding[]>;
  /** Returns true if the recording that was added last is held. */
  isHeld(): boolean;
  /** Returns the recordings that are held, for `takeHeld` after all items were taken. */
  held(): Iterable<HeldRecording>;
  takeHeld(held: HeldRecording): Promise<Finding[]>;
  /**
   * Takes an archived recording whose row is no longer in its table. `taken` returns it only if an amendment marks it.
   * @param day ISO day of the mark
   */
  takeWithdrawn(withdrawn: Withdrawn, day: string): Recording;
  /** Places of the recordings in the archive. */
  readonly places: Places;
  /** Counts as matched the rows of descriptions that were merged into another recording. */
  matchRows(absorbed: readonly Recording[]): void;
  /** Returns the recording that was added last. */
  taken(): AccountedRecording | null;
  /** Closes the account: files that no item claimed become `alien`. */
  finish(): { readonly reconciliation: Reconciliation; readonly findings: Finding[] };
}

/** The archive with which a source is compared. */
export interface ComparedArchive {
  /** Key of the archive's recording ids; a survey, which has no archive, may use any text. */
  readonly salt: string;
  readonly site: string;
  readonly known: Known;
  /** Looks up recordings that were erased from the archive; absent: there is no archive. */
  readonly erased?: ErasedLookup | undefined;
  /** Comparison with the archive's files; null if there is no archive. */
  readonly comparison: FileComparison | null;
  /** Comparison with the archive's descriptions; null if there is no archive. */
  readonly amendments: Amendments | null;
  /** Present for a source that is being written. */
  readonly patience?: Patience;
  /**
   * Finds recordings of the archive by the key of their newest description, and those that the import identifies by another key; absent: there is no
   * archive.
   */
  readonly identities?: ArchivedIdentities;
}

/** Finds archived recordings by what identifies them. */
export interface ArchivedIdentities {
  readonly withKey: PlaceTools['withKey'];
  /** Creates the finder for the places of an account. */
  readonly finderFor: (places: Places) => OtherwiseFinder;
}

/**
 * Opens an account.
 * One function: every recording changes the same counts, whose sums must agree.
 */
export function openAccount(
  ledger: Ledger,
  { salt, site, known, erased = () => null, comparison, amendments, identities, patience }: ComparedArchive,
): Account {
  const tables: TableRead[] = [];
  const elsewhere = matchedRows();
  const statuses = new Map<string, number>();
  let recordingsTotal = 0;
  let alreadyArchived = 0;
  let comparedByBytes = 0;
  let changed = 0;
  let toImport = 0;
  let toAmend = 0;
  let waiting = 0;
  let erasedBefore = 0;
  const otherwise = createOtherwiseCount();
  const withdrawn: { recordings: number; readonly keys: string[] } = { recordings: 0, keys: [] };
  /** Archived recordings of which an earlier description, and perhaps its files, is lost: key of the first one, and their number. */
  const torn: { first: string | null; recordings: number } = { first: null, recordings: 0 };
  let taken: AccountedRecording | null = null;
  let isHeld = false;
  const audio = createAudioCount();
  const places = openPlaces({ ledger, salt, site, known, withKey: identities?.withKey ?? (() => []) });
  const finder = identities?.finderFor(places) ?? null;
  const placed = comparePlaces(places, { ledger, salt, site, known, comparison });

  /** Counts an erased recording without any finding, because places and messages would name its files. */
  const leaveOut = (): Finding[] => {
    erasedBefore++;
    return [];
  };
  const claim = (path: string, bucket: string): Finding[] => {
    const answer = ledger.claim(path, bucket);
    if (answer === 'ok') return [];
    return [
      answer === 'twice'
        ? finding('P102', path, 'two recordings or roles claim this file; it is counted once, with the first')
        : finding('P103', path, 'metadata names this file, and it is not in the source'),
    ];
  };

  /** Returns how the import's description of a recording differs from the archive's; null if it does not, or if its files differ. */
  const differenceOf = async (
    recording: Recording,
    fingerprint: string,
    { identified, key, isAgain, isChanged, isOtherwise }: FoundPlace,
  ): Promise<Difference | null> => {
    if (amendments === null || comparison === null || isAgain || isChanged) return null;
    if ('archived' in identified) {
      const { archived } = identified;
      const isMoved = archived.importer !== recording.importer || (archived.key !== key && !isLoose(recording));
      const isReleased = isOtherwise && places.isGivenAway(archived);
      if (isOtherwise || isMoved) return isTorn(archived) ? null : amendments.compare(recording, archived, key, isReleased);
      // A state that another one has superseded is not compared.
      const isThatState = archived.fingerprint === fingerprint || archived.earlier.some((earlier) => earlier.fingerprint === fingerprint);
      return isThatState && !isTorn(archived) ? amendments.compare(recording, archived, null) : null;
    }
    // If only the rows changed, the same files are described differently; other files are another state.
    if (identified.supersedes === null || identified.mends === true) return null;
    const newest = known(identified.supersedes);
    if (newest === null || isTorn(newest) || (await comparison.compare(recording, newest.recordingId)).kind !== 'same') return null;
    return amendments.compare(recording, newest, null);
  };

  /** Returns the place of a recording. @param other the archived recording that this recording alone may be under another identity; null: none */
  const placeOf = async (recording: Recording, fingerprint: string, other: OtherwiseFound | null): Promise<FoundPlace> => {
    const archived = other?.archived ?? null;
    const holder = archived === null || other?.isBare === true ? null : places.keyHolder(recording, fingerprint);
    // If the file's row was given to another file, nothing else describes this file from now on.
    if (archived !== null && other?.isBare === true && places.isGivenAway(archived)) ledger.take(archived.recordingId, fingerprint);
    const key = archived === null ? null : other?.isBare === true ? recording.key : places.move(recording, fingerprint, archived);
    if (archived === null || key === null) return { ...(await placed(recording, fingerprint)), isOtherwise: false, supersedes: null };
    // The row had no file before, so its recording has nothing that the other one lacks.
    const isWithoutFiles = holder !== null && holder.recordingId !== archived.recordingId && comparison?.hasKeptFiles(holder.recordingId) === false;
    const supersedes = isWithoutFiles ? holder.recordingId : null;
    return {
      identified: { archived },
      key,
      twin: null,
      isAgain: false,
      isRead: false,
      isChanged: false,
      findings: [],
      isOtherwise: true,
      supersedes,
    };
  };

  const takeRecording = async (recording: Recording, fingerprint: string, other: OtherwiseFound | null): Promise<Finding[]> => {
    const asFound = await placeOf(recording, fingerprint, other);
    if (patience?.waits(recording, asFound) === true) {
      waiting++;
      taken = null;
      for (const { path } of recording.media) claim(path, 'waiting');
      return [];
    }
    const place = patience === undefined ? asFound : { ...asFound, ...withoutLosses(recording, asFound, { known, comparison, ledger }) };
    const findings = [...recording.findings];
    recordingsTotal++;
    const { twin, isAgain, isRead, isChanged, findings: compared } = place;
    const found = await differenceOf(recording, fingerprint, place);
    // If the source has the recording twice, e.g. with the row of an earlier description, the first one counts.
    const difference = found !== null && ledger.hasPlanned(found.archived.recordingId) ? null : found;
    const identified = difference === null ? place.identified : { archived: difference.archived };
    findings.push(...compared);
    const status = 'archived' in identified ? lastStatus(recording, identified.archived) : recording.reconciliation.status;
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    const sound = 'archived' in identified ? identified.archived.sound : soundBySize(recording, ledger);
    const isCounted = isDescribed(recording) && !isAgain;
    if (isCounted) audio.add(status, countsAsAudio(sound));
    let counted: Counted = { files: 0, bytes: 0, ...(isCounted ? { audio: countsAsAudio(sound) } : {}) };
    let bytes = 0;
    for (const { path } of recording.media) {
      const trouble = claim(path, status);
      const size = ledger.sizeOf(path) ?? 0;
      bytes += size;
      if (trouble.length === 0) counted = { ...counted, files: counted.files + 1, bytes: counted.bytes + size };
      findings.push(...trouble);
    }
    const note = ({ recordingId }: Pick<PlannedRecording, 'recordingId'>, standing: ArchiveRelation, archived: Newest | null = null): void => {
      taken = { recordingId, status, standing, archived, mends: 'mends' in identified, sound, counted, difference };
    };
    if (isAgain) findings.push(finding('P106', recording.key, 'occurs twice with the same rows and files; kept once'));
    if (twin !== null)
      findings.push(finding('P105', recording.key, `occurs as the key of two different recordings; the second is stored as ${twin}`));
    if ('archived' in identified) {
      alreadyArchived++;
      if (isRead) comparedByBytes++;
      if (isTorn(identified.archived)) {
        torn.first ??= recording.key;
        torn.recordings++;
      }
      if (difference !== null) otherwise.take(recording.key, difference);
      if (difference === null || amendments?.amends !== true) note(identified.archived, 'archived', identified.archived);
      else {
        const planned = {
          recordingId: identified.archived.recordingId,
          supersedes: place.supersedes,
          fingerprint,
          recording: difference.recording,
          amends: difference.amendment,
        };
        ledger.add({ ...planned, counted }, orderOf(recording), dayOf(recording), difference.amendment.decodes ? bytes : 0);
        toAmend++;
        note(identified.archived, 'amended', identified.archived);
      }
    } else if (isAgain) note(identified, 'repeated');
    else if (erased(identified.recordingId) !== null) {
      note(identified, 'erased');
      return leaveOut();
    } else {
      ledger.add({ ...identified, counted }, orderOf(recording), dayOf(recording), bytes);
      toImport++;
      note(identified, identified.supersedes === null ? 'new' : 'changed');
      if (identified.supersedes !== null) {
        changed++;
        const kept = comparison?.keptBytes(identified.supersedes) ?? 0;
        if (!isChanged && identified.mends === true)
          findings.push(finding('P108', recording.key, 'was damaged in the source when it was imported; imported again if it is complete now'));
        else if (!isChanged && bytes < kept)
          findings.push(
            finding('P264', recording.key, agree`the archive has ${kept} byte[s] of it, the source now has ${bytes}; these are imported in addition`),
          );
        else if (!isChanged) findings.push(finding('P104', recording.key, 'is in the archive with other rows or files; imported again in addition'));
      }
    }
    return findings;
  };

  return {
    take: async (item) => {
      if (item.kind === 'finding') return [item];
      if (item.kind === 'file') {
        const alien = item.role === 'alien' ? [finding('P107', item.path, `belongs to no recording: ${item.reason}; it is not imported`)] : [];
        return [...claim(item.path, item.role), ...alien];
      }
      if (item.kind === 'recording') {
        isHeld = false;
        const fingerprint = fingerprintOf(item, ledger);
        const other = (await finder?.find(item, fingerprint)) ?? null;
        if (other === null) return await takeRecording(item, fingerprint, null);
        ledger.hold(item, other.archived.recordingId, other.isBare);
        isHeld = true;
        taken = null;
        return [];
      }
      tables.push(item);
      const sum = Object.values(item.byStatus).reduce((total, count) => total + count, 0);
      return sum === item.records
        ? []
        : [finding('P101', item.path, agree`${item.records} record[s] [was|were] read, ${sum} [is|are] accounted for`)];
    },
    isHeld: () => isHeld,
    held: () => ledger.held(),
    takeHeld: async ({ recording, archivedId, claims, isBare }) => {
      isHeld = false;
      const archived = claims === 1 || isBare ? known(archivedId) : null;
      return await takeRecording(recording, fingerprintOf(recording, ledger), archived === null ? null : { archived, isBare });
    },
    places,
    takeWithdrawn: (found, day) => {
      const difference = withdrawnMark(found, day);
      const { archived, recording, amendment } = difference;
      taken = null;
      if (amendments?.amends !== true) {
        withdrawn.recordings++;
        if (withdrawn.keys.length < withdrawnExamples) withdrawn.keys.push(recording.key);
        return recording;
      }
      recordingsTotal++;
      alreadyArchived++;
      toAmend++;
      const { recordingId, status, sound } = archived;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const counted: Counted = { files: 0, bytes: 0 };
      const planned = { recordingId, supersedes: null, fingerprint: found.document.fingerprint, amends: amendment, counted };
      const { accounts, tags, key, importer, grade, callStart, reconciliation } = recording;
      const kept = { ...emptyRecording(importer, grade, key), callStart, reconciliation, accounts, tags, findings: found.document.findings };
      ledger.add({ ...planned, recording: kept }, orderOf(recording), dayOf(recording), 0);
      taken = { recordingId, status, standing: 'amended', archived, mends: false, sound, counted, difference };
      return recording;
    },
    matchRows: (absorbed) => elsewhere.add(absorbed),
    taken: () => taken,
    finish: () => {
      const findings: Finding[] = [];
      for (const path of [...ledger.unclaimed()]) {
        ledger.claim(path, 'alien');
        findings.push(finding('P107', path, 'belongs to no recording and is not a table; it is not imported'));
      }
      const byBucket = ledger.buckets();
      const total = (pick: (bucket: { files: number; bytes: number }) => number): number => byBucket.reduce((sum, bucket) => sum + pick(bucket), 0);
      const reconciliation: Reconciliation = {
        type: 'reconciliation',
        files: total((bucket) => bucket.files),
        bytes: total((bucket) => bucket.bytes),
        byBucket,
        tables: tables.map(({ kind: _kind, ...table }) => elsewhere.applied(table)).sort((a, b) => byCodePoint(a.path, b.path)),
        recordings: Object.fromEntries([...statuses].sort(([a], [b]) => byCodePoint(a, b))),
        recordingsTotal,
        audio: audio.account(),
        alreadyArchived,
        comparedByBytes,
        changed,
        toImport,
        ...(toAmend > 0 ? { toAmend } : {}),
        ...(waiting > 0 ? { waiting } : {}),
        ...(erasedBefore > 0 ? { erased: erasedBefore } : {}),
      };
      if (erasedBefore > 0) findings.push(erasedFinding(erasedBefore));
      if (amendments?.amends !== true) findings.push(...otherwise.findings());
      findings.push(...withdrawnFindings(withdrawn.recordings, withdrawn.keys));
      if (torn.first !== null) findings.push(tornFinding(torn.first, torn.recordings));
      return { reconciliation, findings };
    },
  };
}

/** The place of a recording in the archive. */
interface FoundPlace extends ComparedPlace {
  /** True: the archive has the recording under another identity. */
  readonly isOtherwise: boolean;
  /** Id of an archived recording that has only the row, and that this one supersedes from now on; null: there is none. */
  readonly supersedes: string | null;
}

/** Returns true if the bag of an earlier description, which may have files of the recording, is not in the archive. */
function isTorn({ revision, earlier }: Newest): boolean {
  return new Set(earlier.map((one) => one.revision)).size < revision - 1;
}

function erasedFinding(recordings: number): Finding {
  const message = agree`${recordings} recording[s] of this source [was|were] erased from the archive and [is|are] not imported again`;
  return finding('E112', 'source', message, recordings);
}

function tornFinding(first: string, recordings: number): Finding {
  const message = agree`${recordings} amended recording[s] of this source [is|are] in the archive without the bag of an earlier description, which has [its|their] files, e.g. ${first}; nothing was imported for [it|them]`;
  return finding('P267', first, message, recordings);
}

/** Returns the status that decoding gave an archived recording, unless its match status has changed since. */
function lastStatus({ reconciliation }: Recording, { status, joined }: Newest): string {
  return joined === reconciliation.status ? status : reconciliation.status;
}

/** Returns a digest over rows and sidecars by content, and media by name and size: all that a survey can know without reading the audio. */
function fingerprintOf(recording: Recording, ledger: Ledger): string {
  const rows = recording.provenance
    .filter(isDescription)
    .map((ref) => ref.sha256 ?? baseName(ref.path))
    .sort(byCodePoint);
  const media = recording.media.map((m) => `${baseName(m.path)} ${ledger.sizeOf(m.path) ?? 0}`).sort(byCodePoint);
  return sha256Hex(canonicalJson({ rows, media }));
}

import { randomBytes } from 'node:crypto';
import { basename, join } from 'node:path';
import { addedAmong } from '../../archive/bag/added-digests.ts';
import { bagFormats } from '../../archive/bag/formats.ts';
import { payloadState } from '../../archive/bag/payload-state.ts';
import { createBagDraft, finishBag, landBag, type PayloadFile } from '../../archive/bag/writer.ts';
import { eraseOwner, rewritePlace } from '../../archive/draft-place.ts';
import { makeFolder } from '../../archive/files/durable.ts';
import { agree } from '../../core/base/agree.ts';
import { isFileError, LongplayError, systemCode } from '../../core/base/error.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { toolName, version } from '../../core/base/version.ts';
import { finding } from '../../core/findings/finding.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { landingDigests } from '../../log/entries/landing.ts';
import type { KnownErasure } from '../../log/erasure/known-erasures.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { excerptBase, readAmended, repeated } from '../../pipeline/make/amend-recording.ts';
import { describe, writePieces } from '../../pipeline/make/recording-files.ts';
import { hasExcerpt } from '../../pipeline/make/shared-vcon.ts';
import { readRecording, type ShownRecording } from '../../pipeline/open/query.ts';
import { dayOf, orderOf } from '../../pipeline/read/recording-order.ts';
import { requireCopies } from '../../sealing/keyring/keyring.ts';
import type { FileSecrets } from '../../sealing/keyring/page.ts';
import { openKeys } from '../../sealing/open-keys.ts';
import { createSealer } from '../../sealing/sealer.ts';
import { keyringSecrets } from '../../sealing/stored/secrets-of.ts';
import { isErasedAlone } from '../../sealing/stored/stored-bytes.ts';
import { type CatalogEntry, catalogEntry } from '../../store/catalog/catalog-entry.ts';
import { createBagGrouper, defaultBagLimits } from '../../store/jobs/bag-grouping.ts';
import type { ListedItems } from '../request/find.ts';
import { hasExcerptFor, useExcerpt } from '../request/vcon-excerpt.ts';
import type { BagEraser } from './bag.ts';
import { sessionOf } from './destroy-secrets.ts';
import { removeStates } from './rewrite-bag.ts';

/** A recording that keeps an excerpt of a vCon which is about to be erased. */
interface Keeper {
  readonly shown: ShownRecording;
  /** Names of the vCons. */
  readonly files: ReadonlySet<string>;
  readonly request: string;
}

/**
 * Gives each recording whose vCon is erased because of another recording its own excerpt of the vCon, in an amendment. The amendments land before anything is
 * erased, so a stop loses nothing; a recording that has an excerpt gets no other one.
 * @returns `bare`: ids of recordings of which no excerpt can be made (E139), so their vCons must stay; `excerpts`: number of recordings that got one
 * @throws LongplayError K104 if a copy of the keyring is away
 */
export async function* keepExcerpts(
  items: ReadonlyMap<KnownErasure, ListedItems>,
  isStaying: (recordingId: string) => boolean,
  eraser: BagEraser,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { readonly bare: ReadonlySet<string>; readonly excerpts: number }> {
  const bare = new Set<string>();
  const keepers: Keeper[] = [];
  for (const [recordingId, { files, request }] of sharedFiles(items, (id) => isStaying(id) || eraser.requestOf(id) !== null)) {
    signal.throwIfAborted();
    const shown = newest(recordingId, eraser);
    if (shown === 'unreadable') {
      bare.add(recordingId);
      yield findingEvent(finding('E139', recordingId, `its ${[...files].join(', ')} stays: the description of the recording cannot be read`));
      continue;
    }
    if (shown === null || hasExcerpt(shown.document)) continue;
    const left = shown.document.sources.filter((file) => files.has(file.path) && !isErasedAlone(shown.folder, file));
    if (left.length === 0) continue;
    const { key } = shown.document.recording;
    const closed = left.find((file) => !hasExcerptFor(shown.folder, file, key));
    if (closed === undefined) keepers.push({ shown, files: new Set(left.map(({ path }) => path)), request });
    else {
      bare.add(recordingId);
      yield findingEvent(
        finding('E139', recordingId, `its ${closed.path} stays: the part of it that belongs to the recording cannot be read any more`),
      );
    }
  }
  for (const { name, own } of bagsOf(keepers)) {
    signal.throwIfAborted();
    await landAmendments(name, own, eraser, signal);
    yield { type: 'result', of: 'excerpts', value: { bag: name, recordings: own.length } };
  }
  return { bare, excerpts: keepers.length };
}

/** Returns the shared vCons of due requests, by recording. */
function sharedFiles(
  items: ReadonlyMap<KnownErasure, ListedItems>,
  isLeftOut: (recordingId: string) => boolean,
): ReadonlyMap<string, { readonly files: ReadonlySet<string>; readonly request: string }> {
  const found = new Map<string, { readonly files: Set<string>; readonly request: string }>();
  for (const [{ request }, { parts }] of items)
    for (const part of parts) {
      if (part.kind !== 'file' || part.isShared !== true || isLeftOut(part.recordingId)) continue;
      const one = found.get(part.recordingId) ?? { files: new Set<string>(), request };
      one.files.add(part.file);
      found.set(part.recordingId, one);
    }
  return found;
}

/** Reads the newest description of a recording; null: the recording was erased. A recording that the catalog lacks and no one erased cannot be read. */
function newest(recordingId: string, { archive, catalog, log, marks }: BagEraser): ShownRecording | 'unreadable' | null {
  const [found] = catalog.search({ recordingId, limit: 1 });
  if (found === undefined) return log.erasures().erased.has(marks.of(recordingId)) ? null : 'unreadable';
  try {
    return readRecording(archive.dir, { bag: found.bag, recordingId });
  } catch (error) {
    const code = systemCode(error);
    if (error instanceof LongplayError || (code !== null && isFileError(code))) return 'unreadable';
    throw error;
  }
}

/** Assigns amendments to bags, as an import does: a run that is repeated makes the same bags. */
function bagsOf(keepers: readonly Keeper[]): readonly { readonly name: string; readonly own: readonly Keeper[] }[] {
  const placed = keepers.map((one) => {
    const { recording, media, revision = 1 } = one.shown.document;
    const described = { ...recording, media };
    return { one, day: dayOf(described), order: orderOf(described), revision };
  });
  const grouper = createBagGrouper(defaultBagLimits);
  const bags = new Map<number, Keeper[]>();
  for (const { one, day, revision } of placed.sort((a, b) => byCodePoint(a.order, b.order))) {
    const number = grouper.place({ recordingId: one.shown.document.recordingId, amends: revision }, day, 0);
    bags.set(number, [...(bags.get(number) ?? []), one]);
  }
  return grouper.finish().map(({ name }, number) => ({ name, own: bags.get(number) ?? [] }));
}

/** Makes and lands a bag of amendments. */
async function landAmendments(name: string, own: readonly Keeper[], eraser: BagEraser, signal: AbortSignal): Promise<void> {
  const { archive, algorithms, catalog, enter, today } = eraser;
  const target = join(archive.dir, 'bags', name);
  const place = rewritePlace(archive, { name, path: target }, eraseOwner);
  await removeStates(place);
  await createBagDraft(place.draft);
  const made: Amended[] = [];
  for (const one of own) made.push(await writeAmendment(one, join(place.draft, 'data'), addedAmong(algorithms), archive.page !== null));
  const files = made.flatMap((one) => one.files).sort((a, b) => byCodePoint(a.path, b.path));
  const making = archive.page === null ? null : randomBytes(16).toString('hex');
  const info = {
    baggingDate: today,
    externalIdentifier: basename(name),
    description: agree`${own.length} recording[s] described again with [an excerpt|excerpts] of a vCon that is erased`,
    type: 'amendment',
    recordings: own.length,
    tool: toolName,
    ...(making === null ? {} : { making }),
    formats: bagFormats([], toolName, making !== null),
  } as const;
  await finishBag(place.draft, files, info, signal, algorithms);
  signal.throwIfAborted();
  const landing = { bag: name, recordings: 0, amendments: own.length, ...landingDigests(place.draft), version };
  if (making !== null) await requireCopies(sessionOf(openKeys().session));
  await enter([{ type: 'bag-intended', detail: landing }]);
  if (making !== null) {
    const cells = new Map(made.flatMap(({ entry, secrets }): [string, FileSecrets][] => (secrets === null ? [] : [[entry.recordingId, secrets]])));
    await openKeys().addPage({ page: making, of: `bag ${name}`, cells });
  }
  await landBag(place.draft, target);
  await enter([{ type: 'bag-landed', detail: landing }]);
  catalog.putBag(
    name,
    made.map(({ entry }) => entry),
    { state: payloadState(target) ?? '' },
  );
  await removeStates(place);
}

/** A recording that was described again. */
interface Amended {
  /** Paths relative to the bag. */
  readonly files: readonly PayloadFile[];
  readonly secrets: FileSecrets | null;
  readonly entry: CatalogEntry;
}

/** Writes the amendment of one recording into a draft. @param data the draft's `data/` */
async function writeAmendment({ shown, files, request }: Keeper, data: string, addedDigests: readonly string[], isSealed: boolean): Promise<Amended> {
  const { bag, document, folder: from } = shown;
  const { recordingId, recording, revision = 1 } = document;
  const own = keyringSecrets(from);
  const place = { folder: from, secrets: own === null ? null : { [from]: own }, job: request };
  const amended = readAmended(place, { bag, revision, cause: 'erasure', changed: ['sources'], decodes: false });
  const folder = join(data, recordingId);
  await makeFolder(folder);
  const sealer = isSealed ? createSealer() : undefined;
  const excerpts = document.sources
    .filter(({ path }) => files.has(path))
    .map((file, index) => {
      const written = useExcerpt(from, file, recording.key, (excerpt) =>
        writePieces({ folder, sealer }, `${excerptBase}${index + 1}.vcon`, excerpt.pieces()),
      );
      if (written === null) throw new Error(`${file.path} of ${recordingId} changed while it was read`);
      return written;
    });
  const same = repeated(amended);
  const again: RecordingDocument = { ...same, sources: [...same.sources, ...excerpts] };
  const described = describe(again, { folder, addedDigests }, sealer);
  return {
    files: described.files.map(({ path, ...rest }) => ({ path: `data/${recordingId}/${path}`, ...rest })),
    secrets: described.secrets,
    entry: catalogEntry(again, amended.isErased),
  };
}

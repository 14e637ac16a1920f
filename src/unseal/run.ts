import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { FormatRegister } from '../archive/bag/originals.ts';
import { landBag } from '../archive/bag/writer.ts';
import { bagsUnreachable, isBare } from '../archive/bag-folders.ts';
import { draftPlace, sweepDrafts } from '../archive/draft-place.ts';
import { makeFolderDurable } from '../archive/files/durable.ts';
import { acquireLock } from '../archive/files/lock.ts';
import { type Archive, createArchive, isUnfinished, openArchive } from '../archive/layout.ts';
import { version } from '../core/base/version.ts';
import { landingDigests } from '../log/entries/landing.ts';
import type { LogDetail } from '../log/entries/log-entry.ts';
import type { KnownErasures } from '../log/erasure/known-erasures.ts';
import { type ArchiveLog, beginLog, openLog } from '../log/log.ts';
import { findingEvent, type PipelineEvent } from '../pipeline/events/events.ts';
import { keepApart, refuseFile } from '../pipeline/files/target-folder.ts';
import { syncCatalog } from '../pipeline/open/catalog-sync.ts';
import type { EntryTools } from '../pipeline/open/enter-one.ts';
import { saltOf } from '../sealing/stored/archive-secrets.ts';
import { openCatalog } from '../store/catalog/catalog.ts';
import { copyLedger } from './ledger.ts';
import { findUnsealRequest, openSealed, refused, unsealBegun, unsealEnded } from './requests.ts';
import { absentItems, type PlainBag, unsealBag } from './unseal-bag.ts';

/** Tools of a run. */
export interface UnsealTools extends EntryTools {
  /** Known formats and codecs, for the bags' formats.txt. */
  readonly register: FormatRegister;
}

/** Result of a run. */
export interface Unsealed {
  readonly request: string;
  /** Bags of the new archive that this run wrote; `bagsThereBefore`: those that an earlier run had written. */
  readonly bags: number;
  readonly bagsThereBefore: number;
  /** Recordings, amendments and tables that this run wrote. */
  readonly items: number;
  /** Items whose secrets were destroyed. */
  readonly erased: number;
  /** Items that could not be opened; a finding names each. */
  readonly left: number;
  readonly bytes: number;
}

/** Owner of drafts of unsealing, and their folder below `jobs/` of the new archive. */
const owner = 'unseal';

/**
 * Writes an open archive with everything that a sealed one holds, in a folder of its own: with the same ids, bag names and files, and a new log. The sealed
 * archive stays as it is; its log records the unsealing before the first file is written. Repeating the call after an interruption continues it.
 * @throws LongplayError usage K212, U133, A101; incomplete L105, A105 and others
 */
export async function* unsealArchive(
  archiveDir: string,
  { request, out }: { readonly request: string; readonly out: string },
  tools: UnsealTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, Unsealed> {
  refuseFile(out, 'U133');
  keepApart([archiveDir], out);
  const archive = await openSealed(archiveDir);
  await using _lock = await acquireLock(archive.dir, signal);
  const log = await openLog(archive, tools);
  await using _log = { [Symbol.asyncDispose]: () => log.close() };
  const asked = await findUnsealRequest(archive, request, tools, signal);
  if (asked.approver === null)
    throw refused(`request ${asked.request} is not approved`, 'by a second person: longplay unseal approve ARCHIVE REQUEST --key-file FILE');
  if (asked.isDone) throw refused(`request ${asked.request} was executed`, 'make another request: longplay unseal request ARCHIVE --reason TEXT');
  const names = [...log.landedBags().keys()];
  if (names.length > 0 && isBare(archive.dir)) throw bagsUnreachable(archive.dir, names.length);
  await log.append(unsealBegun, { request: asked.request, bags: names.length });
  const counts = yield* writeArchive({ archive, names, erasures: log.erasures() }, out, tools, signal);
  const { bags, items, erased, left, bytes } = counts;
  await log.append(unsealEnded, { request: asked.request, bags, recordings: items, erased, left, bytes, complete: left === 0 });
  return { request: asked.request, ...counts };
}

/** Writes the bags that the new archive does not have yet, and its catalog. */
async function* writeArchive(
  { archive, names, erasures }: { readonly archive: Archive; readonly names: readonly string[]; readonly erasures: KnownErasures },
  out: string,
  tools: UnsealTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, Omit<Unsealed, 'request'>> {
  const target = await openTarget(archive, out, tools, signal);
  await using _lock = await acquireLock(target.dir, signal);
  const log = await openLog(target, tools);
  await using _log = { [Symbol.asyncDispose]: () => log.close() };
  await copyLedger({ archive, erasures, target, log }, tools, signal);
  const home = join(target.dir, 'jobs', owner);
  await rm(home, { recursive: true, force: true });
  await sweepDrafts(target, (one) => one === owner);
  const counts = { bags: 0, bagsThereBefore: 0, items: 0, erased: 0, left: 0, bytes: 0 };
  for (const [at, name] of names.entries()) {
    signal.throwIfAborted();
    yield { type: 'progress', phase: 'exporting', done: at, total: names.length, unit: 'bags', bytes: counts.bytes, bytesTotal: null, audioMs: 0 };
    const path = join(target.dir, 'bags', name);
    if (log.landedBags().has(name) && existsSync(path)) {
      counts.bagsThereBefore++;
      const absent = absentItems(join(archive.dir, 'bags', name), path, name);
      counts.erased += absent.erased;
      counts.left += absent.left.length;
      yield* absent.left.map(findingEvent);
      continue;
    }
    // Left by a run that was stopped between the rename and the entry: the same bytes are written again.
    await rm(path, { recursive: true, force: true });
    const made = await landPlain(archive, { name, path, home }, { target, log, tools }, signal);
    counts.erased += made.erased;
    counts.left += made.left.length;
    yield* made.left.map(findingEvent);
    if (made.items === 0) continue;
    counts.bags++;
    counts.items += made.items;
    counts.bytes += made.bytes;
  }
  await rm(home, { recursive: true, force: true });
  const catalog = openCatalog(join(target.dir, 'catalog.sqlite'));
  using _catalog = { [Symbol.dispose]: () => catalog.close() };
  yield* syncCatalog(target, catalog, signal);
  return counts;
}

/** Opens the new archive, or creates it with the ids of the sealed one. @throws LongplayError usage A101, K212: the folder holds another archive */
async function openTarget(archive: Archive, out: string, { now, keys }: UnsealTools, signal: AbortSignal): Promise<Archive> {
  const salt = saltOf(archive);
  const isNew = isUnfinished(out);
  const target = isNew
    ? await createArchive(out, { now: now(), salt, beginLog: (made, fixed) => beginLog(made, { ...fixed }, keys) }, signal)
    : await openArchive(out);
  // Each archive has its own salt.
  if (target.salt !== salt) throw refused(`${target.dir} holds another archive`, 'name a new or empty folder with --out');
  return target;
}

/** Writes one bag and lands it between two log entries, as an import does. */
async function landPlain(
  archive: Archive,
  { name, path, home }: { readonly name: string; readonly path: string; readonly home: string },
  { target, log, tools }: { readonly target: Archive; readonly log: ArchiveLog; readonly tools: UnsealTools },
  signal: AbortSignal,
): Promise<PlainBag> {
  const stage = draftPlace(target, path, home, owner);
  await rm(stage, { recursive: true, force: true });
  await makeFolderDurable(stage);
  const draft = join(stage, basename(name));
  const bags = join(target.dir, 'bags');
  const made = await unsealBag({ name, folder: `bags/${name}`, path: join(archive.dir, 'bags', name) }, { draft, bags }, tools.register, signal);
  if (made.items === 0) return made;
  const { type, items } = made;
  const counted: LogDetail = type === 'recordings' ? { recordings: items } : { recordings: 0, [type === 'tables' ? 'tables' : 'amendments']: items };
  const landing = { bag: name, ...counted, ...landingDigests(draft), version };
  await log.append('bag-intended', landing);
  await landBag(draft, path);
  await log.append('bag-landed', landing);
  return made;
}

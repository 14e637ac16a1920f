import { join } from 'node:path';
import { readBagFormats } from '../../archive/documents/read-bag-formats.ts';
import { reportsFolder } from '../../archive/documents/report-names.ts';
import { makeFolderDurable, writeDurable } from '../../archive/files/durable.ts';
import type { Archive } from '../../archive/layout.ts';
import { LongplayError } from '../../core/base/error.ts';
import { finding } from '../../core/findings/finding.ts';
import type { Importer } from '../../core/model/importer.ts';
import { shellWord } from '../../core/words/shell-word.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import { numberOf } from '../../log/history/logged-step.ts';
import { archivePage } from '../../report/archive-page.ts';
import type { CallLine } from '../../report/calls/call-line.ts';
import { type ArchiveReport, type ImportEntry, type SumCheck, sumsAgree } from '../../report/source/report.ts';
import type { DecodersHere } from '../../report/statement/codec-register.ts';
import { withOlderCopies } from '../../report/statement/erasures.ts';
import { createFormatGrades } from '../../report/statement/format-grades.ts';
import type { KeepingFacts } from '../../report/statement/keeping.ts';
import type { LogAccount, Statement } from '../../report/statement/statement.ts';
import type { Found } from '../../store/catalog/catalog.ts';
import { jobNames } from '../../store/jobs/plan.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { addCounts, countsOf, type FindingCounts, findingRows } from '../events/finding-counts.ts';
import { keepApart } from '../files/target-folder.ts';
import { createKeyringCheck, type KeyringCheck, type KeyringPlaces, keyringFactsOf } from '../log/archive-keyring.ts';
import { readAccount } from '../log/read-account.ts';
import { signStatement } from '../log/sign-statement.ts';
import type { EntryTools } from '../open/enter-one.ts';
import { isWritable, openForReading } from '../open/open-archive.ts';
import { beginReport, hasReport, refuseReportFolder, removePage } from './files.ts';
import { reporting } from './write.ts';

/** What a report on an archive needs. */
export interface ArchiveReportTools extends EntryTools, KeyringPlaces {
  readonly importers: readonly Importer[];
  readonly decoders: DecodersHere;
  readonly temporary: string;
  /** Reads what the log says about holds and retention; null: nothing. */
  readonly keepingOf: (archive: Archive) => Promise<KeepingFacts | null>;
}

/** A written report on an archive. */
export interface ArchiveReportOutcome {
  /** Absolute path. */
  readonly folder: string;
  readonly report: ArchiveReport;
  readonly statement: Statement;
  readonly sumsAgree: boolean;
}

/** Name of the report on the whole archive; reports on imports have the names of their jobs. */
const wholeName = 'archive';

/**
 * Writes a report on all recordings of an archive, from its catalog and its log, together with the statement. In the archive it changes only this
 * report, which replaces the previous one, and adds one log entry about signing the statement.
 * @param out a new or empty folder; null: `reports/archive` in the archive
 * @throws LongplayError P210, P211, U121, K207
 */
export async function* reportArchive(
  archiveDir: string,
  out: string | null,
  { importers, decoders, temporary, ...tools }: ArchiveReportTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ArchiveReportOutcome> {
  using opened = yield* openForReading(archiveDir, temporary, signal);
  const { archive, catalog } = opened;
  const { keys, now, actor } = tools;
  const folder = folderFor(archive, out);
  const writtenAt = now();
  const history: History = { imports: new Map(), landed: new Map(), erased: new Set(), findings: new Map(), verified: null };
  const keyring = createKeyringCheck(tools);
  const read = await readAccount(archive, keys, writtenAt, signal, (entry) => {
    enter(history, entry, archive.dir);
    keyring.take(entry);
  });
  const { account, ...beside } = await factsBeside(archive, read.account, keyring, tools, signal);
  for (const found of read.judged.findings) yield findingEvent(found);
  const totals = catalog.totals({});
  await makeFolderDurable(folder);
  removePage(folder);
  const files = beginReport(folder);
  try {
    let [done, unheard, doubtful] = [0, 0, 0];
    for (const found of catalog.search({})) {
      signal.throwIfAborted();
      files.add(lineOf(found, importers));
      if (found.originals > 0 && found.durationMs === null) unheard++;
      if (found.doubtful > 0) doubtful++;
      if (++done % 1_000 === 0) yield reporting(done, totals.recordings);
    }
    const known = new Set(catalog.bags());
    const formats = createFormatGrades();
    for (const bag of known) {
      signal.throwIfAborted();
      formats.take(readBagFormats(join(archive.dir, 'bags', bag)));
    }
    const facts = {
      totals,
      checks: [
        { what: 'recordings are in the catalog, and each has one status', input: totals.recordings, accounted: done },
        ...checksOf(history, known, totals.recordings),
      ],
      codecs: catalog.countBy('codecs', {}),
      imports: [...history.imports.values()],
      unfinished: jobNames(join(archive.dir, 'jobs')),
    };
    const { statement, files: texts } = yield* signStatement(archive, { ...read, account }, { keys, now, actor }, writtenAt, {
      catalog: { ...facts, strata: catalog.strata(), formats: formats.grades() },
      held: catalog.strataByBag(),
      decoders,
      ...beside,
    });
    for (const { name, content } of texts) await writeDurable(join(folder, name), content);
    const report = await files.finish(
      (parts): ArchiveReport => ({
        ...parts,
        of: 'archive',
        archive: archive.id,
        createdAt: archive.createdAt,
        writtenAt,
        ...facts,
        importers: importerRows(parts.calls.byImporter, importers),
        findings: findingRows(history.findings),
        unheard,
        doubtful,
        verified: history.verified,
      }),
      (whole, shown) => archivePage(whole, statement, shown),
    );
    for (const { what, input, accounted } of report.checks)
      if (input !== accounted) yield findingEvent(finding('P202', 'report.json', `${input} ${what}, ${accounted} are accounted for`));
    yield { type: 'result', of: 'report', value: { folder, report, statement } };
    return { folder, report, statement, sumsAgree: sumsAgree(report) };
  } finally {
    files.discard();
  }
}

/**
 * Returns what the statement says about the keyring, and about holds and retention, as far as the archive has them, and the account of the log without finality
 * of erasures if copies of the keyring are older than the log says.
 */
async function factsBeside(
  archive: Archive,
  account: LogAccount,
  check: KeyringCheck,
  { keepingOf }: Pick<ArchiveReportTools, 'keepingOf'>,
  signal: AbortSignal,
): Promise<Pick<Statement, 'keyring' | 'keeping'> & { readonly account: LogAccount }> {
  const checked = await check.look(archive, signal);
  const [keyring, keeping] = [keyringFactsOf(checked), await keepingOf(archive)];
  return {
    account: withOlderCopies(account, [...(checked?.behind.copies.keys() ?? [])]),
    ...(keyring === undefined ? {} : { keyring }),
    ...(keeping === null ? {} : { keeping }),
  };
}

/** Returns the folder of the report. @param out folder that the user named; null: none @throws LongplayError usage P210, P211, U121, K207 */
function folderFor(archive: Archive, out: string | null): string {
  if (out !== null) {
    keepApart([archive.dir], out);
    refuseReportFolder(out);
    return out;
  }
  if (archive.page !== null)
    throw new LongplayError(
      'usage',
      'K207',
      'the archive is sealed: a report in clear is not written into it',
      `name a folder: longplay report ${shellWord(archive.dir)} --out FOLDER`,
    );
  if (!isWritable(archive.dir)) throw new LongplayError('usage', 'P211', `${archive.dir} is read-only`, 'name a folder for the report with --out');
  return join(archive.dir, reportsFolder, wholeName);
}

/** Returns the importers of an archive's recordings, with their names if this version knows them. */
function importerRows(byImporter: ArchiveReport['calls']['byImporter'], importers: readonly Importer[]): ArchiveReport['importers'] {
  return Object.entries(byImporter).map(([id, recordings]) => {
    const { title = id, grade = null } = importers.find((importer) => importer.id === id) ?? {};
    return { id, title, grade, recordings };
  });
}

/** Returns the line of a recording in the catalog; its place is its folder in its bag. */
function lineOf(found: Found, importers: readonly Importer[]): CallLine {
  const { recordingId, key, importer, status, joined, rule, reason, start, startCertainty, audioMs, originals, doubtful, bag } = found;
  return {
    recordingId,
    key,
    importer,
    grade: importers.find(({ id }) => id === importer)?.grade ?? null,
    status,
    joined,
    standing: 'archived',
    rule,
    reason,
    start,
    startCertainty,
    durationMs: audioMs,
    audioFiles: originals,
    // Sound that was erased is not there any more.
    sound: found.presentMedia === 0 ? 'no' : found.sound,
    doubtful,
    places: [`bags/${bag}/data/${recordingId}`],
    rows: [],
    morePlaces: 0,
    marks: [],
  };
}

/** What the log says about the past of an archive. */
interface History {
  readonly imports: Map<string, ImportEntry>;
  /** Number of recordings of each landed bag; null if its log entry states none. */
  readonly landed: Map<string, number | null>;
  /** Marks of recordings that were erased from sealed bags; these bags stay as they landed. */
  readonly erased: Set<string>;
  findings: FindingCounts;
  verified: ArchiveReport['verified'];
}

function enter(history: History, { type, time, detail }: LogEntry, archiveDir: string): void {
  const jobId = typeof detail.job === 'string' ? detail.job : null;
  if (type === 'recordings-erased' && typeof detail.pages === 'string' && typeof detail.marks === 'string')
    for (const mark of detail.marks.split(' ')) history.erased.add(mark);
  if (type === 'bag-landed' && typeof detail.bag === 'string') {
    history.landed.set(detail.bag, typeof detail.recordings === 'number' ? detail.recordings : null);
    history.findings = addCounts(history.findings, countsOf(detail) ?? new Map());
  } else if (type === 'import-started' && jobId !== null) {
    const before = history.imports.get(jobId);
    history.imports.set(jobId, {
      jobId,
      importer: String(detail.importer ?? ''),
      // A resumed job starts a second time; its first start counts.
      startedAt: before?.startedAt ?? time,
      finishedAt: null,
      planned: numberOf(detail.recordings),
      bags: numberOf(detail.bags),
      imported: 0,
      notImported: 0,
      notPlayable: 0,
      doubtful: 0,
      report: hasReport(archiveDir, jobId) ? `${reportsFolder}/${jobId}` : null,
    });
  } else if (type === 'import-finished' && jobId !== null) {
    const started = history.imports.get(jobId);
    if (started === undefined) return;
    const notImported = numberOf(detail.notImported);
    history.imports.set(jobId, {
      ...started,
      finishedAt: time,
      // The entry counts what its own run imported, not what earlier, interrupted runs did.
      imported: started.planned - notImported,
      notImported,
      notPlayable: numberOf(detail.notPlayable),
      doubtful: numberOf(detail.doubtful),
    });
  } else if (type.startsWith('verif')) {
    history.verified = { time, type, detail };
  }
}

/** Compares the catalog, which is derived from the bags, with the log. */
function checksOf({ landed, erased }: History, known: ReadonlySet<string>, recordings: number): SumCheck[] {
  const there = [...landed.keys()].filter((name) => known.has(name)).length;
  const counts = [...landed.values()];
  const entered = counts.reduce((sum: number, count) => sum + (count ?? 0), 0);
  return [
    { what: 'bags landed according to the log', input: landed.size, accounted: there },
    // After a crash, the log may have a bag without its number of recordings.
    ...(counts.includes(null)
      ? []
      : [{ what: 'recordings landed in them according to the log', input: entered, accounted: recordings + erased.size }]),
  ];
}

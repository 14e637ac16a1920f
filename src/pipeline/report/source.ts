import { basename } from 'node:path';
import { agree } from '../../core/base/agree.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import type { SourceAccount } from '../../core/model/source-account.ts';
import { count } from '../../core/words/quantity.ts';
import { bitrates } from '../../media/tools/quality.ts';
import { isObjectAddress } from '../../objects/address.ts';
import type { CallNumbers } from '../../report/calls/tally.ts';
import type { SourceReport, SumCheck } from '../../report/source/report.ts';
import type { JobRequest } from '../../store/jobs/plan.ts';
import type { Reconciliation } from '../events/events.ts';
import { findingRows } from '../events/finding-counts.ts';
import type { ReadNotes } from '../events/report-notes.ts';
import type { Listed, ReadRequest } from '../read/read-source.ts';
import type { ReportParts } from './files.ts';

/** Facts for the report of a source, in addition to its recordings. */
export interface SourceFacts extends Pick<SourceReport, 'of' | 'jobId' | 'archive' | 'readAt' | 'writtenAt' | 'result' | 'accepted'> {
  readonly request: ReportedRequest;
  readonly listed: Listed;
  readonly reconciliation: Reconciliation;
  readonly notes: ReadNotes;
}

/** A reported request; that of a survey has no access copies. */
type ReportedRequest = ReadRequest & Pick<JobRequest, 'sources'> & Partial<Pick<JobRequest, 'access' | 'joinSides'>>;

/** Builds the whole report of a source. */
export function sourceReport(parts: ReportParts, facts: SourceFacts): SourceReport {
  const { request, listed, reconciliation, notes, ...plain } = facts;
  const { type: _type, ...account } = reconciliation;
  return {
    ...parts,
    ...plain,
    sources: request.sources.map((source) => (isObjectAddress(source) ? source : basename(source))),
    site: request.site,
    importers: notes.importers,
    options: optionsOf(request),
    account,
    checks: checksOf(listed, account, parts.calls, facts.of),
    clocks: notes.clocks,
    findings: findingRows(new Map(Object.entries(notes.findings))),
    unread: notes.unread,
  };
}

/** Returns the user's options that affect the result. */
function optionsOf({
  importer,
  zone,
  encoding,
  mapping,
  declarations,
  joinSources,
  access,
  joinSides,
  enrich,
}: ReportedRequest): Record<string, string> {
  const declared = (declarations ?? []).map(({ glob, codec, sampleRateHz, channels }) => `${glob}=${codec},${sampleRateHz},${channels}`);
  return {
    ...(importer === null ? {} : { importer }),
    ...(zone === null ? {} : { 'time zone': zone }),
    ...(encoding === null ? {} : { encoding }),
    ...(mapping === null ? {} : { mapping: `${mapping.name}, SHA-256 ${sha256Hex(mapping.text)}` }),
    ...(declared.length === 0 ? {} : { declarations: declared.join('; ') }),
    ...(joinSources === true ? { 'joined sources': 'yes' } : {}),
    ...(enrich === undefined ? {} : enrichOptions(enrich)),
    ...(access === undefined || enrich !== undefined
      ? {}
      : { 'copies to hear': access.format === 'wav' ? 'WAV' : `Opus, ${bitrates(access, String)}` }),
    ...(joinSides === true ? { 'sides joined': 'yes' } : {}),
  };
}

/** Returns the options of adding a later table. */
function enrichOptions({ replace, why, site }: NonNullable<JobRequest['enrich']>): Record<string, string> {
  return {
    rows: replace ? 'of a later table; they replace earlier ones of the same key' : 'of a later table',
    ...(site === null ? {} : { 'only of site': site }),
    ...(why === null ? {} : { reason: why }),
  };
}

/** Checks each sum from several sides: the listing of the source, the account, and the list of recordings. */
function checksOf(listed: Listed, account: SourceAccount, calls: CallNumbers, of: SourceReport['of']): SumCheck[] {
  const total = (numbers: Iterable<number | undefined>): number => [...numbers].reduce((sum: number, number) => sum + (number ?? 0), 0);
  const { byBucket, tables, recordings, recordingsTotal, toImport } = account;
  const { byStanding } = calls;
  const inBoth = calls.byStatus.map(({ status, recordings: count }) => Math.min(count, recordings[status] ?? 0));
  return [
    { what: 'files went in', input: listed.entries, accounted: total(byBucket.map(({ files }) => files)) },
    { what: 'bytes are in them', input: listed.bytes, accounted: total(byBucket.map(({ bytes }) => bytes)) },
    ...(tables.length === 0
      ? []
      : [
          {
            what: `records are in ${tables.length === 1 ? 'the table' : agree`the ${count(tables.length)} table[s]`}`,
            input: total(tables.map(({ records }) => records)),
            accounted: total(tables.flatMap(({ byStatus }) => Object.values(byStatus))),
          },
        ]),
    // The list of recordings has none that was erased from the archive.
    { what: 'recordings were described, and each has one status', input: recordingsTotal - (account.erased ?? 0), accounted: total(inBoth) },
    ...(of === 'survey'
      ? []
      : [
          {
            what: of === 'import' ? 'recordings were new or changed, and were looked up in the archive' : 'recordings are new or changed',
            input: toImport,
            accounted: total([byStanding.new, byStanding.changed, byStanding['not-imported']]),
          },
        ]),
  ];
}

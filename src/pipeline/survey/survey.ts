import type { MediaJudge } from '../../core/base/media-judge.ts';
import type { Importer } from '../../core/model/importer.ts';
import type { Recording } from '../../core/model/recording.ts';
import type { Source } from '../../core/model/source.ts';
import type { CallLine } from '../../report/calls/call-line.ts';
import { type Coverage, coverageOf, type PeriodCount, periods } from '../../report/calls/coverage.ts';
import { type SilentMark, silentMarks, silentRule } from '../../report/calls/silent-marks.ts';
import { type CallNumbers, createTally } from '../../report/calls/tally.ts';
import { openLedger } from '../../store/jobs/ledger.ts';
import type { JobRequest } from '../../store/jobs/plan.ts';
import { type Claims, findingEvent, type PipelineEvent, type Reconciliation } from '../events/events.ts';
import { createReadTables } from '../keep/read-tables.ts';
import { type TableSizes, tableSizes } from '../keep/table-sizes.ts';
import { createImportWork } from '../make/import-work.ts';
import { audioAlarms } from '../read/expected-audio.ts';
import { openSources, storeOf } from '../read/open-sources.ts';
import { type Listed, listSource, type Reading, readParts } from '../read/read-source.ts';
import { followSource } from '../read/source-notes.ts';
import { weighClaims } from '../read/weigh-claims.ts';
import { type ForecastTools, forecastImport, type ImportForecast } from './forecast-import.ts';
import { type AudioKind, type LookTools, MediaSurvey, type SurveyedCall } from './survey-media.ts';

/** What a survey found out about a source. */
export interface SurveyOutcome {
  readonly decided: true;
  readonly claims: readonly Claims[];
  readonly reconciliation: Reconciliation;
  /** Totals of its recordings, and their days. */
  readonly calls: CallNumbers;
  readonly coverage: Coverage;
  readonly years: readonly PeriodCount[];
  readonly silent: readonly SilentMark[];
  /** The rule by which recordings count as silent, in words. */
  readonly silentRule: string;
  /** Forecast of an import; null if not requested. */
  readonly forecast: ImportForecast | null;
  /** What keeping the tables would add to a new archive. */
  readonly keptTables: TableSizes;
  readonly listed: Listed;
  readonly audio: readonly AudioKind[];
  readonly unidentified: number;
  readonly undecodable: number;
  readonly unreadable: number;
}

/** A source for which the user must choose an importer first: nothing of it was read. */
export interface UndecidedSurvey {
  readonly decided: false;
  readonly claims: readonly Claims[];
  readonly listed: Listed;
}

/** What a survey needs. */
export interface SurveyTools extends LookTools {
  readonly importers: readonly Importer[];
  readonly media: MediaJudge;
  readonly temporary: string;
  /** Returns the time of the machine's clock, epoch ms. */
  readonly clockMs: () => number;
  /** Percentage of calls that must have audio; null or absent: at least one call must. */
  readonly expectAudio?: number | null;
  /** Receives the line of each recording after its files were examined. */
  readonly onCall?: (line: CallLine) => void;
  /** What forecasting an import needs; absent: no forecast. */
  readonly forecast?: ForecastTools;
}

/**
 * Examines a source without writing anything: recorder families, codecs, hours, matches, times, undecodable audio, and what an import would need. If
 * the user must choose an importer first, it reports that and reads nothing.
 */
export async function* survey(
  request: Pick<JobRequest, 'sources' | 'site' | 'importer' | 'zone' | 'encoding' | 'mapping' | 'declarations' | 'joinSources' | 'store'>,
  tools: SurveyTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, SurveyOutcome | UndecidedSurvey> {
  const began = tools.forecast?.clock() ?? 0;
  await using opened = await openSources(request.sources, tools.temporary, signal, storeOf(request));
  const { source, scratch } = opened;
  const ledger = openLedger(scratch, false);
  try {
    const notes = followSource(source);
    const listed = yield* listSource(source, ledger, notes, signal);
    const { claims, parts } = await weighClaims(opened, request, tools, signal);
    yield* claims;
    if (parts === null) return { decided: false, claims, listed };
    const tally = createTally();
    const work = createImportWork();
    const onSettled = ({ line, recording, taken, sound }: SurveyedCall): void => {
      tally.take(line);
      tools.onCall?.(line);
      if (tools.forecast !== undefined) work.take(recording, taken, sound, bytesOf(recording, source));
    };
    const media = new MediaSurvey({ source, declarations: request.declarations, tools, onSettled }, signal);
    const each: Reading['each'] = (recording, listed, taken) => media.each(recording, listed, taken);
    const tables = createReadTables();
    const seen = { each, onItem: tables.take };
    const reading = { importers: tools.importers, media: tools.media, salt: 'survey', known: () => null, clockMs: tools.clockMs(), ...seen };
    const { reconciliation: joined } = yield* readParts({ opened, ledger, notes }, request, reading, { listed, parts }, signal);
    yield* media.rest(listed);
    for (const found of notes.take()) yield findingEvent(found);
    const reconciliation = media.moves.applied(joined);
    for (const found of audioAlarms(reconciliation, tools.expectAudio ?? null)) yield findingEvent(found);
    yield reconciliation;
    const calls = tally.numbers();
    const days = tally.days();
    const silent = silentMarks(days, { marks: calls.marks, quiet: tally.quiet() });
    const forecast =
      tools.forecast === undefined ? null : yield* forecastImport(opened, { kinds: work.kinds(), began }, request, tools.forecast, signal);
    const keptTables = await tableSizes(tables.files(), source, { declaredEncoding: request.encoding, scratch }, signal);
    const { unidentified, undecodable, unreadable } = media.counts;
    const sums = { audio: media.audio(), unidentified, undecodable, unreadable: unreadable + notes.unread };
    return {
      decided: true,
      claims,
      reconciliation,
      listed,
      calls,
      coverage: coverageOf(days),
      years: periods(days, 'year'),
      silent,
      silentRule,
      forecast,
      keptTables,
      ...sums,
    };
  } finally {
    ledger.close();
  }
}

/** Returns the size of the originals that an import stores for a recording. A file that several recordings name is stored with each. */
function bytesOf({ media }: Recording, source: Source): number {
  return media.reduce((sum, { path }) => sum + (source.entry(path)?.size ?? 0), 0);
}

import { type Coded, type Shard, viewerVersion } from '../../core/page/viewer-data.ts';
import { keyMark } from '../../core/search/match-terms.ts';
import { isoMs } from '../../core/time/zone-clock.ts';
import { searchedWords } from '../../core/words/fold-text.ts';
import type { Found } from '../../store/catalog/catalog.ts';
import { tagsOf } from '../../store/catalog/catalog-entry.ts';
import { nameOf } from '../../store/catalog/page-rows.ts';

/** Recordings per shard; a month with more has several shards. */
export const shardRecordings = 20_000;

/** Collects the recordings of a month in order of start. */
export interface ShardBuilder {
  readonly size: number;
  /** Adds a recording. @param detail name of the script that contains its document */
  add(found: Found, detail: string): void;
  build(): Shard;
}

/** Creates an empty shard. */
export function createShardBuilder(): ShardBuilder {
  const ids: string[] = [];
  const starts: (string | null)[] = [];
  const durationsMs: (number | null)[] = [];
  const erasedMs: (readonly [number, number])[] = [];
  const from: string[] = [];
  const to: string[] = [];
  const words: string[] = [];
  const spans = coded<readonly [number, number]>((span) => span.join());
  const certainty = coded<string | null>();
  const direction = coded<string>();
  const agent = coded<string>();
  const agentWords = coded<string>();
  const names = coded<string>();
  const tags = coded<readonly string[]>((list) => list.join('\0'));
  const codecs = coded<readonly string[]>((list) => list.join(' '));
  const status = coded<string>();
  const importer = coded<string>();
  const findings = coded<number>();
  const doubtful = coded<number>();
  const bag = coded<string>();
  const groupId = coded<string | null>();
  const detail = coded<string>();
  return {
    get size() {
      return ids.length;
    },
    add: (found, script) => {
      ids.push(found.recordingId.replaceAll('-', ''));
      starts.push(found.start);
      spans.add(spanFromStart(found));
      durationsMs.push(found.durationMs === null ? null : Math.round(found.durationMs));
      const goneMs = Math.round(found.durationMs ?? 0) - Math.round(found.audioMs ?? 0);
      if (goneMs > 0) erasedMs.push([ids.length - 1, goneMs]);
      from.push(found.from);
      to.push(found.to);
      words.push(wordsOf(found));
      names.add(nameOf(found).name ?? '');
      certainty.add(found.startCertainty);
      direction.add(found.direction);
      agent.add(found.agent);
      agentWords.add(found.agentWords);
      tags.add(tagsOf(found));
      codecs.add(found.codecs === '' ? [] : found.codecs.split(' '));
      status.add(found.status);
      importer.add(found.importer);
      findings.add(found.findings);
      doubtful.add(found.doubtful);
      bag.add(found.bag);
      groupId.add(found.groupId);
      detail.add(script);
    },
    build: () => ({
      version: viewerVersion,
      recordings: ids.length,
      ids: ids.join(''),
      starts,
      spans: spans.column(),
      durationsMs,
      erasedMs,
      from,
      to,
      names: names.column(),
      words: words.map((line) => `${line}\n`).join(''),
      certainty: certainty.column(),
      direction: direction.column(),
      agent: agent.column(),
      agentWords: agentWords.column(),
      tags: tags.column(),
      codecs: codecs.column(),
      status: status.column(),
      importer: importer.column(),
      findings: findings.column(),
      doubtful: doubtful.column(),
      bag: bag.column(),
      groupId: groupId.column(),
      detail: detail.column(),
    }),
  };
}

/** Returns the words in the catalog's order, for phrases. Ids have a column of their own. */
function wordsOf({ text, recordingId, keys }: Found): string {
  const own = searchedWords(recordingId);
  const words = text === own ? '' : text.startsWith(`${own} `) ? text.slice(own.length + 1) : text;
  const spellings = keys === '' ? [] : keys.split(' ').map((key) => `${keyMark}${key}`);
  return [words, ...spellings].filter((part) => part !== '').join(' ');
}

function spanFromStart({ start, earliest, latest }: Found): readonly [number, number] {
  const ms = start === null ? null : isoMs(start);
  return ms === null || earliest === null || latest === null ? [0, 0] : [earliest - ms, latest - ms];
}

function coded<Value>(keyOf: (value: Value) => unknown = (value) => value): { add(value: Value): void; column(): Coded<Value> } {
  const values: Value[] = [];
  const rows: number[] = [];
  const known = new Map<unknown, number>();
  return {
    add: (value) => {
      const key = keyOf(value);
      const at = known.get(key) ?? values.push(value) - 1;
      known.set(key, at);
      rows.push(at);
    },
    column: () => ({ values, rows }),
  };
}

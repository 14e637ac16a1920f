import { createHash } from 'node:crypto';
import { agree } from '../../src/core/base/agree.ts';
import type { SoundKind } from '../../src/core/base/media-judge.ts';
import { baseName } from '../../src/core/base/safe-path.ts';
import { finding } from '../../src/core/findings/finding.ts';
import { contentOf, type EntryContent } from '../../src/core/model/entry-content.ts';
import type { Importer } from '../../src/core/model/importer.ts';
import { emptyRecording } from '../../src/core/model/recording.ts';
import { createForeignReader, isSurelyTable } from '../engine/read/foreign-tables.ts';
import { guessNameShape } from '../mapping/propose/guess-template.ts';

/** Largest number of files without an audio name that are opened before a source is reported to contain no audio. */
const looksToRecognise = 200;
/** Largest number of names that are examined for a common form. */
const namesMax = 1_000;

/** Imports audio files without tables or sidecars. Each audio file is one recording, identified by its path. */
export const looseFiles: Importer = {
  id: 'loose-files',
  title: 'Audio files without metadata',
  grade: 'verified',
  facts: ['no vendor format: only names and first bytes'],
  tested: ['every shipped audio sample'],
  fallback: true,
  recognise: async (source, { media, isDeclared }, signal) => {
    let named = 0;
    let others = 0;
    let looks = 0;
    let found = 0;
    for await (const entry of source.entries(signal)) {
      if (media.kindOfName(entry.path) !== null || isDeclared?.(entry.path) === true) named++;
      else {
        others++;
        if (named === 0 && looks++ < looksToRecognise && (await contentOf(source, entry, media, signal)).verdict.is === 'medium') found++;
      }
    }
    if (named > 0) return agree`${named} audio file[s] by [its name|their names], ${others} other file[s]; no recorder's tables or names`;
    return found > 0 ? `no audio files by their names, ${found} of ${Math.min(looks, looksToRecognise)} by their bytes` : null;
  },
  items: async function* (source, options, signal) {
    const { media, isDeclared } = options;
    const foreignOf = createForeignReader(options, isSurelyTable);
    let recordings = 0;
    const names: string[] = [];
    for await (const entry of source.entries(signal)) {
      const named = media.kindOfName(entry.path) ?? (isDeclared?.(entry.path) === true ? 'audio' : null);
      const { verdict, findings } = named === null ? await contentOf(source, entry, media, signal) : byName(named);
      if (verdict.is !== 'medium') {
        yield* findings;
        const foreign = findings.length > 0 ? null : await foreignOf(source, entry, signal);
        yield* foreign?.findings ?? [];
        const columns = foreign?.columns ?? null;
        const alien = { content: verdict.is, ...(columns === null ? {} : { columns }) };
        yield { kind: 'file', path: entry.path, role: 'alien', reason: verdict.reason, alien };
        continue;
      }
      recordings++;
      if (names.length < namesMax) names.push(baseName(entry.path));
      yield {
        ...emptyRecording('loose-files', 'verified', keyOf(entry.path)),
        sourceKeys: [{ name: 'path', value: entry.path }],
        media: [{ path: entry.path, kind: verdict.kind, side: 'unknown', channels: [], audioStart: null }],
        reconciliation: { status: 'audio-without-row', rule: 'no metadata in the source' },
        provenance: [{ kind: 'name', path: entry.path, row: null, sha256: createHash('sha256').update(entry.path).digest('hex'), text: null }],
      };
    }
    if (recordings > 0)
      yield finding('I190', source.name, agree`${recordings} recording[s] [has|have] no metadata except their names${describable(names)}`);
  },
};

/** Returns a hint that a proposed mapping can describe the names; empty if they have no common form with a time. */
function describable(names: readonly string[]): string {
  const shape = guessNameShape(names);
  return shape === null
    ? ''
    : `; ${shape.fitting} of ${shape.of} names have a form with a time in common: \`longplay survey SOURCE --propose mapping.toml\` describes it`;
}

function byName(kind: SoundKind): EntryContent {
  return { verdict: { is: 'medium', kind, reason: 'its name' }, findings: [] };
}

/** Returns the whole path as the key, because base names repeat in several folders. */
function keyOf(path: string): string {
  return baseName(path) === path ? path : path.replaceAll('!', '/');
}

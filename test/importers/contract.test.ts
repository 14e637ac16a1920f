import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importers } from '../../importers/index.ts';
import { LongplayError } from '../../src/core/base/error.ts';
import { gradeMeaning } from '../../src/core/model/grade.ts';
import type { Importer, ImportOptions } from '../../src/core/model/importer.ts';
import type { Source } from '../../src/core/model/source.ts';
import { recognise } from '../../src/pipeline/read/recognise.ts';
import { allColumns, cdrLine, celLine, wav } from './asterisk/rows.ts';
import { importAll } from './import-all.ts';
import { media } from './media.ts';
import { memoryFilesOfFolder, memorySource, memorySourceOfFolder } from './memory-source.ts';

/** Sample folders in `samples/` by the only importer that may claim them: those with the name of an importer, and two older ones. */
const ownSamples: Readonly<Record<string, string>> = {
  'asterisk-normal': 'asterisk',
  'generic-csv': 'generic',
  ...Object.fromEntries(importers.map(({ id }) => [id, id])),
};

const samples = fileURLToPath(new URL('../../samples', import.meta.url));
const signal = new AbortController().signal;
/** The files of each sample, read once. */
const filesOf = new Map<string, ReturnType<typeof memoryFilesOfFolder>>();
async function sourceOf(sample: string): Promise<Source> {
  const files = filesOf.get(sample) ?? memoryFilesOfFolder(join(samples, sample));
  filesOf.set(sample, files);
  return memorySource(await files);
}
const present = Object.keys(ownSamples).filter((sample) => existsSync(join(samples, sample)));

/** The options with which a user would import the sample: its mapping file, if it has one. */
function optionsFor(sample: string): Omit<ImportOptions, 'scratch'> {
  const mapping = join(samples, sample, 'mapping.toml');
  return {
    zone: 'Europe/Stockholm',
    encoding: null,
    media,
    mapping: existsSync(mapping) ? { name: 'mapping.toml', text: readFileSync(mapping, 'utf8') } : null,
  };
}

async function recognised(importer: Importer, source: Source, options: Omit<ImportOptions, 'scratch'>): Promise<string | null> {
  const scratch = mkdtempSync(join(tmpdir(), 'recognise-'));
  try {
    return await importer.recognise(source, { ...options, scratch }, signal);
  } finally {
    expect(readdirSync(scratch)).toEqual([]);
    rmSync(scratch, { recursive: true, force: true });
  }
}

describe('the list of importers', () => {
  it('has a sample for each importer but the fallback: without one most of this suite would be skipped', () => {
    const sampled = new Set(present.map((sample) => ownSamples[sample]));
    expect(importers.filter(({ id, fallback }) => fallback !== true && !sampled.has(id)).map(({ id }) => id)).toEqual([]);
  });

  it('names each importer once, with a grade and the sources of its facts', () => {
    const ids = importers.map((importer) => importer.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, title, grade, facts } of importers) {
      expect(id).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(title.length).toBeGreaterThan(10);
      expect(Object.keys(gradeMeaning)).toContain(grade);
      expect(facts.every((fact) => fact.length > 10)).toBe(true);
    }
  });

  it.each(present)('gives the sample %s to one importer, in any order of the list', async (sample) => {
    const options = { ...optionsFor(sample), scratch: tmpdir() };
    for (const list of [importers, importers.toReversed()]) {
      const taken = await recognise(await sourceOf(sample), list, null, options, signal);
      expect(taken.importer.id).toBe(ownSamples[sample]);
      expect(taken.evidence).not.toBe('');
    }
  });
});

describe.each(importers.map((importer) => [importer.id, importer] as const))('importer %s', (id, importer) => {
  it.skipIf(importer.fallback === true)('claims no sample of another importer', async () => {
    const others = present.filter((sample) => ownSamples[sample] !== id);
    for (const sample of others) {
      const options = { ...optionsFor(sample), mapping: null };
      expect(await recognised(importer, await sourceOf(sample), options), sample).toBe(null);
    }
  });

  it('claims nothing in an empty source', async () => {
    expect(await recognised(importer, memorySource({}), { zone: null, mapping: null, encoding: null, media })).toBe(null);
  });

  for (const sample of present.filter((name) => ownSamples[name] === id)) {
    it(`reports the same of ${sample} at every run, under another folder and from a container`, async () => {
      const options = optionsFor(sample);
      const run = async (below: string) => importAll(importer, await memorySourceOfFolder(join(samples, sample), below), options);
      const first = await run('');
      expect(await run('')).toEqual(first);
      const keys = (imported: typeof first) => imported.recordings.map((recording) => [recording.key, recording.reconciliation.status]).sort();
      expect(keys(await run('backup/2025/'))).toEqual(keys(first));
      expect(keys(await run('export.tar!'))).toEqual(keys(first));
    });

    it(`prints no number and no name of ${sample} in any message`, async () => {
      const scratch = mkdtempSync(join(tmpdir(), 'importer-'));
      const people = /4670174\d{4}|070174\d{4}|7946|Öberg|Trader/;
      const messages: string[] = [];
      const source = await sourceOf(sample);
      for await (const item of importer.items(source, { ...optionsFor(sample), scratch }, signal)) {
        if (item.kind === 'finding') messages.push(item.message);
        if (item.kind === 'recording') messages.push(...item.findings.map((found) => found.message), item.reconciliation.rule);
        if (item.kind === 'file') messages.push(item.reason);
      }
      rmSync(scratch, { recursive: true, force: true });
      expect(messages.filter((message) => people.test(message))).toEqual([]);
    });

    it(`stops on request on ${sample}, and leaves nothing behind`, async () => {
      const scratch = mkdtempSync(join(tmpdir(), 'importer-'));
      const controller = new AbortController();
      const source = await sourceOf(sample);
      const walk = async (): Promise<void> => {
        for await (const _item of importer.items(source, { ...optionsFor(sample), scratch }, controller.signal))
          controller.abort(new Error('stop now'));
      };
      await expect(walk()).rejects.toThrow('stop now');
      expect(readdirSync(scratch)).toEqual([]);
      rmSync(scratch, { recursive: true, force: true });
    });
  }

  it('accounts for every entry and row of any source, however damaged, and never throws', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(path, fc.oneof(broken, fc.uint8Array({ maxLength: 300 })), { maxKeys: 8, noNullPrototype: true }),
        async (files) => {
          try {
            await importAll(importer, memorySource(files));
          } catch (error) {
            // An importer that needs a mapping may throw that error; no other error is allowed.
            if (!(error instanceof LongplayError && error.kind === 'usage')) throw error;
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

const path = fc
  .tuple(
    fc.constantFrom('', 'a/', 'monitor/2026/11/24/', 'x.tar!'),
    fc.constantFrom('Master', 'cdr', '1795559992.6', 'in-1-2-20261124-223952-1795559992.6', 'ö'),
  )
  .chain(([folder, stem]) => fc.constantFrom('.csv', '.wav', '.WAV', '-in.wav', '.xml', '.json', '', '.mp3').map((ending) => folder + stem + ending));

const row = { start: '2026-11-24 22:39:52', uniqueid: '1795559992.6', sequence: 3 };

/** Real tables and audio, truncated, concatenated and with flipped bytes. */
const broken = fc
  .tuple(
    fc.array(
      fc.constantFrom(
        cdrLine(row),
        cdrLine({ ...row, userfield: 'x.wav' }, { ...allColumns, newColumns: false }),
        cdrLine({ ...row, start: 'never' }),
        celLine({ type: 'ANSWER', time: '1795559992.5', uniqueid: '1795559992.6' }),
        celLine({ type: 'APP_START', time: '1795559992.5', uniqueid: '1795559992.6', app: 'MixMonitor', data: 'a(((,)r(' }),
        '"never closed\n',
        'calldate,src,dst,duration,disposition\n',
        '<call id="1"><file>a.wav</file></call>',
      ),
      { maxLength: 6 },
    ),
    fc.nat({ max: 400 }),
    fc.nat({ max: 255 }),
    fc.boolean(),
  )
  .map(([lines, at, value, flip]) => {
    const bytes = lines.length === 0 ? wav(at) : new TextEncoder().encode(lines.join(''));
    if (flip && at < bytes.length) bytes[at] = value;
    return flip ? bytes : bytes.subarray(0, Math.max(0, bytes.length - (at % 40)));
  });

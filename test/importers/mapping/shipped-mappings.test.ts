import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importers } from '../../../importers/index.ts';
import { generic } from '../../../importers/mapping/importer.ts';
import { shippedMappings } from '../../../importers/mapping/read/shipped-mappings.ts';
import { gradeMeaning } from '../../../src/core/model/grade.ts';
import type { ImportOptions } from '../../../src/core/model/importer.ts';
import type { Recording } from '../../../src/core/model/recording.ts';
import { expectGolden, expectSample } from '../golden.ts';
import { type Imported, importAll } from '../import-all.ts';
import { shippedSamples } from '../make-shipped-samples.ts';
import { media } from '../media.ts';
import { memorySource, memorySourceOfFolder } from '../memory-source.ts';

const samples = fileURLToPath(new URL('../../../samples/mappings', import.meta.url));
const signal = new AbortController().signal;
const mappings = shippedMappings();

function optionsFor(id: string): ImportOptions {
  const text = mappings.find((mapping) => mapping.id === id)?.text ?? '';
  return { zone: shippedSamples[id]?.zone ?? null, encoding: null, media, mapping: { name: id, text }, scratch: '' };
}

/** The fields that a person would compare with the export, without empty ones. */
function told(imported: Imported): unknown {
  const one = (recording: Recording): Record<string, unknown> => ({
    key: recording.key,
    status: recording.reconciliation.status,
    rule: recording.reconciliation.rule,
    start: recording.callStart === null ? null : `${recording.callStart.utc ?? recording.callStart.raw} (${recording.callStart.certainty})`,
    end: recording.callEnd?.utc ?? null,
    length: recording.durationDeclared === null ? null : `${recording.durationDeclared.ms} ms, ${recording.durationDeclared.of ?? 'call'}`,
    direction: recording.direction.raw === null ? null : `${recording.direction.value} (${recording.direction.raw})`,
    parties: recording.parties.map(({ role, phone, name, agentId, device }) =>
      [role, phone?.raw, phone?.damage, name, agentId, device].filter((each) => each != null).join(' | '),
    ),
    pairs: [...recording.sourceKeys, ...recording.correlation, ...recording.org, ...recording.tags, ...recording.quality].map(
      (pair) => `${pair.name}=${pair.value}`,
    ),
    group: recording.group === null ? null : `${recording.group.id} ${recording.group.index ?? '-'}`,
    deletedAt: recording.retention?.deletedAtSource?.utc ?? null,
    extra: recording.extra.map(({ name }) => name),
    media: recording.media.map(({ path }) => path),
    from: recording.provenance.map(({ kind, path, row }) => [kind, path, row].filter((each) => each !== null).join(' ')),
  });
  const full = (record: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0)));
  return {
    recordings: imported.recordings.map((recording) => full(one(recording))).sort((a, b) => (String(a.key) < String(b.key) ? -1 : 1)),
    tables: imported.tables.map(({ path, records, byStatus }) => ({ path, records, byStatus })),
    files: imported.files.map(({ path, role }) => `${role} ${path}`).sort(),
    findings: [...imported.findings].sort(),
  };
}

describe('built-in mappings', () => {
  it('have a sample each, state the source of their facts and what to check, and have no name of an importer', () => {
    expect(mappings.map(({ id }) => id)).toEqual(Object.keys(shippedSamples).sort());
    for (const { id, about, text } of mappings) {
      expect(about.facts.length, id).toBeGreaterThan(0);
      expect(about.check.length, id).toBeGreaterThan(0);
      expect(about.tested.join(), id).toContain(`samples/mappings/${id}`);
      expect(Object.keys(gradeMeaning)).toContain(about.grade);
      expect(importers.map((importer) => importer.id)).not.toContain(id);
      expect(text.endsWith('\n'), id).toBe(true);
    }
  });
});

describe.each(mappings.map(({ id }) => id))('the mapping %s', (id) => {
  const { files } = shippedSamples[id] ?? { files: new Map<string, Uint8Array>() };

  it('reads its sample, which equals the output of its generator, with the expected result in the file beside it', async () => {
    const folder = join(samples, id, 'export');
    expectSample(folder, files);
    const source = await memorySourceOfFolder(folder);
    const options = optionsFor(id);
    const read = { evidence: await generic.recognise(source, options, signal), ...(told(await importAll(generic, source, options)) as object) };
    expectGolden(join(samples, id, 'expected.json'), read);
  });

  it('gives the same keys and statuses in another folder and from a container, in any order of files', async () => {
    const all = Object.fromEntries(files);
    const keys = async (rename: (path: string) => string): Promise<string[]> => {
      const source = memorySource(Object.fromEntries(Object.entries(all).map(([path, bytes]) => [rename(path), bytes])));
      const { recordings } = await importAll(generic, source, optionsFor(id));
      return recordings.map(({ key, reconciliation }) => `${key} ${reconciliation.status}`).sort();
    };
    const first = await keys((path) => path);
    expect(await keys((path) => `backup/2025/${path}`)).toEqual(first);
    expect(await keys((path) => `export.tar!${path}`)).toEqual(first);
  });

  it('accounts for every entry and row of reduced, doubled and truncated exports', async () => {
    const entries = [...files];
    const change = fc.constantFrom('keep', 'leave out', 'double', 'cut', 'empty');
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: entries.length, maxLength: entries.length }), async (changes) => {
        const made: Record<string, Uint8Array> = {};
        for (const [index, [path, bytes]] of entries.entries()) {
          const how = changes[index];
          if (how === 'leave out') continue;
          made[path] = how === 'cut' ? bytes.slice(0, bytes.length >> 1) : how === 'empty' ? new Uint8Array() : bytes;
          if (how === 'double') made[`copy/${path}`] = bytes;
        }
        const source = memorySource(made);
        // `importAll` checks that every entry is in one place and every row has one status.
        await importAll(generic, source, optionsFor(id)).catch((error: unknown) => {
          // A table truncated in its header is refused, with its columns.
          if ((error as { code?: string }).code !== 'I153') throw error;
        });
      }),
      { numRuns: 25 },
    );
  });

  it('is proposed for its sample, with evidence, and for no other family', async () => {
    for (const [other, sample] of Object.entries(shippedSamples)) {
      const source = memorySource(Object.fromEntries(sample.files));
      const fits = (await generic.suggest?.(source, { ...optionsFor(id), mapping: null }, signal)) ?? [];
      if (other === id) {
        expect(fits[0]?.mapping).toBe(id);
        expect(fits[0]?.evidence).toMatch(/\d/);
      } else
        expect(
          fits.map((fit) => fit.mapping),
          other,
        ).not.toContain(id);
    }
  });

  it('is the beginning of a proposal, which can be used unchanged', async () => {
    const source = memorySource(Object.fromEntries(files));
    const options = optionsFor(id);
    const text = (await generic.propose?.(source, { ...options, mapping: null }, signal)) ?? '';
    expect(text.split('\n')[0]).toContain(`The mapping ${id} that ships with longplay, proposed because `);
    expect(text).toContain('[about]');
    const own = await importAll(generic, source, { ...options, zone: null, mapping: { name: 'own', text } });
    expect(told(own)).toEqual(told(await importAll(generic, source, options)));
  });
});

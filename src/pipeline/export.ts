import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { syncFolder, writeDurable } from '../archive/durable.ts';
import { timeForSorting } from '../catalog/catalog-entry.ts';
import type { CatalogQuery } from '../catalog/catalog-query.ts';
import { canonicalJson } from '../core/canonical-json.ts';
import { LongplayError } from '../core/error.ts';
import { finding } from '../core/finding.ts';
import { limits } from '../core/limits.ts';
import type { RecordingDocument, StoredFile } from '../core/recording-document.ts';
import { foldedName } from '../core/safe-path.ts';
import { type Checksums, writeChecksums } from './checksum-file.ts';
import { findingEvent, type PipelineEvent } from './events.ts';
import { isEmptyFolder } from './identify.ts';
import { openForReading } from './open-archive.ts';
import { readRecording } from './query.ts';

/** What is taken out, and under which names. */
export interface ExportRequest {
  readonly query: CatalogQuery;
  /** `access`: copies where there are any, else originals; `original`; `both`. */
  readonly take: 'access' | 'original' | 'both';
  /**
   * Name of each recording's files without extension; `{date} {time} {direction} {from} {to} {id} {key} {importer} {site} {status}`.
   */
  readonly nameTemplate: string;
}

/** What became of an export. */
export interface ExportOutcome {
  readonly recordings: number;
  readonly files: number;
  readonly bytes: number;
  /** Files that did not verify against their recorded digest; none of them is handed out. */
  readonly corrupt: number;
  /** Recordings that hold no such file. */
  readonly empty: number;
}

const fields = ['date', 'time', 'direction', 'from', 'to', 'id', 'key', 'importer', 'site', 'status'] as const;
const maxNameBytes = 150;

/**
 * Copies recordings out as plain files with readable names, each checked against its digest while it is copied, with a
 * manifest that `sha256sum -c` accepts and the metadata as JSON lines.
 */
export async function* exportRecordings(
  archiveDir: string,
  request: ExportRequest,
  out: string,
  temporary: string,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ExportOutcome> {
  checkTemplate(request.nameTemplate);
  using opened = yield* openForReading(archiveDir, temporary, signal);
  const { archive, catalog } = opened;
  const total = catalog.totals(request.query).recordings;
  if (total === 0) throw new LongplayError('usage', 'U132', 'no recording matches', `see what there is: longplay list ${archiveDir}`);
  if (!isEmptyFolder(out)) throw new LongplayError('usage', 'U133', `${out} is not empty`, 'name a new or empty folder with --out');
  mkdirSync(out, { recursive: true });
  const manifest: Checksums = new Map();
  const metadata: string[] = [];
  const taken = new Set<string>();
  const counts = { recordings: 0, files: 0, bytes: 0, corrupt: 0, empty: 0 };
  for (const found of [...catalog.search(request.query)]) {
    signal.throwIfAborted();
    const { document, folder } = readRecording(archive.dir, found);
    const stem = freeName(nameOf(document, request.nameTemplate), taken);
    const chosen = chosenFiles(document, request.take);
    if (chosen.length === 0) {
      counts.empty++;
      yield findingEvent(finding('P170', found.recordingId, 'has no audio to export; its metadata is in recordings.jsonl'));
    }
    const exported: { readonly file: string; readonly sha256: string }[] = [];
    for (const [index, { file, label }] of chosen.entries()) {
      const name = `${stem}${chosen.length === 1 ? '' : `-${index + 1}`}${label}${file.path.slice(file.path.lastIndexOf('.'))}`;
      const sha256 = copyChecked(join(folder, file.path), join(out, name));
      if (sha256 !== file.sha256) {
        rmSync(join(out, name), { force: true });
        counts.corrupt++;
        yield findingEvent(
          finding(
            'P171',
            `bags/${found.bag}/data/${found.recordingId}/${file.path}`,
            'does not have its recorded digest; it was not exported. Run `longplay verify`',
          ),
        );
        continue;
      }
      manifest.set(name, sha256);
      exported.push({ file: name, sha256 });
      counts.files++;
      counts.bytes += file.sizeBytes;
      yield { type: 'result', of: 'exported', value: { recordingId: found.recordingId, file: name, sizeBytes: file.sizeBytes, sha256 } };
    }
    metadata.push(canonicalJson({ files: exported, document }));
    counts.recordings++;
    yield {
      type: 'progress',
      phase: 'exporting',
      done: counts.recordings,
      total,
      unit: 'recordings',
      bytes: counts.bytes,
      bytesTotal: null,
      audioMs: 0,
    };
  }
  const lines = Buffer.from(`${metadata.join('\n')}\n`, 'utf8');
  await writeDurable(join(out, 'recordings.jsonl'), lines);
  manifest.set('recordings.jsonl', createHash('sha256').update(lines).digest('hex'));
  await writeChecksums(join(out, 'manifest-sha256.txt'), manifest);
  await syncFolder(out);
  return counts;
}

function chosenFiles(document: RecordingDocument, take: ExportRequest['take']): { readonly file: StoredFile; readonly label: string }[] {
  const files: { readonly file: StoredFile; readonly label: string }[] = [];
  for (const medium of document.media) {
    if (take !== 'original' && medium.access !== null) files.push({ file: medium.access, label: '' });
    if (take === 'original' || take === 'both' || medium.access === null)
      files.push({ file: medium.original, label: take === 'both' ? '-original' : '' });
  }
  if (take !== 'original' && document.joined !== null) files.push({ file: document.joined, label: '-both-sides' });
  return files;
}

function nameOf(document: RecordingDocument, template: string): string {
  const { recording } = document;
  const start = timeForSorting(recording.callStart);
  const party = (...roles: string[]): string => {
    const found = recording.parties.find((p) => roles.includes(p.role));
    return found?.phone?.raw ?? found?.name ?? '';
  };
  const values: Readonly<Record<(typeof fields)[number], string>> = {
    date: start === null ? 'undated' : start.slice(0, 10),
    time: start === null ? '' : start.slice(11, 19).replaceAll(':', ''),
    direction: recording.direction.value,
    from: party('caller', 'customer'),
    to: party('callee', 'agent'),
    id: document.recordingId.slice(0, 8),
    key: recording.key,
    importer: recording.importer,
    site: document.site,
    status: recording.reconciliation.status,
  };
  // Templates were checked: only known fields are left.
  return template.replace(/\{(\w+)\}/g, (_, field: string) => values[field as (typeof fields)[number]] ?? '');
}

/** A name that every file system takes and no other file has. A slash of the template makes folders; one of a value does not. */
function freeName(wanted: string, taken: Set<string>): string {
  const plain = wanted
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}+._@-]+/gu, '_')
    .replace(/^[._-]+|[._-]+$/g, '');
  let base = plain === '' ? 'recording' : plain;
  while (Buffer.byteLength(base) > maxNameBytes) base = base.slice(0, -1);
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (taken.has(foldedName(name))) continue;
    taken.add(foldedName(name));
    return name;
  }
}

function checkTemplate(template: string): void {
  for (const [, field] of template.matchAll(/\{([^}]*)\}/g)) {
    if (!fields.some((known) => known === field)) {
      throw new LongplayError(
        'usage',
        'U134',
        `--name-template has an unknown field {${field}}`,
        `the fields are ${fields.map((known) => `{${known}}`).join(' ')}`,
      );
    }
  }
}

/** Copies a file and digests what was read in the same pass; the copy is synced. */
function copyChecked(from: string, to: string): string {
  mkdirSync(dirname(to), { recursive: true });
  const input = openSync(from, 'r');
  try {
    const partial = `${to}.partial`;
    const output = openSync(partial, 'wx');
    const hash = createHash('sha256');
    try {
      const buffer = Buffer.allocUnsafe(limits.readChunkBytes);
      for (;;) {
        const read = readSync(input, buffer, 0, buffer.length, null);
        if (read === 0) break;
        hash.update(buffer.subarray(0, read));
        for (let written = 0; written < read; ) written += writeSync(output, buffer, written, read - written);
      }
      fsyncSync(output);
    } finally {
      closeSync(output);
    }
    renameSync(partial, to);
    return hash.digest('hex');
  } finally {
    closeSync(input);
  }
}

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generic } from '../../../../importers/mapping/importer.ts';
import { baseName } from '../../../../src/core/base/safe-path.ts';
import type { Recording } from '../../../../src/core/model/recording.ts';
import { databaseBytes } from '../../../tables/database-bytes.ts';
import { importAll } from '../../import-all.ts';
import { media } from '../../media.ts';
import { memorySource } from '../../memory-source.ts';

/** An export of the corpus, with the true content of its recordings according to a person who knows the system. */
export interface CorpusExport {
  readonly name: string;
  readonly zone: string | null;
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** Expected values of each recording by field; a field that is absent is not compared, an empty one must be empty. */
  readonly truth: readonly Readonly<Record<string, string>>[];
}

/** The result of using a proposal unchanged. */
export interface Verdict {
  readonly name: string;
  readonly proposal: string | null;
  /** Wrong fields whose line has no question mark. */
  readonly wrong: readonly string[];
  /** Fields that are wrong or missing. */
  readonly lacking: readonly string[];
  /** Number of lines with a question mark. */
  readonly questions: number;
}

/** Reads a corpus; its own first lines describe the form. */
export function readCorpus(path: string): readonly CorpusExport[] {
  return readFileSync(path, 'utf8')
    .split(/^#### /m)
    .slice(1)
    .map((text): CorpusExport => {
      const [title = '', ...parts] = text.split(/^== /m);
      const [name = '', zone] = title.trim().split(' | ');
      const files: Record<string, string | Uint8Array> = {};
      let truth: Record<string, string>[] = [];
      for (const part of parts) {
        const end = part.indexOf('\n');
        const [heading, body] = [part.slice(0, end).trim(), part.slice(end + 1).replace(/\n*$/, '\n')];
        const audio = /^(.+) (\d+)$/.exec(heading);
        if (heading === 'truth') {
          const [columns = [], ...rows] = body
            .trim()
            .split('\n')
            .map((line) => line.split('|'));
          truth = rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index] ?? ''])));
        } else if (audio !== null) files[audio[1] ?? ''] = new Uint8Array(Number(audio[2]));
        else files[heading] = heading.endsWith('.sqlite') ? new Uint8Array(databaseBytes((db) => db.exec(body))) : body;
      }
      return { name, zone: zone ?? null, files, truth };
    });
}

/** Field of a recording, and the lines of a mapping that decide it. */
const fields: Readonly<Record<string, { readonly value: (recording: Recording) => string | null; readonly line: RegExp }>> = {
  key: { value: ({ key }) => key, line: /^key =|^# No column/ },
  start: { value: ({ callStart }) => timeText(callStart), line: /^start =|^template =/ },
  answer: { value: ({ callAnswer }) => timeText(callAnswer), line: /^answer =/ },
  end: { value: ({ callEnd }) => timeText(callEnd), line: /^end =/ },
  duration: { value: ({ durationDeclared }) => (durationDeclared === null ? null : String(durationDeclared.ms / 1_000)), line: /^duration =/ },
  caller: { value: (recording) => partyText(recording, 'caller'), line: /^caller =/ },
  callee: { value: (recording) => partyText(recording, 'callee'), line: /^callee =/ },
  customer: { value: (recording) => partyText(recording, 'customer'), line: /^customer =/ },
  agent: { value: (recording) => partyText(recording, 'agent'), line: /^agent =/ },
  direction: { value: ({ direction }) => (direction.value === 'unknown' ? null : direction.value), line: /^direction =/ },
};

function timeText(time: Recording['callStart']): string | null {
  return time?.utc?.replace('.000Z', 'Z') ?? time?.local ?? null;
}

function partyText({ parties }: Recording, role: string): string | null {
  const party = parties.find((each) => each.role === role);
  return party?.phone?.raw ?? party?.name ?? party?.agentId ?? party?.device ?? null;
}

const asked = /#.*\?$/;

/** Proposes a mapping for an export, imports with it unchanged, and compares every recording with the truth. */
export async function judge({ name, zone, files, truth }: CorpusExport): Promise<Verdict> {
  const source = memorySource(files);
  const scratch = mkdtempSync(join(tmpdir(), 'longplay-proposal-'));
  const options = { zone, mapping: null, encoding: null, media, scratch };
  const signal = new AbortController().signal;
  const proposal = (await generic.propose?.(source, options, signal).finally(() => rmSync(scratch, { recursive: true, force: true }))) ?? null;
  if (proposal === null) return { name, proposal, wrong: [], lacking: ['proposal'], questions: 0 };
  const lines = proposal.split('\n');
  const questions = lines.filter((line) => asked.test(line)).length;
  const { recordings } = await importAll(generic, source, { zone, mapping: { name: 'proposal', text: proposal } }, 'repeat');
  const wrong = new Set<string>();
  const lacking = new Set<string>();
  const joinAsks = lines.some((line) => /^(?:column|fields|window|sidecars) =/.test(line) && asked.test(line));
  const expected = new Set(truth.flatMap((row) => Object.keys(row)));
  for (const row of truth) {
    const found = recordings.find(({ media: own }) => own.some(({ path }) => baseName(path) === row.file));
    // Without a join, rows are separate recordings; a row with another file is a wrong join.
    if (found === undefined) lacking.add('file');
    for (const [field, { value, line }] of Object.entries(fields)) {
      const own = found === undefined ? null : value(found);
      if (field === 'key' && row.key === undefined) continue;
      const want = row[field] ?? '';
      if ((own ?? '') === want) continue;
      if (expected.has(field) || own !== null) lacking.add(field);
      const isAsked = lines.some((each) => line.test(each) && asked.test(each)) || joinAsks;
      // A recording without a row has its name as its key, which is not wrong.
      const isClaimed = own !== null && own !== '' && lines.some((each) => line.test(each) && !each.startsWith('#'));
      if (isClaimed && !isAsked) wrong.add(field);
    }
  }
  const withFiles = recordings.filter(({ media: own }) => own.length > 0).length;
  if (withFiles !== truth.length || recordings.length !== truth.length) lacking.add('rows');
  return { name, proposal, wrong: [...wrong], lacking: [...lacking], questions };
}

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordingDocument } from '../../src/core/model/recording-document.ts';
import { openCatalog } from '../../src/store/catalog/catalog.ts';
import { madeEntry } from '../bench/catalog-entries.ts';
import { type Rig, root } from '../cli/rig.ts';
import { createArchive } from '../serve/rig.ts';

/** An archive with one example of everything that a page shows. */
export interface LargeArchive {
  readonly rig: Rig;
  /** Ids of recordings, by their special property. */
  readonly calls: Readonly<Record<'joined' | 'paused' | 'silent' | 'damaged' | 'lost' | 'folded' | 'long', string>>;
  /** One case that was handed over, with recordings, a removed recording, a note and a tag; and one empty case with a long title. */
  readonly cases: Readonly<Record<'full' | 'empty', string>>;
  /** Importer of two or more recordings that none of the made-up calls has. */
  readonly others: string;
}

/** No browser breaks a line within this text by itself. */
const longWord = 'Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz';
const mapping =
  '[source]\nname = "long"\n\n[table]\nfiles = "calls.csv"\nkind = "csv"\n\n[columns]\nkey = "id"\nstart = "begin"\ncaller = "caller"\ncallee = "callee"\nagent = "name"\n\n[join]\ncolumn = "file"\nmatch = "path"\n';
const bagRecordings = 1_000;

/** Makes the archive. @param madeUp further calls that exist only in the catalog, in bags without files: they are found and cannot be opened */
export async function createLargeArchive(madeUp: number): Promise<LargeArchive> {
  const rig = await createArchive();
  const well = async (codes: number | readonly number[], ...args: string[]): Promise<void> => {
    const run = await rig.run(args);
    if (![codes].flat().includes(run.code ?? -1)) throw new Error(`${args.join(' ')} ended with ${run.code}: ${run.stderr}`);
  };
  mkdirSync(rig.path('long'));
  writeFileSync(
    rig.path('long/calls.csv'),
    `id,begin,caller,callee,file,name\n${longWord}-1,2021-06-01T10:00:00Z,${longWord},${longWord},,${longWord} ${longWord}\n`,
  );
  writeFileSync(rig.path('mapping.toml'), mapping);
  const trading = join(root, 'samples/generic-csv');
  await well([0, 3], 'import', trading, '--mapping', join(trading, 'mapping.toml'), '--into', 'archive', '--site', 'trading');
  await well([0, 3], 'import', rig.path('long'), '--mapping', rig.path('mapping.toml'), '--into', 'archive', '--site', 'long');
  const documents = documentsOf(rig);
  const one = (what: string, fits: (document: RecordingDocument) => boolean): string => {
    const found = documents.find(({ document }) => fits(document) && !taken.has(document.recordingId))?.document.recordingId;
    if (found === undefined) throw new Error(`no sample of a call: ${what}`);
    taken.add(found);
    return found;
  };
  const taken = new Set<string>();
  const hasCopy = ({ media, joined }: RecordingDocument): boolean => joined === null && media[0]?.access?.path === 'access-1.opus';
  const calls = {
    joined: one('joined', ({ joined }) => joined !== null),
    paused: one('paused', ({ recording }) => JSON.stringify(recording).includes('"pause"')),
    silent: one('silent', ({ media, site }) => media.length === 0 && site !== 'long'),
    long: one('long', ({ site }) => site === 'long'),
    folded: one('folded', ({ recording }) => recording.callStart?.certainty === 'ambiguous-fold'),
    damaged: one('damaged', hasCopy),
    lost: one('lost', hasCopy),
  };
  const copyOf = (id: string): string => join(documents.find(({ document }) => document.recordingId === id)?.folder ?? '', 'access-1.opus');
  const bytes = readFileSync(copyOf(calls.damaged));
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  writeFileSync(copyOf(calls.damaged), bytes);
  rmSync(copyOf(calls.lost));
  await well(4, 'verify', 'archive');

  const made = async (title: string): Promise<string> =>
    String((await rig.json(['case', 'new', 'archive', '--title', title, '--as', 'anna'])).summary.id);
  const cases = { full: await made('Deal 4711 <b>'), empty: await made(`${longWord} ${longWord}`) };
  await well(0, 'case', 'add', 'archive', cases.full, calls.joined, calls.paused, calls.silent, '--as', 'anna');
  await well(0, 'note', 'add', 'archive', calls.joined, 'Åsa confirms the price', '--from', '0.5', '--to', '1', '--as', 'bo');
  await well(0, 'note', 'add', 'archive', calls.joined, `${longWord}${longWord}`, '--as', 'bo');
  await well(0, 'tag', 'add', 'archive', calls.paused, 'order', '--as', 'bo');
  await well(0, 'case', 'remove', 'archive', cases.full, calls.silent, '--reason', `of another deal, ${longWord}`, '--as', 'anna');
  await well(0, 'case', 'export', 'archive', cases.full, '--out', 'out');
  putMadeUp(rig, madeUp);
  await well(0, 'viewer', 'archive');
  return { rig, calls, cases, others: documents.find(({ document }) => document.site === 'contact-centre')?.document.recording.importer ?? '' };
}

interface Placed {
  readonly folder: string;
  readonly document: RecordingDocument;
}

function documentsOf(rig: Rig): readonly Placed[] {
  const bags = rig.path('archive/bags');
  return readdirSync(bags, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('/recording.json'))
    .sort()
    .map((path) => ({
      folder: join(bags, path, '..'),
      document: JSON.parse(readFileSync(join(bags, path), 'utf8')) as RecordingDocument, // by a recent import
    }));
}

/** Adds calls to the catalog only, each bag with the folder by which the catalog knows that the bag still exists. */
function putMadeUp(rig: Rig, count: number): void {
  const catalog = openCatalog(rig.path('archive/catalog.sqlite'));
  for (let first = 0; first < count; first += bagRecordings) {
    const bag = `2010/made-${String(first / bagRecordings).padStart(6, '0')}`;
    mkdirSync(rig.path('archive/bags', bag, 'data'), { recursive: true });
    catalog.putBag(
      bag,
      Array.from({ length: Math.min(bagRecordings, count - first) }, (_, at) => madeEntry(first + at, count)),
    );
  }
  catalog.close();
}

import { changed } from '../../core/base/changed-source.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { openLocation } from '../../source/read/location-reader.ts';
import { type AmendedRecording, excerptBase, isAddedLater } from './amend-recording.ts';
import type { LocatedEntry, RecordingTask } from './recording-task.ts';
import { hasExcerpt, vconExcerpt, vconImporter } from './shared-vcon.ts';

/** Sidecars of a recording: those that are stored whole, and excerpts of vCons that are not. */
export interface CutSidecars {
  readonly whole: readonly LocatedEntry[];
  readonly excerpts: readonly { readonly name: string; readonly pieces: Iterable<Uint8Array> }[];
  /** E141 for each vCon of which nothing is stored. */
  readonly findings: readonly Finding[];
}

/**
 * Decides what is stored of the vCons of a recording. A vCon with the sound or the texts of an erased recording does not come back whole, not even changed:
 * the recording gets its own excerpt of it. Nothing is stored if no excerpt can be made, or the excerpt would have what was erased of this recording itself.
 */
export function cutVcons({ planned, sidecars, cut = [] }: RecordingTask, amended: AmendedRecording | null): CutSidecars {
  const { importer, key } = planned.recording;
  const before = importer !== vconImporter || amended === null ? null : standing(amended);
  const numbers = (amended?.document.sources ?? []).flatMap(({ path }) => (path.startsWith(excerptBase) ? [numberIn(path)] : []));
  const whole: LocatedEntry[] = [];
  const excerpts: { readonly name: string; readonly pieces: Iterable<Uint8Array> }[] = [];
  const findings: Finding[] = [];
  for (const one of sidecars) {
    if (importer !== vconImporter || (!cut.includes(one.entry.path) && (before === null || before === 'whole'))) {
      whole.push(one);
      continue;
    }
    if (before === 'none' || !hasOwnPart(one, key)) {
      const why = before === 'none' ? 'what was erased of the recording may be in it' : 'no excerpt of it can be made';
      findings.push(finding('E141', one.entry.path, `is not stored: a recording of this vCon was erased, and ${why}`));
    } else excerpts.push({ name: `${excerptBase}${Math.max(0, ...numbers) + excerpts.length + 1}.vcon`, pieces: excerptPieces(one, key) });
  }
  return { whole, excerpts, findings };
}

function hasOwnPart({ location }: LocatedEntry, key: string): boolean {
  const file = openLocation(location);
  try {
    return vconExcerpt(file, key) !== null;
  } finally {
    file.close();
  }
}

/** Yields the excerpt of a vCon when it is written: it may have hours of sound. */
function* excerptPieces({ entry, location }: LocatedEntry, key: string): Generator<Uint8Array> {
  const file = openLocation(location);
  try {
    const excerpt = vconExcerpt(file, key);
    if (excerpt === null) throw changed(entry.path, 'another vCon is in it');
    yield* excerpt.pieces();
  } finally {
    file.close();
  }
}

/** Returns what may come back of the vCon of an archived recording: `none` if the vCon or sound of this recording was erased and it got no excerpt. */
function standing({ document, isErased }: AmendedRecording): 'whole' | 'excerpt' | 'none' {
  if (document.media.some(({ original, access }) => isErased(original) || (access !== null && isErased(access)))) return 'none';
  if (hasExcerpt(document)) return 'excerpt';
  return document.sources.some((file) => !isAddedLater(file.path) && isErased(file)) ? 'none' : 'whole';
}

function numberIn(path: string): number {
  const number = Number.parseInt(path.slice(excerptBase.length), 10);
  return Number.isNaN(number) ? 0 : number;
}

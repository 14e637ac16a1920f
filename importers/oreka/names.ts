import { baseName, extension } from '../../src/core/base/safe-path.ts';
import type { TimeValue } from '../../src/core/model/recording.ts';
import { parseTime } from '../../src/tables/values/time.ts';

/**
 * Matches `YYYYMMDD_HHMMSS_<port>`, followed by `-<uid>` if the name was in use. Source: voiceip/oreka, AudioTape.cpp, GenerateCaptureFilePathAndIdentifier.
 */
const tapeStem = /^(\d{4})(\d{2})(\d{2})_(\d{2})(\d{2})(\d{2})_(.+)$/;

/** Returns the name of a file without folder and extension; a name that never had an extension keeps the text after its last dot. */
export function tapeStemOf(path: string): string {
  const name = baseName(path.replaceAll('\\', '/')).trim();
  const ending = extension(name);
  return /^\.[A-Za-z][A-Za-z0-9]{1,4}$/.test(ending) ? name.slice(0, name.length - ending.length) : name;
}

/** Returns true for a path in Oreka's own form: the hour's folder, and the time again in the name. */
export function isTapePath(path: string): boolean {
  const [, year, month, day, hour] = tapeStem.exec(tapeStemOf(path)) ?? [];
  return year !== undefined && new RegExp(`(?:^|[/!])${year}/${month}/${day}/${hour}/[^/!]*$`).test(path);
}

/** Returns when the tape of a name began, by the recorder's own clock, and the port; null for a name of any other form. */
export function tapeName(path: string, zone: string | null): { readonly start: TimeValue; readonly port: string } | null {
  const found = tapeStem.exec(tapeStemOf(path));
  if (found === null) return null;
  const start = parseTime(found[0].slice(0, 15), { format: 'YYYYMMDD_HHmmss', zone, basis: 'name' });
  return start.certainty === 'unreadable' ? null : { start, port: found[7] ?? '' };
}

/** Returns true for a capture from which no audio file was made. */
export function isCapture(path: string): boolean {
  return /\.mcf$/i.test(path);
}

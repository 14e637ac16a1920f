/** Why a name may not be used as a relative path, or null where it is safe. Checked on the name as a container stores it. */
export function unsafeName(name: string): string | null {
  if (name === '') return 'is empty';
  if (name.includes('\0')) return 'holds a NUL character';
  if (name.includes('\\')) return 'holds a backslash';
  if (name.startsWith('/')) return 'is absolute';
  if (/^[A-Za-z]:/.test(name)) return 'names a drive';
  if (name.split('/').includes('..')) return "leads outside by '..'";
  return null;
}

/** The form under which two names would be one file on some disk: Unicode NFC and lower case. */
export function foldedName(name: string): string {
  return name.normalize('NFC').toLowerCase().normalize('NFC');
}

/** Base name: what follows the last `/` or `!`. */
export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('!')) + 1);
}

/** Extension with its dot, as stored; empty where there is none. */
export function extension(path: string): string {
  const base = baseName(path);
  const dot = base.lastIndexOf('.');
  return dot <= 0 ? '' : base.slice(dot);
}

/** A path or name without its extension. */
export function withoutExtension(path: string): string {
  return path.slice(0, path.length - extension(path).length);
}

/** The `number`th of equal paths: `a#2.wav`. Before the extension, which says what a file is and joins it to its neighbours. */
export function numberedPath(path: string, number: number): string {
  const tail = extension(path);
  return `${path.slice(0, path.length - tail.length)}#${number}${tail}`;
}

/** True of the folder itself, and of all that lies below it. */
export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/**
 * Whether a name is that of a resource file that macOS writes beside each file on foreign disks, in zips (`__MACOSX/`) and tars: `._` before the name of the file
 * itself, with its extension (AppleSingle/AppleDouble Formats, Apple 1990). The name says nothing of such a file's content, and no more is said here.
 */
export function isResourceName(path: string): boolean {
  return path.includes('._') && baseName(path).startsWith('._');
}

/** Returns why a name may not be used as a relative path, or null if it is safe. Checks the name as the container stores it. */
export function unsafeNameReason(name: string): string | null {
  if (name === '') return 'is empty';
  if (name.includes('\0')) return 'holds a NUL character';
  if (name.includes('\\')) return 'holds a backslash';
  if (name.startsWith('/')) return 'is absolute';
  if (/^[A-Za-z]:/.test(name)) return 'names a drive';
  if (name.split('/').includes('..')) return "leads outside with '..'";
  return null;
}

/** Folds a name so that two names that would be one file on some file system become equal: Unicode NFC and lower case. */
export function foldedName(name: string): string {
  return isAscii(name) ? name.toLowerCase() : name.normalize('NFC').toLowerCase().normalize('NFC');
}

/** Returns a text in Unicode NFC. Nearly all names are ASCII, and normalizing them takes longer than everything else that is done with them. */
export function composed(text: string): string {
  return isAscii(text) ? text : text.normalize('NFC');
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

/** Returns the base name: the text after the last `/` or `!`. */
export function baseName(path: string): string {
  // One walk from the end: a search for the last `!` would read the whole path, which nearly never has one.
  let at = path.length;
  while (at > 0 && path.charCodeAt(at - 1) !== slash && path.charCodeAt(at - 1) !== mark) at--;
  return at === 0 ? path : path.slice(at);
}

const [slash, mark] = [0x2f, 0x21] as const;

/** Returns the extension with its dot, as stored; empty if there is none. */
export function extension(path: string): string {
  const base = baseName(path);
  const dot = base.lastIndexOf('.');
  return dot <= 0 ? '' : base.slice(dot);
}

/** Returns a path or name without its extension. */
export function withoutExtension(path: string): string {
  return path.slice(0, path.length - extension(path).length);
}

/**
 * Returns the path of the `number`th of several equal paths, e.g. `a#2.wav`. The number precedes the extension, which states the kind of file and
 * groups the file with related ones.
 */
export function numberedPath(path: string, number: number): string {
  const tail = extension(path);
  return `${path.slice(0, path.length - tail.length)}#${number}${tail}`;
}

/** Returns true for the folder itself and everything below it. */
export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/**
 * Returns true for the name of a resource file, which macOS writes beside each file on foreign file systems, in zips (`__MACOSX/`) and tars: `._`
 * before the name of the file itself, with its extension (AppleSingle/AppleDouble Formats, Apple 1990). The name does not tell what a resource file
 * contains.
 */
export function isResourceName(path: string): boolean {
  return path.includes('._') && baseName(path).startsWith('._');
}

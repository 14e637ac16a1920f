import { join } from 'node:path';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { readTagFile } from '../bag/tag-file.ts';

/** Folder of an archive with the page that shows it. Derived: may be deleted, and is written anew by `longplay viewer`. */
export const viewerFolder = 'viewer';
/** Its list of what belongs to it, in it. */
export const viewerListName = 'files.json';

/** The list of a viewer that is on its way: the log names it before any file changes, and it becomes the list when all have. Its name is that of a temporary file, which earlier versions clear away. */
export const pendingListName = '.longplay-tmp-next-files';

/** What a viewer consists of, and which part of the archive it shows. */
export interface ViewerList {
  readonly format: 'longplay-viewer';
  /** Of the data beside it, `viewerVersion`: a viewer of another version is as good, until it is written anew. */
  readonly version: number;
  /** Digest and size of each file but the list itself, by path in the folder. */
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly sizeBytes: number }>>;
  /** The bags that it shows, by name. */
  readonly bags: Readonly<Record<string, ListedBag>>;
}

/** What a viewer has of one bag. */
export interface ListedBag {
  /** First recording of each of its detail scripts, in order. */
  readonly details: readonly string[];
  /** Months of its recordings. */
  readonly months: readonly string[];
}

/** True for the names that a viewer gives its files, but its list: of another state of it, or one that was not finished. */
export function isViewerPath(path: string): boolean {
  return /^(index\.html|page\.js|page\.css|data\/(index|months\/[\w-]+|details\/[a-z0-9.-]+\/[a-z0-9.-]+\/\d+)\.js|(.*\/)?\.longplay-tmp-[\w-]+)$/.test(
    path,
  );
}

/** The list as a text. */
export function viewerListText(list: ViewerList): string {
  return `${canonicalJson(list, 1)}\n`;
}

/** Reads the list of a viewer, or the one that is on its way. Returns null where there is none that can be read. @param folder of the viewer, absolute */
export function readViewerList(folder: string, name: typeof viewerListName | typeof pendingListName = viewerListName): ViewerList | null {
  let value: unknown;
  try {
    value = JSON.parse(readTagFile(join(folder, name), limits.viewerListBytes).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError || systemCode(error) !== null) return null;
    throw error;
  }
  return isList(value) ? value : null;
}

function isList(value: unknown): value is ViewerList {
  if (!isObject(value) || value.format !== 'longplay-viewer' || !Number.isSafeInteger(value.version)) return false;
  return isObject(value.files) && isObject(value.bags) && Object.values(value.files).every(isFile) && Object.values(value.bags).every(isBag);
}

function isFile(value: unknown): boolean {
  return isObject(value) && typeof value.sha256 === 'string' && typeof value.sizeBytes === 'number';
}

function isBag(value: unknown): boolean {
  return isObject(value) && isTexts(value.details) && isTexts(value.months);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

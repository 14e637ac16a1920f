import { join } from 'node:path';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { readTagFile } from '../bag/tag-file.ts';

/** Folder of the viewer in an archive. It contains derived data: it may be deleted, and `longplay viewer` rebuilds it. */
export const viewerFolder = 'viewer';
/** Name of the viewer's file list, in its folder. */
export const viewerListName = 'files.json';

/**
 * Name of the next file list during an update. The log records its digest before any file changes, and it replaces the list when all files have changed. Its
 * name makes earlier versions remove it as a temporary file.
 */
export const pendingListName = '.longplay-tmp-next-files';

/** Files of a viewer, and the part of the archive that the viewer shows. */
export interface ViewerList {
  readonly format: 'longplay-viewer';
  /** `viewerVersion` of the data. A viewer of another version is valid until it is rebuilt. */
  readonly version: number;
  /** Digest and size of each file except the list itself, by path relative to the folder. */
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly sizeBytes: number }>>;
  /** Bags that the viewer shows, by name. */
  readonly bags: Readonly<Record<string, ListedBag>>;
}

/** A viewer's data about one bag. */
export interface ListedBag {
  /** First recording in each detail script of the bag, in order. */
  readonly details: readonly string[];
  /** Months of the bag's recordings. */
  readonly months: readonly string[];
}

/** Returns true for names that a viewer may give its files, except the list. Such a file may belong to an earlier or unfinished viewer. */
export function isViewerPath(path: string): boolean {
  return /^(index\.html|page\.js|page\.css|data\/(index|months\/[\w-]+|details\/[a-z0-9.-]+\/[a-z0-9.-]+\/\d+)\.js|(.*\/)?\.longplay-tmp-[\w-]+)$/.test(
    path,
  );
}

/** Returns the text of a list. */
export function viewerListText(list: ViewerList): string {
  return `${canonicalJson(list, 1)}\n`;
}

/** Reads the list of a viewer, or a pending one. Returns null if the list is missing or cannot be read. @param folder absolute path of the viewer */
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

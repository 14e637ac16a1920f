import { foldedName, isBelow } from '../../core/base/safe-path.ts';
import { type BagFault, fault } from './faults.ts';
import type { Manifest } from './manifests.ts';
import { type AlikeNames, mergeNames } from './merge.ts';
import { type BagFile, type BagStep, createColumns } from './step.ts';
import { itemFault, walkBag } from './walk.ts';

/** Rules for the files outside `data/`. */
export interface TagFileRules {
  /** Names of files that must exist although BagIt makes them optional. */
  readonly required: readonly string[];
  /** Severity of a tag file that no tag manifest lists. */
  readonly unlisted: 'error' | 'warning';
  /** Names of files that are ignored on disk and in manifests. */
  readonly unfinished: ReadonlySet<string>;
  /** True from BagIt 1.0 on. */
  readonly strict: boolean;
  /** Folder for temporary files. */
  readonly temporary: string;
}

/** Number of keys per step; other tasks can run between steps. */
const stepNames = 500;

/** Compares everything outside `data/` with the tag manifests and the rules. */
export function* walkTagFiles(bag: string, manifests: readonly Manifest[], rules: TagFileRules): Generator<BagStep> {
  // Tag files are few and everything else depends on them, so they are always compared by every algorithm.
  const columns = createColumns(manifests, 'all');
  const required = new Set(rules.required.filter((path) => !path.startsWith('data/')));
  // A missing bagit.txt has a fault of its own.
  required.delete('bagit.txt');
  // Items that cannot be read. That is their only fault: neither they nor items below them count as missing. Items that the walk has passed are removed from
  // the list.
  let unjudged: { readonly key: string; readonly path: string }[] = [];
  let faults: BagFault[] = [];
  let files: BagFile[] = [];
  let names = 0;
  for (const alike of mergeNames(manifests, walkBag(bag, '', 'data', rules.temporary), [].values(), rules.strict)) {
    judge(alike);
    names += 1;
    if (names % stepNames !== 0) continue;
    yield { faults, files };
    faults = [];
    files = [];
  }
  for (const path of required) faults.push(fault('A132', path, 'it is missing'));
  yield { faults, files };

  function judge({ listed: all, items, faults: found }: AlikeNames): void {
    faults.push(...found);
    const listed = all.filter(({ path }) => !rules.unfinished.has(path));
    const onDisk = new Set<string>();
    for (const item of items) {
      if (item.kind === 'file') {
        if (!rules.unfinished.has(item.path)) onDisk.add(item.path);
        continue;
      }
      unjudged = [...unjudged.filter(({ key }) => isBelow(item.key, key)), item];
      for (const path of required) if (isBelow(path, item.path)) required.delete(path);
      faults.push(itemFault(item));
    }
    const folded = new Map<string, string>();
    const paths = new Set(listed.map((one) => one.path));
    for (const { path, digests } of listed) {
      const form = foldedName(path);
      const other = form === path ? undefined : paths.has(form) ? form : folded.get(form);
      if (other !== undefined) faults.push(fault('A142', path, `${other} is the same name on a disk that ignores case or Unicode form`));
      else if (form !== path) folded.set(form, path);
      required.delete(path);
      const compared = columns(digests);
      if (onDisk.has(path)) {
        if (compared.algorithms.length > 0) files.push({ path, name: path, area: 'tag', ...compared });
      } else if (path !== 'bagit.txt' && !unjudged.some((one) => isBelow(path, one.path))) faults.push(fault('A132', path, 'it is missing'));
    }
    for (const path of onDisk) {
      required.delete(path);
      // A manifest that could not be read to its end may list the file.
      if (manifests.length === 0 || manifests.some((one) => one.isCut()) || paths.has(path) || /^tagmanifest-[^/]*\.txt$/.test(path)) continue;
      faults.push(fault('A164', path, 'no tag manifest lists it', rules.unlisted));
    }
  }
}

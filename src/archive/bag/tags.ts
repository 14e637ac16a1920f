import { foldedName, isBelow } from '../../core/base/safe-path.ts';
import { type BagFault, fault } from './faults.ts';
import type { Manifest } from './manifests.ts';
import { type AlikeNames, mergeNames } from './merge.ts';
import { type BagFile, type BagStep, createColumns } from './step.ts';
import { itemFault, walkBag } from './walk.ts';

/** How the files outside `data/` are judged. */
export interface TagFileRules {
  /** Names of files that must be there although BagIt leaves them to choice. */
  readonly required: readonly string[];
  /** What a tag file is that no tag manifest lists. */
  readonly unlisted: 'error' | 'warning';
  /** Names of files that count for nothing, whether they are there or listed. */
  readonly unfinished: ReadonlySet<string>;
  /** True from BagIt 1.0 on. */
  readonly strict: boolean;
  /** Folder for temporary files. */
  readonly temporary: string;
}

/** Names that are alike after which somebody else gets a turn. */
const stepNames = 500;

/** Everything outside `data/` against what the tag manifests list and the rules ask for. */
export function* walkTagFiles(bag: string, manifests: readonly Manifest[], rules: TagFileRules): Generator<BagStep> {
  // Tag files are few and hold what all else stands on: always by every algorithm.
  const columns = createColumns(manifests, 'all');
  const required = new Set(rules.required.filter((path) => !path.startsWith('data/')));
  // It has a fault of its own.
  required.delete('bagit.txt');
  // Of these nothing is said but why they cannot be judged: not missing, and the folder's content not either. Those that the walk is past are left out.
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
      // What a manifest does not list that could not be read to its end, it may list all the same.
      if (manifests.length === 0 || manifests.some((one) => one.isCut()) || paths.has(path) || /^tagmanifest-[^/]*\.txt$/.test(path)) continue;
      faults.push(fault('A164', path, 'no tag manifest lists it', rules.unlisted));
    }
  }
}

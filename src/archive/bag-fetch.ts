import { limits } from '../core/limits.ts';
import { type BagFault, fault } from './bag-faults.ts';
import type { FetchLine } from './bag-merge.ts';
import { alikeKey } from './bag-names.ts';
import { type BagDeclaration, parseFetchLine, pathLeadsOutside, plainPath, type TagLine, tagLines } from './bagit-reader.ts';
import { codeOf } from './hash-file.ts';
import { createRecordSorter } from './record-sorter.ts';

/** Paths that fetch.txt says lie elsewhere; `lines` gives them once, in the order of their keys. */
export interface FetchList {
  lines(): Generator<FetchLine>;
  close(): void;
}

/** Reads fetch.txt; what is wrong with it is yielded, batch by batch. Nothing is ever fetched. */
export function* readFetch(bag: string, declaration: BagDeclaration, temporary: string): Generator<readonly BagFault[], FetchList> {
  const name = 'fetch.txt';
  const sorter = createRecordSorter(temporary);
  const batches = tagLines(`${bag}/${name}`, declaration.encoding, () => undefined);
  let kept = 0;
  for (;;) {
    let batch: IteratorResult<TagLine[]>;
    try {
      batch = batches.next();
    } catch (error) {
      yield [fault('A154', name, `it cannot be read: ${codeOf(error)}`)];
      break;
    }
    if (batch.done === true) break;
    const faults: BagFault[] = [];
    for (const { number, text } of batch.value) {
      if (text !== null && text.trim() === '') continue;
      const line = text === null ? null : parseFetchLine(text);
      const outside = line === null ? null : pathLeadsOutside(line.path);
      if (line === null) faults.push(fault('A151', name, `line ${number} is not a URL, a length and a path`));
      else if (outside !== null) faults.push(fault('A139', name, `the path of line ${number} leads out of the bag: ${outside}`));
      else if (kept < limits.bagFiles) {
        const path = plainPath(line.path);
        sorter.add(alikeKey(path), `${number}\0${path}`);
        kept += 1;
      } else faults.push(fault('A167', name, `line ${number} is one more than ${limits.bagFiles}; it was not looked at`));
    }
    yield faults;
  }
  return {
    lines: function* () {
      for (const { key, value } of sorter.sorted()) {
        const [line = '', path = ''] = value.split('\0');
        yield { key, path, line: Number(line) };
      }
    },
    close: () => sorter.close(),
  };
}

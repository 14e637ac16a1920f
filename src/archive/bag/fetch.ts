import { limits } from '../../core/base/limits.ts';
import { codeOf } from '../files/hash-file.ts';
import { createRecordSorter } from '../files/record-sorter.ts';
import { type BagDeclaration, parseFetchLine, pathLeadsOutside, plainPath, type TagLine, tagLines } from './bagit-reader.ts';
import { type BagFault, fault } from './faults.ts';
import type { FetchLine } from './merge.ts';
import { alikeKey } from './names.ts';

/** Paths that fetch.txt lists as stored elsewhere. `lines` yields them once, in batches ordered by key. */
export interface FetchList {
  lines(): Generator<readonly FetchLine[]>;
  close(): void;
}

const linesAtOnce = 256;

/** Reads fetch.txt and yields its faults in batches. Downloads nothing. */
export function* readFetch(bag: string, declaration: BagDeclaration, temporary: string): Generator<readonly BagFault[], FetchList> {
  const name = 'fetch.txt';
  const sorter = createRecordSorter(temporary);
  const batches = tagLines(`${bag}/${name}`, declaration.encoding, () => undefined);
  let [kept, isRead] = [0, false];
  try {
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
        } else faults.push(fault('A167', name, `line ${number} exceeds the limit of ${limits.bagFiles} lines; it was not read`));
      }
      yield faults;
    }
    isRead = true;
  } finally {
    batches.return(undefined);
    // The caller closes the list that it receives.
    if (!isRead) sorter.close();
  }
  return {
    lines: function* () {
      let some: FetchLine[] = [];
      for (const { key, value } of sorter.sorted()) {
        const [line = '', path = ''] = value.split('\0');
        some.push({ key, path, line: Number(line) });
        if (some.length < linesAtOnce) continue;
        yield some;
        some = [];
      }
      yield some;
    },
    close: () => sorter.close(),
  };
}

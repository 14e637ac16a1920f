import { agree } from '../../core/base/agree.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import type { UnclaimedFile } from '../../core/model/importer.ts';
import { isDescription, type Recording } from '../../core/model/recording.ts';

/** An unclaimed file with the kind of its content. */
export type JudgedAlien = UnclaimedFile & Required<Pick<UnclaimedFile, 'content'>>;

/** Collects files of a source that look relevant although no recording claims them. Memory does not grow with the source. */
export interface UnclaimedFiles {
  file(path: string, alien: JudgedAlien): void;
  recording(recording: Recording): void;
  /** Returns the findings. @param isChosen true: the user named the importer, which reads no tables @param empty tables without a record */
  findings(isChosen: boolean, empty: readonly string[]): Finding[];
}

/** Largest number of places that a finding names. */
const placesTold = 4;
/** Largest number of columns that a finding names. */
const columnsTold = 8;

interface Some {
  count: number;
  readonly first: string[];
}

/** Creates an empty collection. @param name name of the source, used as place of each finding */
export function createUnclaimedFiles(name: string): UnclaimedFiles {
  const some = (): Some => ({ count: 0, first: [] });
  const [named, media, unknown, tables] = [some(), some(), some(), some()];
  const recordings = { joined: 0, audioAlone: 0 };
  let columns: readonly string[] = [];
  const add = (to: Some, path: string): void => {
    to.count++;
    if (to.first.length < placesTold) to.first.push(path);
  };
  return {
    file: (path, { content, isNamed, columns: own }) => {
      if (isNamed === true) add(named, path);
      else if (content === 'medium') add(media, path);
      else if (own !== undefined) {
        if (tables.count === 0 || columns.length === 0) columns = own;
        add(tables, path);
      } else if (content === 'unknown') add(unknown, path);
    },
    recording: ({ media: files, provenance, accounts }) => {
      if (files.length === 0) return;
      if (accounts.length > 0 || provenance.some(isDescription)) recordings.joined++;
      else recordings.audioAlone++;
    },
    findings: (isChosen, empty) => {
      const told: Finding[] = [];
      const tell = (code: FindingCode, { count, first }: Some, what: string): void => {
        if (count > 0) told.push(finding(code, name, `${what}: ${listed(first, count)}`, count));
      };
      tell('P115', named, agree`${named.count} file[s] that records name could not be joined and [was|were] left out`);
      tell('P116', media, agree`${media.count} file[s] that [is|are] audio or captures by [its|their] content [was|were] left out`);
      tell('P118', unknown, agree`${unknown.count} file[s] [was|were] left out that no format recognises as audio, text, image, document or program`);
      // Beside tables with rows, an empty table is the export of a day without calls.
      if (recordings.joined === 0 && recordings.audioAlone > 0 && empty.length > 0) {
        const rowless = agree`and ${recordings.audioAlone} recording[s] of audio [has|have] no row`;
        told.push(
          finding(
            'P123',
            name,
            agree`${empty.length} table[s] [contains|contain] no row: ${listed(empty.slice(0, placesTold), empty.length)}, ${rowless}`,
            empty.length,
          ),
        );
      }
      if (recordings.audioAlone > 0 && !isChosen) {
        const heads =
          columns.length === 0
            ? 'without a header'
            : `columns ${columns.slice(0, columnsTold).join(', ')}${columns.length > columnsTold ? ' …' : ''}`;
        const rowless = agree`and ${recordings.audioAlone} recording[s] of audio [has|have] no row; \`longplay survey SOURCE --propose mapping.toml\` describes them`;
        if (tables.count > 0)
          told.push(
            finding(
              'P117',
              name,
              agree`no importer read ${tables.count} table[s]: ${listed(tables.first, tables.count)} (${heads}), ${rowless}`,
              tables.count,
            ),
          );
      }
      return told;
    },
  };
}

function listed(first: readonly string[], count: number): string {
  return `${first.join(', ')}${count > first.length ? ` and ${count - first.length} more` : ''}`;
}

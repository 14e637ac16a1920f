import { fixityCommands } from './fixity-commands.ts';
import type { BagType } from './info.ts';

const contents: Readonly<Record<BagType, { readonly of: (recordings: number) => string; readonly files: string }>> = {
  recordings: {
    of: (recordings) => (recordings === 1 ? 'one telephone recording' : `${recordings} telephone recordings`),
    files: `  data/<id>/recording.json.age   who, when, how long, where it came from
  data/<id>/original-1.*.age     the recording exactly as the recorder wrote it
  data/<id>/access-1.opus.age    the access copy for listening (or access-1.wav.age)
  data/<id>/source-1.*.age       the records that described it, exactly as they were
  data/<id>/public.json          in clear: id, status, formats, and of each file its size, its digest as stored, and a commitment to what it holds
  formats.txt                    in clear: formats and codecs of the originals, their specifications, and programs that can decode them
`,
  },
  amendment: {
    of: (recordings) => `newer descriptions of ${recordings === 1 ? 'one telephone recording' : `${recordings} telephone recordings`}`,
    files: `  data/<id>/recording.json.age   who, when, how long, where it came from; "bag" names the bag of each file that is not here
  data/<id>/source-1.*.age       the records that described it, where they are others than before
  data/<id>/table-1.*.age        rows of a later table about it, e.g. of a CRM, exactly as they were
  data/<id>/access-1.opus.age    an access copy, where the recording was decoded again
  data/<id>/public.json          in clear: id, status, formats, and of each file its size, its digest as stored, and a commitment to what it holds
`,
  },
  tables: {
    of: () => 'tables of a call recorder, from which recordings were imported',
    files: `  data/table-0001/table.*.age        a table exactly as the recorder wrote it, or the part of it that was new
  data/table-0001/table.json.age     where it came from, what is kept of it, and which parts in other bags come before it
  data/table-0001/unread.jsonl.age   rows that could not be read; absent if there are none
`,
  },
};

/**
 * Returns the data/README.txt of a sealed bag, for readers who have only this bag. Lines that begin with four blanks are commands; a test runs those that need
 * no key as written.
 */
export function sealedReadme(bag: {
  readonly externalIdentifier: string;
  readonly recordings: number;
  readonly type?: BagType;
  readonly making: string;
}): string {
  const { of, files } = contents[bag.type ?? 'recordings'];
  return `This folder is a sealed bag of ${of(bag.recordings)}, named ${bag.externalIdentifier}.
It is a BagIt 1.0 package (RFC 8493), written by longplay. That nothing was altered or lost can be checked without longplay and without any key.

What is here
${files}Files whose names end in .age are encrypted: age files of version 1 (https://c2sp.org/age), each for an identity of its own.
The identities are not in this bag. They are in page ${bag.making} of a keyring, a folder that is kept elsewhere and
in several copies; the format of its pages is described in the reference of longplay. An identity that was destroyed there on request
is gone: its file stays as it is and can be read by nobody.

${fixityCommands}
How to open a file, with its identity (AGE-SECRET-KEY-1...) in a file that only you may read:
  age -d -i IDENTITY data/<id>/access-1.opus.age > access-1.opus
With longplay and the keyring: longplay play, longplay export.
`;
}

import { agree } from '../../core/base/agree.ts';
import { gradeMeaning } from '../../core/model/grade.ts';
import type { KindOfOriginal } from './originals.ts';
import { privateFolder } from './readme.ts';

/**
 * Returns the text of a bag's formats.txt, for readers who do not know these codecs: the formats of the bag's originals, their specifications, and programs
 * that can read them, from the tables of the program that made the bag. Equal kinds give equal bytes.
 * @param isSealed true if the files must be decrypted first
 */
export function bagFormats(kinds: readonly KindOfOriginal[], tool: string, isSealed = false): string {
  return `What the originals of this bag are, for readers without longplay

One part for each file format and codec, written by ${tool} from its tables and from the files themselves.
recording.json of each recording describes its own files, with anything unusual about them. An access copy (access-*) was made of
everything that could be decoded; for listening nothing of this is needed. Run the commands in the folder of this file;
they write into a folder of their own, which only you may read, and which this command makes:
    ${privateFolder}
${isSealed ? sealedNote : ''}${kinds.map(kindText).join('')}`;
}

/** Text for bags that contain age files. */
const sealedNote = `The files of this bag are sealed: data/README.txt says how one is opened. The commands below are for a file that was opened, with the name
that is given here, in place of the path.
`;

function kindText(kind: KindOfOriginal, index: number): string {
  const { format, coding } = kind;
  // For a codec without a decoder, the file's own statement says more than the table.
  const codec = kind.codec?.decode.by === 'nobody' ? null : kind.codec;
  const number = index + 1;
  const title = `${format?.title ?? 'An unrecognised file format'}${coding === null ? '' : `, coded as ${codec?.title ?? coding.name}`}`;
  const rows: readonly (readonly [label: string, text: string])[] = [
    ['files', `${countsText(kind)}; for instance ${kind.example.path}`],
    ...(format === null
      ? []
      : ([
          ['grade', `${format.grade}: ${gradeMeaning[format.grade]}`],
          ['kind of file', [format.id, ...kind.pronom.map((id) => `PRONOM ${id}`), format.mediaType, ...format.extensions].join(', ')],
          ['specified in', format.facts.join('; ')],
        ] as const)),
    ...(coding === null
      ? []
      : ([
          ['coding', `${coding.id}; the files say: ${coding.name}`],
          ...(codec === null ? [] : ([['specified in', codec.facts.join('; ')]] as const)),
          ['parameters', parametersText(coding)],
          ['sound lies', spansText(kind)],
        ] as const)),
    ['decoded by', kind.decoders.length === 0 ? 'no decoder when this bag was made' : kind.decoders.join('; ')],
    ['risk', riskText(kind)],
    ['elsewhere', elsewhereText(kind)],
  ];
  // The bit depth of the original is stated, because sox would otherwise keep the coding of the input.
  const bits = (coding?.bitsPerSample ?? 0) > 16 ? 32 : 16;
  const commands = kind.commands.map(({ program, args }) =>
    program === 'ffmpeg'
      ? `    ffmpeg -y -nostdin ${args === '' ? '' : `${args} `}-i ${kind.example.path} -c:a pcm_s${bits}le "$OUT"/original-${number}-ffmpeg.wav\n`
      : `    sox -D ${args} ${kind.example.path} -e signed-integer -b ${bits} "$OUT"/original-${number}-sox.wav\n`,
  );
  return `\n${number}. ${title}\n${rows.map(([label, text]) => wrapped(label, text)).join('')}${commands.join('')}`;
}

function countsText({ files, withCopy, damaged }: KindOfOriginal): string {
  const counts = `${files}, ${withCopy === files ? 'all' : withCopy} with a copy`;
  return damaged === 0 ? counts : `${counts}; ${damaged} incomplete or damaged when imported`;
}

function parametersText({ sampleRateHz, channels, bitsPerSample, blockBytes }: NonNullable<KindOfOriginal['coding']>): string {
  return [
    `${sampleRateHz} Hz`,
    channels === 1 ? '1 channel' : agree`${channels} channel[s]`,
    ...(bitsPerSample === null ? [] : [agree`${bitsPerSample} bit[s] per sample`]),
    ...(blockBytes === null ? [] : [blockBytes === 1 ? 'blocks of 1 byte' : agree`blocks of ${blockBytes} byte[s]`]),
  ].join(', ');
}

/** States where in a file the coded audio is. */
function spansText({ format, codec }: KindOfOriginal): string {
  if (format === null) return 'unknown';
  if (format.id.startsWith('raw-')) return 'from the first byte to the last: the file has no header';
  return `where the specification of the kind of file says${codec?.rateHz === undefined ? '' : `; always ${codec.rateHz} Hz, whatever the header says`}`;
}

function elsewhereText({ commands, example, coding }: KindOfOriginal): string {
  if (commands.length > 0) {
    const odd = example.ordinary ? '' : '; the example above is unusual, and may play only in part or not at all';
    return `free programs open ordinary files of this format without further help${odd}:`;
  }
  if (coding === null) return 'they contain no audio, or its place is unknown';
  return 'no free program that opens such files by itself is known: extract the audio as the specification describes, and decode it with these parameters';
}

/** States how many open-source decoders can read these originals. */
function riskText({ codec, coding, commands }: KindOfOriginal): string {
  if (coding === null) return 'the format was not recognised, or the file contains no audio; recording.json says which. Keep the originals';
  if (codec === null || codec.decode.by === 'nobody') {
    const reason = codec?.decode.by === 'nobody' ? ` (${codec.decode.reason})` : '';
    return `high: no open decoder is known${reason}. Keep the originals, and a player of the manufacturer if there is one`;
  }
  if (codec.decode.by === 'ffmpeg') return 'some: the open decoder of FFmpeg is the only one that longplay uses';
  return codec.second !== undefined || commands.length > 0
    ? 'low: open decoders that share no code can read it'
    : 'some: the open decoder of longplay is the only known one';
}

const labelWidth = 15;
const lineWidth = 130;

/** Formats a row of the text, with continuation lines below its first line. */
function wrapped(label: string, text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.replace(/\s+/g, ' ').trim().split(' ')) {
    if (line !== '' && labelWidth + line.length + 1 + word.length > lineWidth) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((one, index) => `  ${(index === 0 ? label : '').padEnd(labelWidth - 2)}${one}\n`).join('');
}

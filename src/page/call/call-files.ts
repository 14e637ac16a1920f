import type { Finding } from '../../core/findings/finding.ts';
import type { StoredFile, StoredMedium } from '../../core/model/recording-document.ts';
import type { CallDetail } from '../../core/page/data.ts';
import { h } from '../base/dom.ts';
import { momentOf, type Wording } from '../base/wording.ts';
import { sourcesOf } from './call-facts.ts';
import { factList, folded, foreignText, section, table } from './facts.ts';

/** Lists the findings of a call, with the meaning of each code. */
export function findingsOf({ document, codes = {} }: CallDetail, wording: Wording): HTMLElement {
  const text = wording.text;
  const all = [...document.findings, ...document.media.flatMap(({ findings }) => findings)];
  const once = [...new Map(all.map((found) => [JSON.stringify(found), found])).values()];
  const doubts = document.media.flatMap(({ original, doubts: said = [] }) => said.map((doubt) => ({ file: original.path, doubt })));
  return h(
    'section',
    { class: 'facts findings' },
    h('h3', {}, text('findings')),
    once.length === 0 && doubts.length === 0 ? h('p', { class: 'soft' }, text('noFindings')) : null,
    doubts.length === 0
      ? null
      : h(
          'div',
          { class: 'doubts' },
          h('p', {}, text('doubts')),
          h('ul', {}, ...doubts.map(({ file, doubt }) => h('li', {}, `${file}: `, foreignText(doubt)))),
        ),
    once.length === 0 ? null : h('ul', { class: 'findinglist' }, ...once.map((found) => findingItem(found, codes, wording))),
  );
}

function findingItem({ code, place, message }: Finding, codes: CallDetail['codes'], wording: Wording): HTMLElement {
  const meaning = codes !== undefined && Object.hasOwn(codes, code) ? codes[code] : undefined;
  const severity = meaning?.severity ?? 'note';
  return h(
    'li',
    { class: severity },
    h('span', { class: `chip sev-${severity}` }, `${wording.valued('severity', severity)} ${code}`),
    ' ',
    foreignText(message),
    h('span', { class: 'soft' }, ' ', foreignText(place)),
    meaning === undefined ? null : folded(meaning.title, h('p', {}, meaning.meaning), h('p', {}, `${wording.text('next')} ${meaning.next}`)),
  );
}

/** Shows the last verification of the bag from the log, and how to verify it. */
export function verificationOf({ row, verified }: CallDetail, wording: Wording): HTMLElement | null {
  const { bag } = row;
  const known =
    verified === undefined
      ? null
      : verified === null
        ? h('p', {}, wording.text('verifiedNever', { bag }))
        : h(
            'p',
            { class: verified.verdict === 'ok' ? 'good' : verified.verdict === 'repaired' ? 'soft' : 'bad' },
            wording.text(verified.verdict === 'ok' ? 'verifiedOk' : verified.verdict === 'repaired' ? 'verifiedRepaired' : 'verifiedFaults', {
              bag,
              time: `${momentOf(verified.time, wording).text} ${momentOf(verified.time, wording).zone}`,
            }),
            verified.played === '' ? null : ` ${wording.text('verifiedPlayed', { played: wording.valued('played', verified.played) })}`,
          );
  return section(
    wording.text('verification'),
    known,
    h('p', {}, wording.text('verifyByHand', { bag })),
    h('pre', { tabindex: 0 }, 'sha256sum --strict --quiet -c manifest-sha256.txt'),
  );
}

/** Lists every file of the recording for download. @param address returns the address of a file */
export function filesOf({ document, proof, withheld = [] }: CallDetail, address: (file: string) => string, wording: Wording): HTMLElement | null {
  const text = wording.text;
  const { media, joined, sources } = document;
  const link = (path: string): HTMLElement => h('a', { href: address(path), download: true }, path);
  const row = (what: string, file: StoredFile, name: string): (HTMLElement | string)[] => [
    file.erased === undefined ? link(file.path) : file.path,
    file.erased === undefined ? what : `${what}: ${text('noteErased')} ${file.erased.on}`,
    wording.bytes(file.sizeBytes),
    name === '' ? '' : foreignText(name),
    h('code', { class: 'digest' }, file.sha256),
  ];
  const rows = [
    ...media.flatMap((medium) => [
      row(text('original'), medium.original, medium.path),
      ...(medium.access === null ? [] : [row(text('copy'), medium.access, '')]),
    ]),
    ...(joined === null ? [] : [row(text('soundJoined'), joined, '')]),
    ...sources.map((file) =>
      withheld.includes(file.path) && file.erased === undefined
        ? [file.path, `${text('rows')}: ${text('fileWithheld')}`, wording.bytes(file.sizeBytes), '', h('code', { class: 'digest' }, file.sha256)]
        : row(text('rows'), file, ''),
    ),
    [link('recording.json'), text('proof'), '', '', ''],
    ...(proof === 'file' ? [[link('proof.tlog-proof'), text('proofFile'), '', '', '']] : []),
  ];
  return section(
    text('files'),
    table(text('files'), [text('file'), text('what'), text('size'), text('recorderName'), 'SHA-256'], rows),
    ...(proof === undefined
      ? []
      : [h('p', {}, text(proof === 'file' ? 'proofCheck' : 'proofMake')), h('pre', { tabindex: 0 }, proofCommand(proof, document.recordingId))]),
    ...media.map((medium, index) => mediumOf(medium, index, wording)),
    document.recording.provenance.length === 0 ? null : folded(text('provenance'), sourcesOf(document.recording.provenance, wording)),
  );
}

/** Returns the command that makes or checks the proof of a recording. */
function proofCommand(proof: NonNullable<CallDetail['proof']>, id: string): string {
  if (proof === 'command') return `longplay proof make ARCHIVE ${id}`;
  return `longplay proof check ${id}.tlog-proof recording.json original-1.* --key KEY`;
}

/** Describes a format, its PRONOM id, and its grade. */
function formatText(format: string, { pronom = null, formatGrade = null }: StoredMedium, { text }: Wording): string {
  const notes = [...(pronom === null ? [] : [pronom]), ...(formatGrade === null ? [] : [text('grade', { grade: formatGrade })])];
  return notes.length === 0 ? format : `${format} (${notes.join(', ')})`;
}

function mediumOf(medium: StoredMedium, index: number, wording: Wording): HTMLElement {
  const text = wording.text;
  const { codec, access } = medium;
  const coding = codec === null ? null : `${codec.name}, ${wording.number(codec.sampleRateHz)} Hz × ${codec.channels}`;
  const comparison = access?.comparison;
  return folded(
    `${index + 1}: ${medium.original.path}`,
    factList([
      [text('format'), medium.format === null ? null : formatText(medium.format, medium, wording)],
      [text('codec'), coding],
      [text('state'), medium.state],
      ['', medium.basis],
      [text('decoder'), medium.decoder],
      [text('copy'), access === null ? medium.accessReason : `${access.encoder}, ${access.settings}`],
      [
        '',
        comparison === undefined
          ? null
          : text('compared', { verdict: comparison.passed ? text('passed') : `${text('notPassed')}: ${comparison.reasons.join('; ')}` }),
      ],
      ['PCM SHA-256', medium.measurement === null ? null : h('code', { class: 'digest' }, medium.measurement.pcmSha256)],
    ]),
  );
}

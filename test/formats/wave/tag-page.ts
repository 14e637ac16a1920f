import { tagText, waveTag, waveTagNumbers } from '../../../formats/riff/wave-tags.ts';

/** Rules of the table of tags that name no codec, in words. */
const rules = new Map([
  ['linear', 'linear PCM, by bits per sample'],
  ['float', 'floating point, by bits per sample'],
  ['gsm', '`gsm-ms` in blocks of 65 bytes, else `gsm`'],
  ['nms-adpcm', '`nms-adpcm-16`, `-24` or `-32` by block size or bits per sample'],
  ['g721', '`g726-32` in an assumed bit order'],
  ['g726', '`g726-16`, `-24`, `-32` or `-40` by bits per sample or data rate, in an assumed bit order'],
  ['ilbc', '`ilbc-20` or `ilbc-30` by block size'],
]);

/** docs/reference/wave-tags.md, from the table. */
export function waveTagPage(): string {
  const rows = [...waveTagNumbers]
    .sort((a, b) => a - b)
    .map((number) => {
      const { name, registrant, coding, reason, assumed, also, source } = waveTag(number);
      const way = coding === null ? `— ${reason}` : (rules.get(coding) ?? `\`${coding}\``);
      const notes = [assumed ? 'by its name alone' : '', also === null ? '' : `also: ${also}`].filter((note) => note !== '').join('; ');
      return `| ${tagText(number)} | ${name} | ${registrant} | ${way} | ${notes} | ${source} |`;
    });
  return `# Codings of WAVE files

This table shows which codec decodes each registered format tag of WAVE files (wFormatTag), or why none does. "By its name alone" means that no file with this tag was
available: copies of such files have finding F200, unless the bytes themselves show the coding. Files with other tags are kept, and the tag is named.

| tag | name | registered by | decoded by | remarks | source |
|---|---|---|---|---|---|
${rows.join('\n')}
`;
}
